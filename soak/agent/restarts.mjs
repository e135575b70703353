// Ends the agent, its helper and the daemons of Open vSwitch at random times, and notes from when to when they were away.
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** ms between two restarts. */
const [LEAST_MS, MOST_MS] = [5000, 15_000];
/** ms after a restart until the connections of the agent and of the watch to a server are back: they try each second. */
const CALM_MS = 2000;

export class Restarts {
  /** What was away from when to when. */
  windows = [];
  counts = {};
  isServerDown = false;
  #context;
  #random;

  constructor(context, random) {
    this.#context = context;
    this.#random = random;
  }

  /** Runs until `end`. After `lastEnd` the agent lives on, so that its memory can be compared. */
  async run(end, lastEnd, signal) {
    const random = this.#random;
    const [ending, lasting] = [this.#ending(), this.#lasting()];
    while (performance.now() < end && !signal.aborted) {
      await sleep(random.between(LEAST_MS, MOST_MS), undefined, { signal }).catch(() => {});
      if (performance.now() > end - CALM_MS || signal.aborted) return;
      // The kinds take turns, so that each comes also in a short run.
      const isEarly = performance.now() < lastEnd;
      const isEnding = isEarly && (this.windows.length % 2 === 0 || random.below(2) === 0);
      const kinds = isEnding ? ending : lasting;
      const [what, action] = kinds.shift();
      kinds.push([what, action]);
      this.counts[what] = (this.counts[what] ?? 0) + 1;
      await this.#during(what, action);
    }
  }

  /** Whether something was away at a time between the two. */
  overlaps(from, to) {
    return this.windows.some((window) => window.from <= to && window.to >= from);
  }

  async #during(what, action) {
    const window = { what, from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.windows.push(window);
    await action();
    await this.#context.processes.ready();
    await sleep(CALM_MS);
    window.to = performance.now();
  }

  /** What ends the agent. */
  #ending() {
    const random = this.#random;
    const { agent, helper } = this.#context.processes;
    return random.shuffled([
      ['agent SIGKILL', () => nextLife(agent, () => agent.signal('SIGKILL'))],
      ['agent SIGTERM', () => nextLife(agent, () => agent.signal('SIGTERM'))],
      ['helper SIGTERM', () => nextLife(agent, () => helper.signal('SIGTERM'))],
    ]);
  }

  #lasting() {
    const random = this.#random;
    const { host, connection } = this.#context;
    const settled = () =>
      execute('ovs-vsctl', [`--db=${connection}`, '--timeout=30', 'set', 'Open_vSwitch', '.', 'external_ids:soak=yes']);
    return random.shuffled([
      [
        'ovsdb-server SIGKILL',
        async () => {
          this.isServerDown = true;
          await host.restart('ovsdb-server', 'SIGKILL', random.below(1000));
          await openSocket(connection);
          this.isServerDown = false;
          await settled();
        },
      ],
      [
        'ovs-vswitchd SIGKILL',
        async () => {
          await host.restart('ovs-vswitchd', 'SIGKILL', random.below(1000));
          await settled();
        },
      ],
    ]);
  }
}

async function nextLife(service, end) {
  const count = service.lives.length;
  end();
  while (service.lives.length === count) await sleep(20);
}

/** The agent has no privileges: its group may open the socket, as with SupplementaryGroups=openvswitch. */
export function openSocket(connection) {
  return chmod(connection.replace('unix:', ''), 0o666);
}
