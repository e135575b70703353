/** The settings of a bridge and of its ports as attributes (linux/if_link.h, IFLA_BR_* and IFLA_BRPORT_*). */

import type { BridgeSettings, PortSettings } from '../../../host-contract/links.ts';
import { type Attribute, decodeAttributes, readNumber, u8, u32 } from './message.ts';

const IFLA_BRPORT_MODE = 4;
const IFLA_BRPORT_LEARNING = 8;
const IFLA_BRPORT_ISOLATED = 33;

const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_AGEING_TIME = 4;
const IFLA_BR_STP_STATE = 5;
const IFLA_BR_VLAN_FILTERING = 7;
const IFLA_BR_MCAST_SNOOPING = 23;
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

export function decodeBridge(data: Map<number, Buffer>): Required<BridgeSettings> {
  const number = (type: number): number => readNumber(data.get(type));
  return {
    ageingTime: number(IFLA_BR_AGEING_TIME) / TICKS,
    stp: number(IFLA_BR_STP_STATE) !== 0,
    forwardDelay: number(IFLA_BR_FORWARD_DELAY) / TICKS,
    multicastSnooping: number(IFLA_BR_MCAST_SNOOPING) !== 0,
    vlanFiltering: number(IFLA_BR_VLAN_FILTERING) !== 0,
  };
}

export function decodePort(data: Buffer | undefined): Required<PortSettings> {
  const attributes = decodeAttributes(data ?? Buffer.alloc(0));
  const flag = (type: number): boolean => readNumber(attributes.get(type)) !== 0;
  return {
    hairpin: flag(IFLA_BRPORT_MODE),
    isolated: flag(IFLA_BRPORT_ISOLATED),
    learning: flag(IFLA_BRPORT_LEARNING),
  };
}
