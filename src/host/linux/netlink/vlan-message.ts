/** The settings of a VLAN device as attributes (linux/if_link.h, IFLA_VLAN_*). */

import { VLAN_PROTOCOLS, type VlanProtocol, type VlanSettings } from '../../../host-contract/links.ts';
import { type Attribute, readU16, u16 } from './message.ts';

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
export function decodeVlan(data: ReadonlyMap<number, Buffer>): Required<VlanSettings> {
  const id = data.get(IFLA_VLAN_ID);
  const ethertype = data.get(IFLA_VLAN_PROTOCOL)?.readUInt16BE(0);
  const protocol = VLAN_PROTOCOLS.find((name) => ETHERTYPES[name] === ethertype);
  return { id: id === undefined ? 0 : readU16(id, 0), protocol: protocol ?? '802.1Q' };
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
