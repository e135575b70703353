/** The vnic type of the port of a VIF. No class of os-vif has a field for it. */

import type { VIFBase } from './vif.ts';

/** VIFs that this process converted from a port. A VIF from the wire or a copy is not in the map. */
const vnicTypes = new WeakMap<VIFBase, string>();

/** Records the vnic type of the port of a VIF, and returns the VIF. */
export function withVnicType(vif: VIFBase, vnicType: string): VIFBase {
  vnicTypes.set(vif, vnicType);
  return vif;
}

/** The vnic type of the port of a VIF: `direct`, `vdpa`. Undefined if this process did not convert the port. */
export function vnicTypeOf(vif: VIFBase): string | undefined {
  return vnicTypes.get(vif);
}
