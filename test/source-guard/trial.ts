/** Sends every frame of a guest, and looks which of them arrive. */

import { MARKED, namesIn } from './frames.ts';
import type { GuardedDevice } from './guarded-devices.ts';

/** Sends all frames. Returns the names of those that each receiver got. */
export async function trial({
  guest,
  receivers,
}: Pick<GuardedDevice, 'guest' | 'receivers'>): Promise<Record<string, string[]>> {
  const wires = Object.entries(receivers);
  for (const [, wire] of wires) await wire.drain();
  for (const frame of MARKED.values()) guest.sendBytes(frame);
  const got: Record<string, string[]> = {};
  for (const [name, wire] of wires) got[name] = namesIn(await wire.drain());
  return got;
}
