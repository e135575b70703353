/** Virtual functions in the link messages of their physical function (linux/if_link.h, IFLA_VFINFO_LIST). */

import type { VirtualFunction, VirtualFunctionSettings } from '../../../../host-contract/links.ts';
import { IFLA_EXT_MASK } from '../link-attributes.ts';
import { macBytes } from '../link-message.ts';
import { type Attribute, decodeAttributeList, decodeAttributes, type Message, readU32, u32 } from '../message.ts';

const IFLA_VFINFO_LIST = 22;
const RTEXT_FILTER_VF = 1;
const IFLA_VF_INFO = 1;
const IFLA_VF_MAC = 1;
const IFLA_VF_VLAN = 2;
const IFLA_VF_SPOOFCHK = 4;
const IFLA_VF_TRUST = 9;
/** struct ifla_vf_mac has 32 bytes for the address. */
const MAX_ADDRESS = 32;
/** The value of a setting that the driver does not support. */
const UNKNOWN = 0xffffffff;

/** Requests the virtual functions of a link. The kernel needs more time for such a request. */
export const VIRTUAL_FUNCTIONS_TOO: Attribute = [IFLA_EXT_MASK, u32(RTEXT_FILTER_VF)];

/**
 * Returns the settings of one virtual function as an attribute, in the order of the manual of `ip link set
 * ... vf`.
 */
export function virtualFunctionAttribute(
  number: number,
  { mac, vlan, spoofCheck, trust }: VirtualFunctionSettings,
): Attribute {
  const info: Attribute[] = [];
  if (mac !== undefined)
    info.push([IFLA_VF_MAC, Buffer.concat([u32(number), macBytes(mac), Buffer.alloc(MAX_ADDRESS - 6)])]);
  // The third number is the priority of the tag (802.1p).
  if (vlan !== undefined) info.push([IFLA_VF_VLAN, Buffer.concat([u32(number), u32(vlan), u32(0)])]);
  if (spoofCheck !== undefined) info.push([IFLA_VF_SPOOFCHK, Buffer.concat([u32(number), u32(Number(spoofCheck))])]);
  if (trust !== undefined) info.push([IFLA_VF_TRUST, Buffer.concat([u32(number), u32(Number(trust))])]);
  return [IFLA_VFINFO_LIST, [[IFLA_VF_INFO, info]]];
}

/** Lists the virtual functions in a link message. */
export function decodeVirtualFunctions({ payload }: Message): VirtualFunction[] {
  const list = decodeAttributes(payload.subarray(16)).get(IFLA_VFINFO_LIST);
  return list === undefined ? [] : decodeAttributeList(list).map(([, info]) => decodeVirtualFunction(info));
}

function decodeVirtualFunction(info: Buffer): VirtualFunction {
  const attributes = decodeAttributes(info);
  const mac = attributes.get(IFLA_VF_MAC);
  const vlan = attributes.get(IFLA_VF_VLAN);
  const trust = settingOf(attributes.get(IFLA_VF_TRUST));
  const spoofCheck = settingOf(attributes.get(IFLA_VF_SPOOFCHK));
  return {
    number: mac === undefined ? 0 : readU32(mac, 0),
    ...(mac && { mac: (mac.toString('hex', 4, 10).match(/../g) ?? []).join(':') }),
    ...(vlan && { vlan: readU32(vlan, 4) }),
    ...(trust !== undefined && { trust }),
    ...(spoofCheck !== undefined && { spoofCheck }),
  };
}

function settingOf(value: Buffer | undefined): boolean | undefined {
  if (value === undefined || value.length < 8) return undefined;
  const setting = readU32(value, 4);
  return setting === UNKNOWN ? undefined : setting !== 0;
}
