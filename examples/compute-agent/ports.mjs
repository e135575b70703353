// The ports of this host: what they should be is on disk, and a watch keeps the host like that.
import { InvalidPortError, NotReadyError, UnknownPortError } from './errors.mjs';
import { Queue } from './queue.mjs';
import { startWatch } from './watcher.mjs';

/** The state of a port after an event of the watch. */
const STATE_AFTER = { drift: 'drifted', restored: 'plugged', repaired: 'plugged', failed: 'failed' };

export class Ports {
  #ports = new Map();
  #requests = new Queue();
  #watch;
  #osVif;
  #files;
  #log;
  #options;
  #onEvent;

  /** `signal` ends the calls for requests, `onEvent` gets the events of the watch. */
  constructor({ osVif, files, log, signal, onEvent }) {
    this.#osVif = osVif;
    this.#files = files;
    this.#log = log;
    this.#options = { signal };
    this.#onEvent = onEvent;
  }

  /**
   * Makes the host what the files say, and starts to watch. `signal` ends the start, `onEnd` gets the
   * error that ended the watch.
   */
  async start({ collectGarbage, signal, onEnd }) {
    const { ports, unreadable } = await this.#files.readAll();
    for (const { file, error } of unreadable) this.#log.error({ err: error, file }, 'the file of a port is unreadable');
    for (const port of ports) this.#ports.set(port.vif.id, { ...port, state: port.isLeaving ? 'leaving' : 'plugged' });
    const staying = ports.filter(({ isLeaving }) => !isLeaving);
    const leaving = ports.filter(({ isLeaving }) => isLeaving);
    await this.#unplugAll(leaving, signal);
    await this.#plugAll(staying, signal);
    if (collectGarbage) await this.#collectGarbage(unreadable, signal);
    signal.throwIfAborted();
    this.#watch = startWatch(this.#osVif, staying, { onEvent: (event) => this.#note(event), onEnd });
  }

  /** Before the end of the start, the ports are unknown: a request must not take a port for deleted. */
  requireStarted() {
    if (this.#watch === undefined) throw new NotReadyError('the agent is starting');
  }

  get isWatched() {
    return this.#watch?.isRunning() ?? false;
  }

  list() {
    return [...this.#ports.values()];
  }

  get(id) {
    const port = this.#ports.get(id);
    if (port === undefined) throw new UnknownPortError(id);
    return port;
  }

  /** The differences between the host and the state that a plug creates, now. */
  async drift(id) {
    const { vif, instance } = this.get(id);
    return this.#osVif.check(vif, instance, this.#options);
  }

  /**
   * Plugs a port. If that fails, the agent has the port all the same, and the watch tries again. A plug
   * of a watched VIF replaces it in the watch.
   */
  async put(attachment) {
    const { vif, instance } = attachment;
    return this.#requests.run(vif.id, async () => {
      await this.#requireWiring(attachment);
      const before = this.#ports.get(vif.id);
      try {
        if (before !== undefined && isOther(before.vif, vif)) await this.#unplug(before);
        await this.#files.write(attachment);
        this.#set(attachment, 'plugged');
        const result = await this.#osVif.plug(vif, instance, this.#options);
        return { isNew: before === undefined, ...result };
      } catch (error) {
        if (this.#ports.has(vif.id)) this.#set(this.#ports.get(vif.id), 'failed', error);
        throw error;
      } finally {
        const port = this.#ports.get(vif.id);
        // At the end of the agent, the watch must not plug what a plug has just rolled back.
        const isEnding = this.#options.signal.aborted;
        if (port !== undefined && !port.isLeaving && !isEnding && !this.#watch.has(vif.id))
          this.#watch.add({ vif: port.vif, instance: port.instance });
      }
    });
  }

  /** Unplugs a port. If that fails, the request has to be repeated; a start of the agent repeats it too. */
  async delete(id) {
    return this.#requests.run(id, async () => {
      const port = { ...this.get(id), isLeaving: true };
      await this.#files.write(port);
      this.#set(port, 'leaving');
      try {
        return await this.#unplug(port);
      } catch (error) {
        this.#set(port, 'leaving', error);
        throw error;
      }
    });
  }

  /** Ends the watch. The VIFs stay plugged. */
  async stop() {
    await this.#watch?.stop();
  }

  /** An unplug also takes the VIF out of the watch. */
  async #unplug({ vif, instance }) {
    const result = await this.#osVif.unplug(vif, instance, this.#options);
    await this.#files.delete(vif.id);
    this.#ports.delete(vif.id);
    return result;
  }

  async #plugAll(attachments, signal) {
    for (const [id, error] of await failuresOf(this.#osVif.plugAll(attachments, { signal }))) {
      if (signal.aborted) return;
      this.#set(this.#ports.get(id), 'failed', error);
      this.#log.error({ err: error, port: id }, 'the port could not be plugged at the start');
    }
  }

  async #unplugAll(attachments, signal) {
    const failures = await failuresOf(this.#osVif.unplugAll(attachments, { signal }));
    for (const { vif } of attachments) {
      const error = failures.get(vif.id);
      if (error === undefined) {
        await this.#files.delete(vif.id);
        this.#ports.delete(vif.id);
      } else {
        this.#set(this.#ports.get(vif.id), 'leaving', error);
        this.#log.error({ err: error, port: vif.id }, 'the port could not be unplugged at the start');
      }
    }
  }

  /** A port whose file is unreadable would be garbage. */
  async #collectGarbage(unreadable, signal) {
    if (unreadable.length > 0) return this.#log.warn('no garbage is collected, because files of ports are unreadable');
    const valid = this.list().map(({ vif }) => vif);
    const garbage = await this.#osVif.collectGarbage(valid, { signal });
    if (garbage.length > 0) this.#log.warn({ garbage }, 'garbage was removed');
  }

  /** Refuses a VIF that no plugin of this host can plug, before it is on disk. Asks nothing of the host. */
  async #requireWiring({ vif, instance }) {
    try {
      await this.#osVif.graph(vif, instance, { show: 'nothing' });
    } catch (error) {
      if (error.code === 'ERR_OSVIF_CLOSED') throw error;
      throw new InvalidPortError([{ path: '/port', message: error.message }], { cause: error });
    }
  }

  #set({ vif, instance, isLeaving = false }, state, error) {
    this.#ports.set(vif.id, { vif, instance, isLeaving, state, error });
  }

  #note(event) {
    this.#onEvent(event);
    if (event.type === 'resynchronized') void this.#reviewFailed();
    const port = this.#ports.get(event.vif?.id);
    if (port === undefined || port.isLeaving) return;
    // The reason of the failure says more than the drift that it left.
    if (event.type === 'drift' && port.state === 'failed') return;
    this.#set(port, STATE_AFTER[event.type], event.error);
  }

  /** A port whose plug failed may be right by now. The watch, which did not see the failure, has no event for that. */
  async #reviewFailed() {
    const failed = this.list().filter(({ state }) => state === 'failed');
    if (failed.length === 0) return;
    const drifts = await this.#osVif.checkAll(failed, this.#options).then(
      (found) => new Map(failed.map(({ vif }, i) => [vif.id, found[i]])),
      ({ results = new Map() }) => results,
    );
    for (const port of failed) {
      const isSame = this.#ports.get(port.vif.id) === port;
      if (isSame && drifts.get(port.vif.id)?.length === 0) this.#set(port, 'plugged');
    }
  }
}

/** Whether a plug of the new VIF would leave devices of the old one behind. */
function isOther(before, vif) {
  return ['constructor', 'plugin', 'vifName', 'bridgeName'].some((name) => before[name] !== vif[name]);
}

/** The errors of plugAll and unplugAll, by the ids of the VIFs. */
async function failuresOf(batch) {
  try {
    await batch;
    return new Map();
  } catch (error) {
    if (error.code !== 'ERR_OSVIF_BATCH') throw error;
    return error.failures;
  }
}
