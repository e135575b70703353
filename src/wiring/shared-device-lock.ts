/**
 * Runs plugs that share a device of the kernel one after the other. A plug that fails then removes no device
 * that another plug of this process uses.
 */

import type { Host } from '../host-contract/host.ts';
import { KeyedQueue } from '../host-contract/keyed-queue.ts';
import { isOvsElement, type Wiring } from './wiring.ts';

/** One queue for each host. The keys of a queue are the names of shared devices. */
const queues = new WeakMap<Host, KeyedQueue>();

/** Runs the action while no other action with the same shared devices runs on this host. */
export async function withSharedDeviceLock<T>(
  wiring: Wiring,
  host: Host,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const names = sharedDevicesOf(wiring);
  if (names.length === 0) return action();
  const queue = queues.get(host) ?? new KeyedQueue();
  queues.set(host, queue);
  return queue.run(names, action, signal);
}

/**
 * Lists the kernel devices of the wiring that several VIFs use. Elements of Open vSwitch are left out,
 * because their transactions isolate them.
 */
export function sharedDevicesOf(wiring: Wiring): string[] {
  return wiring.flatMap((element) =>
    !isOvsElement(element) && 'shared' in element && element.shared ? [element.name] : [],
  );
}
