// Sees when a broken port is right again: by a watch of its own, in the same namespace as the agent, that repairs nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { OsVif } from 'os-vif/host';

/** ms between checks of a port whose drift was not told: the agent may have repaired it before this process looked. */
const LOOK_MS = 100;
/** The longest pause between two repairs of a watch, and time for the repair itself. */
export const LOST_MS = 70_000;

export async function startObserver(connection, ports) {
  const osVif = await OsVif.open({ ovsdb: { connection } });
  const watch = osVif.watch(
    ports.map(({ attachment }) => attachment),
    { interval: 0 },
  );
  const resynchronizations = {};
  /** By the id of the port: what waits for it. */
  const waiting = new Map();
  const ended = consume();

  async function consume() {
    for await (const { type, vif, reason } of watch) {
      if (type === 'resynchronized') resynchronizations[reason] = (resynchronizations[reason] ?? 0) + 1;
      const pending = waiting.get(vif?.id);
      if (pending === undefined) continue;
      if (type === 'drift') pending.isDrifted = true;
      if (type === 'restored' && pending.isDrifted) pending.resolve({ at: performance.now(), isSeen: true });
    }
  }

  /** Without an event, a check tells whether the port is right: it was repaired before the drift was seen. */
  async function look({ attachment }, pending) {
    for (;;) {
      await Promise.race([sleep(LOOK_MS), pending.promise]);
      if (pending.isDone) return;
      if (!pending.isBroken || pending.isDrifted) continue;
      const { vif, instance } = attachment;
      const drifts = await osVif.check(vif, instance, { timeout: 5000 }).catch(() => undefined);
      if (drifts?.length === 0 && !pending.isDrifted) pending.resolve({ at: performance.now(), isSeen: false });
    }
  }

  return {
    osVif,
    ended,
    resynchronizations,
    /** Expect a break. `broken()` says that it is done; `repaired` is when the port was right again, or undefined after LOST_MS. */
    expect(port) {
      const pending = { isBroken: false, isDrifted: false, isDone: false };
      pending.promise = new Promise((resolve) => {
        pending.resolve = (result) => {
          pending.isDone = true;
          clearTimeout(pending.late);
          if (waiting.get(port.id) === pending) waiting.delete(port.id);
          resolve(result);
        };
      });
      pending.late = setTimeout(() => pending.resolve(undefined), LOST_MS);
      waiting.set(port.id, pending);
      void look(port, pending);
      return {
        broken: () => {
          pending.isBroken = true;
        },
        cancel: () => pending.resolve(undefined),
        repaired: pending.promise,
      };
    },
    async stop() {
      await osVif.close();
      await ended;
    },
  };
}
