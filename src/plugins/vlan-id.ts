/** The VLAN id of a network whose guests are on a VLAN device. */

import { PluginError } from '../errors/plugin.ts';
import type { Network } from '../objects/network.ts';

/** Returns the VLAN id. @throws PluginError for a network without a VLAN id */
export function requireVlan(network: Network | null | undefined): number {
  const vlan = network?.vlan;
  if (vlan) return vlan;
  throw new PluginError(
    `network.vlan is ${vlan === undefined ? 'not set' : vlan}, but the VIF needs a VLAN device: set network.vlan to a VLAN id, 1 to 4094`,
  );
}
