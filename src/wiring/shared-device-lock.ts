/**
 * Runs plugs that share a device of the kernel one after the other.
 * A plug that fails then removes no device that another plug of this process has started to use.
 */

import type { Host } from '../host-contract/host.ts';
import { KeyedQueue } from '../host-contract/keyed-queue.ts';
import { isOvsElement, type Wiring } from './wiring.ts';

/** By host: a queue whose keys are the names of shared devices. */
const queues = new WeakMap<Host, KeyedQueue>();

/** Runs the action while no other action that shares a device with this wiring runs on this host. */
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
 * The names of the kernel's devices that the VIF uses with others.
 * Elements of Open vSwitch are left out, because their transactions keep them apart.
 */
export function sharedDevicesOf(wiring: Wiring): string[] {
  return wiring.flatMap((element) =>
    !isOvsElement(element) && 'shared' in element && element.shared ? [element.name] : [],
  );
}
