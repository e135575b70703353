/** The settings of a bridge and of its ports as attributes (linux/if_link.h, IFLA_BR_* and IFLA_BRPORT_*). */

import type { BridgeSettings, PortSettings } from '../../../host-contract/links.ts';
import type { AttributeTable } from './attribute-table.ts';
import { type Attribute, u8, u32 } from './message.ts';

const IFLA_BRPORT_MODE = 4;
const IFLA_BRPORT_LEARNING = 8;
const IFLA_BRPORT_ISOLATED = 33;

const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_AGEING_TIME = 4;
const IFLA_BR_STP_STATE = 5;
const IFLA_BR_VLAN_FILTERING = 7;
const IFLA_BR_MCAST_SNOOPING = 23;
/** The largest type of an attribute that `decodeBridge` and `decodePort` read. */
export const LARGEST_BRIDGE_ATTRIBUTE = IFLA_BR_MCAST_SNOOPING;
export const LARGEST_PORT_ATTRIBUTE = IFLA_BRPORT_ISOLATED;
/** The kernel counts a bridge's times in hundredths of a second. */
const TICKS = 100;

export function portAttributes({ hairpin, isolated, learning }: PortSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (hairpin !== undefined) attributes.push([IFLA_BRPORT_MODE, u8(Number(hairpin))]);
  if (learning !== undefined) attributes.push([IFLA_BRPORT_LEARNING, u8(Number(learning))]);
  if (isolated !== undefined) attributes.push([IFLA_BRPORT_ISOLATED, u8(Number(isolated))]);
  return attributes;
}

export function bridgeAttributes({
  ageingTime,
  stp,
  forwardDelay,
  multicastSnooping,
  vlanFiltering,
}: BridgeSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (forwardDelay !== undefined) attributes.push([IFLA_BR_FORWARD_DELAY, u32(forwardDelay * TICKS)]);
  if (ageingTime !== undefined) attributes.push([IFLA_BR_AGEING_TIME, u32(ageingTime * TICKS)]);
  if (stp !== undefined) attributes.push([IFLA_BR_STP_STATE, u32(Number(stp))]);
  if (vlanFiltering !== undefined) attributes.push([IFLA_BR_VLAN_FILTERING, u8(Number(vlanFiltering))]);
  if (multicastSnooping !== undefined) attributes.push([IFLA_BR_MCAST_SNOOPING, u8(Number(multicastSnooping))]);
  return attributes;
}

/** Reads the attributes of a bridge (IFLA_INFO_DATA). */
export function decodeBridge(data: AttributeTable): Required<BridgeSettings> {
  return {
    ageingTime: data.number(IFLA_BR_AGEING_TIME) / TICKS,
    stp: data.number(IFLA_BR_STP_STATE) !== 0,
    forwardDelay: data.number(IFLA_BR_FORWARD_DELAY) / TICKS,
    multicastSnooping: data.number(IFLA_BR_MCAST_SNOOPING) !== 0,
    vlanFiltering: data.number(IFLA_BR_VLAN_FILTERING) !== 0,
  };
}

/** Reads the attributes of a port (IFLA_INFO_SLAVE_DATA). */
export function decodePort(data: AttributeTable): Required<PortSettings> {
  return {
    hairpin: data.number(IFLA_BRPORT_MODE) !== 0,
    isolated: data.number(IFLA_BRPORT_ISOLATED) !== 0,
    learning: data.number(IFLA_BRPORT_LEARNING) !== 0,
  };
}
