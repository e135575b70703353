/** Lets plugs of one process that share a bridge take turns: one that fails takes back nothing that another has come to need. */

import type { Host } from './host.ts';
import type { Wiring } from './wiring.ts';

/** The last call for each shared name, for each host. */
const turns = new WeakMap<Host, Map<string, Promise<void>>>();

/** Runs the action when no other one that shares a device of the kernel with this wiring runs on this host. */
export async function inSharedTurn<T>(wiring: Wiring, host: Host, action: () => Promise<T>): Promise<T> {
  const names = sharedNames(wiring);
  if (names.length === 0) return action();
  const ofHost = turns.get(host) ?? new Map<string, Promise<void>>();
  turns.set(host, ofHost);
  const before = names.map((name) => ofHost.get(name));
  const turn = Promise.all(before).then(action);
  const settled = turn.then(
    () => {},
    () => {},
  );
  for (const name of names) ofHost.set(name, settled);
  try {
    return await turn;
  } finally {
    for (const name of names) if (ofHost.get(name) === settled) ofHost.delete(name);
  }
}

/** Elements of Open vSwitch have transactions to keep them apart. */
function sharedNames(wiring: Wiring): string[] {
  return wiring.flatMap((element) =>
    !element.kind.startsWith('ovs-') && 'shared' in element && element.shared ? [element.name] : [],
  );
}
