/** Which macvtap guests are isolated from others on their device (IEEE's PEPA). VIFDirect has no field for it. */

import { requireArgument } from '../errors/argument.ts';
import { objectWith } from '../errors/value-kinds.ts';
import type { VIFBase, VIFDirect } from './vif.ts';

/** Isolates all guests in mode `bridge`, or those VIFs for which the function returns true. */
export type GuestIsolation = boolean | ((vif: VIFDirect) => boolean);

/** A copy of a VIF, and a VIF that was read from JSON, are not in the set. */
const privateGuests = new WeakSet<VIFBase>();

/**
 * Records in this process that the guest of the VIF is isolated from other guests on its device, and returns the
 * VIF. `vifFromPort` does so for a binding with `macvtap_mode` `private`.
 */
export function asPrivateGuest<V extends VIFBase>(vif: V): V {
  requireArgument('asPrivateGuest', vif, objectWith('a VIF such as VIFDirect', 'require', 'toPrimitive'));
  privateGuests.add(vif);
  return vif;
}

/** Whether `asPrivateGuest` was called for the VIF. JSON of a VIF does not tell this: store it beside the JSON. */
export function isPrivateGuest(vif: VIFBase): boolean {
  return privateGuests.has(vif);
}

/** Whether the guest is isolated. A guest in mode `passthrough` has no other guests on its device. */
export function isIsolated(vif: VIFDirect, isolation: GuestIsolation = false): boolean {
  if (vif.mode === 'passthrough') return false;
  if (isPrivateGuest(vif)) return true;
  return typeof isolation === 'function' ? isolation(vif) : isolation && vif.mode === 'bridge';
}
