/** The values that the kernel gives a new device. */

import type { BridgeSettings, LinkKind, PortSettings } from '../../host-contract/links.ts';

/** The largest MTU that the kernel accepts for each kind of device, in bytes. */
export const MAX_MTU: { readonly [K in LinkKind]: number } = {
  bridge: 65535,
  veth: 65535,
  tap: 65521,
  macvtap: 65535,
  vlan: 65535,
};
/** br_dev_setup() */
export const BRIDGE_DEFAULTS: Required<BridgeSettings> = {
  ageingTime: 300,
  stp: false,
  forwardDelay: 15,
  multicastSnooping: true,
  vlanFiltering: false,
};
/** new_nbp() */
export const PORT_DEFAULTS: Required<PortSettings> = { hairpin: false, isolated: false, learning: true };

/** A locally administered unicast address, different for each index. */
export function localMac(index: number): string {
  return `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 0xff).toString(16).padStart(2, '0')}`;
}
