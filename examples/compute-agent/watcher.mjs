// Watches the plugged VIFs and repairs them, from the start of the agent to its end.

/** Starts to watch. `onEvent` gets each event, `onEnd` the error if the watch ends by itself. */
export function startWatch(osVif, attachments, { onEvent, onEnd }) {
  const watch = osVif.watch(attachments, { repair: true });
  let state = 'running';
  void consume();

  async function consume() {
    let reason = new Error('the watch ended');
    try {
      for await (const event of watch) onEvent(event);
    } catch (error) {
      reason = error;
    }
    if (state === 'running') onEnd(reason);
    state = 'ended';
  }

  return {
    add: (attachment) => watch.add(attachment),
    has: (id) => watch.has(id),
    isRunning: () => state === 'running',
    /** Waits for the repairs under way. */
    async stop() {
      state = 'ended';
      await watch.return();
    },
  };
}
