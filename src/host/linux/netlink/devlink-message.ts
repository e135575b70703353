/**
 * Messages of devlink, a family of generic netlink (kernel, include/uapi/linux/devlink.h and genetlink.h).
 */

import type { SwitchPortRole } from '../../../host-contract/pci.ts';
import { decodeAttributes, type Message, readString, readU16, readU32, u8 } from './message.ts';
import type { Request } from './request.ts';

export const NETLINK_GENERIC = 16;
/** The family that lists all families. */
const GENL_ID_CTRL = 0x10;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

const DEVLINK_CMD_PORT_GET = 5;
const DEVLINK_ATTR_PORT_NETDEV_NAME = 7;
const DEVLINK_ATTR_PORT_FLAVOUR = 77;
const DEVLINK_ATTR_PORT_PCI_PF_NUMBER = 127;
const DEVLINK_ATTR_PORT_PCI_VF_NUMBER = 128;
const DEVLINK_ATTR_PORT_EXTERNAL = 149;

/** DEVLINK_PORT_FLAVOUR_*. Ports of other flavours do not belong to NICs with PCI functions. */
const FLAVOURS: ReadonlyMap<number, SwitchPortRole['flavour']> = new Map([
  [0, 'uplink'],
  [3, 'physical-function'],
  [4, 'virtual-function'],
  [7, 'sub-function'],
]);

/** sizeof(struct genlmsghdr). */
const HEADER_SIZE = 4;

/** The request for a list of all families of generic netlink. */
export function listFamilies(): Omit<Request, 'flags'> {
  return { what: 'the families of generic netlink', type: GENL_ID_CTRL, body: genericHeader(CTRL_CMD_GETFAMILY) };
}

/** Returns the message type of devlink. Undefined if the kernel has no devlink. */
export function devlinkFamily(families: readonly Message[]): number | undefined {
  for (const { payload } of families) {
    const attributes = decodeAttributes(payload.subarray(HEADER_SIZE));
    const name = attributes.get(CTRL_ATTR_FAMILY_NAME);
    const id = attributes.get(CTRL_ATTR_FAMILY_ID);
    if (name && id && id.length >= 2 && readString(name) === 'devlink') return readU16(id, 0);
  }
  return undefined;
}

/** The request for a list of the ports of all NICs. */
export function listPorts(family: number): Omit<Request, 'flags'> {
  return { what: 'the ports of devlink', type: family, body: genericHeader(DEVLINK_CMD_PORT_GET) };
}

/** Returns the roles of the ports that have a network device, by the name of the device. */
export function decodePorts(messages: readonly Message[]): Map<string, SwitchPortRole> {
  return new Map(messages.flatMap(({ payload }) => decodePort(payload)));
}

function decodePort(payload: Buffer): [string, SwitchPortRole][] {
  const attributes = decodeAttributes(payload.subarray(HEADER_SIZE));
  const name = attributes.get(DEVLINK_ATTR_PORT_NETDEV_NAME);
  const flavour = FLAVOURS.get(numberIn(attributes.get(DEVLINK_ATTR_PORT_FLAVOUR)) ?? -1);
  if (name === undefined || flavour === undefined) return [];
  const physicalFunction = numberIn(attributes.get(DEVLINK_ATTR_PORT_PCI_PF_NUMBER));
  const virtualFunction = numberIn(attributes.get(DEVLINK_ATTR_PORT_PCI_VF_NUMBER));
  const role: SwitchPortRole = {
    flavour,
    ...(physicalFunction !== undefined && { physicalFunction }),
    ...(virtualFunction !== undefined && { virtualFunction }),
    ...(attributes.get(DEVLINK_ATTR_PORT_EXTERNAL)?.[0] && { external: true }),
  };
  return [[readString(name), role]];
}

/** Reads an unsigned number of 8, 16 or 32 bits. */
function numberIn(value: Buffer | undefined): number | undefined {
  if (value === undefined || value.length === 0) return undefined;
  if (value.length >= 4) return readU32(value, 0);
  return value.length >= 2 ? readU16(value, 0) : value[0];
}

function genericHeader(command: number): Buffer {
  const VERSION = 1;
  return Buffer.concat([u8(command), u8(VERSION), Buffer.alloc(2)]);
}
