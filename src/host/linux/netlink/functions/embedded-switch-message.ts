/**
 * The mode of the embedded switch of a NIC (linux/if_bridge.h, IFLA_BRIDGE_MODE). The messages are those of `bridge
 * link`, whose family is AF_BRIDGE also for a device that is no port of a bridge.
 */

import { nameIn } from '../../../../host-contract/expected-links.ts';
import type { EmbeddedSwitchMode, ExpectedLink } from '../../../../host-contract/links.ts';
import { IFLA_AF_SPEC, RTM_GETLINK, RTM_SETLINK } from '../link-attributes.ts';
import { type Attribute, decodeAttributes, type Message, readU16, readU32, u16, u32 } from '../message.ts';
import type { Request } from '../request.ts';

const AF_BRIDGE = 7;
const IFLA_PROTINFO = 12;
const NLA_F_NESTED = 0x8000;
const IFLA_BRIDGE_FLAGS = 0;
const IFLA_BRIDGE_MODE = 1;
/** The request concerns the device itself, and not a bridge that it is a port of. */
const BRIDGE_FLAGS_SELF = 2;
/** linux/if_bridge.h, BRIDGE_MODE_VEB and BRIDGE_MODE_VEPA. */
const MODES: Readonly<Record<EmbeddedSwitchMode, number>> = { veb: 0, vepa: 1 };

/** The request of `bridge link set dev DEVICE hwmode MODE`, with its empty IFLA_PROTINFO. */
export function embeddedSwitchChange(
  index: number,
  mode: EmbeddedSwitchMode,
  expected: readonly ExpectedLink[],
): Request {
  const spec: Attribute[] = [
    [IFLA_BRIDGE_FLAGS, u16(BRIDGE_FLAGS_SELF)],
    [IFLA_BRIDGE_MODE, u16(MODES[mode])],
  ];
  return {
    what: `change of the embedded switch of ${nameIn(expected, index)} to ${mode}`,
    type: RTM_SETLINK,
    flags: 0,
    body: bridgeHeader(index),
    attributes: [
      [IFLA_PROTINFO | NLA_F_NESTED, []],
      [IFLA_AF_SPEC, spec],
    ],
  };
}

/** A dump of all devices with a driver that reports its embedded switch. The kernel has no look-up of one device. */
export function embeddedSwitchList(index: number): Omit<Request, 'flags'> {
  return { what: `embedded switch of link ${index}`, type: RTM_GETLINK, body: bridgeHeader(0) };
}

/** The mode in the messages of the device. Undefined if none of them has a mode. */
export function decodeEmbeddedSwitch(index: number, messages: readonly Message[]): EmbeddedSwitchMode | undefined {
  for (const { payload } of messages) {
    const spec = readU32(payload, 4) === index ? decodeAttributes(payload.subarray(16)).get(IFLA_AF_SPEC) : undefined;
    const mode = spec && decodeAttributes(spec).get(IFLA_BRIDGE_MODE);
    if (mode !== undefined) return readU16(mode, 0) === MODES.vepa ? 'vepa' : 'veb';
  }
  return undefined;
}

/** struct ifinfomsg */
function bridgeHeader(index: number): Buffer {
  return Buffer.concat([u32(AF_BRIDGE), u32(index), u32(0), u32(0)]);
}
