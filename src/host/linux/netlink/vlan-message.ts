/** The settings of a VLAN device as attributes (linux/if_link.h, IFLA_VLAN_*). */

import { VLAN_PROTOCOLS, type VlanProtocol, type VlanSettings } from '../../../host-contract/links.ts';
import type { AttributeTable } from './attribute-table.ts';
import { type Attribute, u16 } from './message.ts';

const IFLA_VLAN_ID = 1;
const IFLA_VLAN_PROTOCOL = 5;
/** linux/if_ether.h: ETH_P_8021Q and ETH_P_8021AD */
const ETHERTYPES: Readonly<Record<VlanProtocol, number>> = { '802.1Q': 0x8100, '802.1ad': 0x88a8 };

export function vlanAttributes({ id, protocol }: VlanSettings): Attribute[] {
  const attributes: Attribute[] = [[IFLA_VLAN_ID, u16(id)]];
  if (protocol !== undefined) attributes.push([IFLA_VLAN_PROTOCOL, bigEndian(ETHERTYPES[protocol])]);
  return attributes;
}

/** Returns the settings of a VLAN device. A kernel that reports no protocol supports only 802.1Q. */
export function decodeVlan(data: AttributeTable): Required<VlanSettings> {
  const ethertype = data.has(IFLA_VLAN_PROTOCOL) ? data.bytes(IFLA_VLAN_PROTOCOL).readUInt16BE(0) : undefined;
  const protocol = VLAN_PROTOCOLS.find((name) => ETHERTYPES[name] === ethertype);
  return { id: data.number(IFLA_VLAN_ID), protocol: protocol ?? '802.1Q' };
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
