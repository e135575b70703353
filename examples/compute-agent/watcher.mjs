// Watches the plugged VIFs and repairs them, from the start of the agent to its end.

/** Starts to watch. `onEvent` gets each event, `onEnd` the error if the watch ends by itself. */
export function startWatch(osVif, attachments, { onEvent, onEnd }) {
  const stopped = new AbortController();
  const watch = osVif.watch(attachments, { signal: stopped.signal, repair: true });
  const done = consume();
  let isRunning = true;

  async function consume() {
    try {
      for await (const event of watch) onEvent(event);
      if (!stopped.signal.aborted) throw new Error('the watch ended');
    } catch (error) {
      if (!stopped.signal.aborted) onEnd(error);
    } finally {
      isRunning = false;
    }
  }

  return {
    add: (attachment) => watch.add(attachment),
    remove: (id) => watch.remove(id),
    isRunning: () => isRunning,
    async stop() {
      stopped.abort();
      await done;
    },
  };
}
