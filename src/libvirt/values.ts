/**
 * Checks the values of attributes before libvirt and the kernel do, so that the error names the
 * field of the VIF.
 */

import { LibvirtXmlError } from '../errors/libvirt.ts';
import { objectWith } from '../errors/value-kinds.ts';
import { describeValue } from '../text/describe-value.ts';

/** The argument of functions that convert a VIF. */
export const VIF = objectWith('a VIF such as VIFBridge', 'require', 'toPrimitive');

/**
 * libvirt's deviceName (basictypes.rng) within the kernel's limits (dev_valid_name()): no `/`, no `:`,
 * at most 15 bytes.
 */
const DEVICE_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9_.\\-]{1,15}$/;
/** libvirt's deviceName (basictypes.rng), for `<source dev>` of a vDPA device. */
const DEVICE_PATH = /^\/[a-zA-Z0-9_.\-\\:/]+$/;
/** libvirt's absFilePath (basictypes.rng): no line breaks. */
const SOCKET_PATH = /^\/[^\n\r]+$/;
/** libvirt: virNetworkDefParseXML() refuses `/`. Control characters would break the lines of virsh. */
const NETWORK_NAME = /^[^/\p{Cc}]+$/u;
/** The name of a file has at most 255 bytes: NAME_MAX of limits.h(0p). */
const LONGEST_NETWORK_NAME = 251;
/** unix(7): sun_path has 108 bytes including the closing NUL. */
const LONGEST_SOCKET_PATH = 107;
/**
 * libvirt's LIBVIRT_IFLA_VF_PORT_PROFILE_MAX without the closing NUL, in bytes.
 * libvirt's schema counts characters.
 */
const LONGEST_PROFILE_ID = 39;
/** libvirt reads sizes and rates as unsigned int. */
const LARGEST = 0xffffffff;

/**
 * Returns the name of a network device or bridge.
 * Like the other functions here, throws LibvirtXmlError for other values.
 */
export function deviceName(value: string, what: string): string {
  if (DEVICE_NAME.test(value)) return value;
  throw refusal(what, value, 'the name of a network device: 1 to 15 letters, digits, `_`, `.`, `\\` or `-`');
}

/** The name of a network of libvirt, which is also the name of a file: `<name>.xml`. */
export function networkName(value: string, what: string): string {
  if (typeof value === 'string' && NETWORK_NAME.test(value) && bytesOf(value) <= LONGEST_NETWORK_NAME) return value;
  throw refusal(
    what,
    value,
    `the name of a network: 1 to ${LONGEST_NETWORK_NAME} bytes without "/" and control characters`,
  );
}

/**
 * The MAC address of the guest's NIC. libvirt refuses multicast addresses (virDomainNetDefParseXML()), and the kernel
 * refuses an address of zeros (is_valid_ether_addr()).
 */
export function unicastAddress(value: string, what: string): string {
  const isMulticast = (Number.parseInt(value.slice(0, 2), 16) & 1) === 1;
  if (!isMulticast && value !== '00:00:00:00:00:00') return value;
  throw refusal(what, value, 'a unicast MAC address: the first byte is even, and not all bytes are 0');
}

/** The path of a character device. */
export function devicePath(value: string, what: string): string {
  if (DEVICE_PATH.test(value)) return value;
  throw refusal(what, value, 'an absolute path of letters, digits, `_`, `.`, `-`, `\\`, `:` and `/`');
}

/** The path of a UNIX socket. */
export function socketPath(value: string, what: string): string {
  if (SOCKET_PATH.test(value) && bytesOf(value) <= LONGEST_SOCKET_PATH) return value;
  throw refusal(what, value, `an absolute path of at most ${LONGEST_SOCKET_PATH} bytes without line breaks`);
}

/** The id of a port profile on a switch: any text of at most 39 bytes. */
export function profileId(value: string, what: string): string {
  if (bytesOf(value) <= LONGEST_PROFILE_ID) return value;
  throw refusal(what, value, `at most ${LONGEST_PROFILE_ID} bytes`);
}

/** A whole number in a range, both ends included. */
export function wholeNumber(value: number, what: string, min: number, max = LARGEST): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw refusal(what, value, `a whole number from ${min} to ${max}`);
}

/**
 * The number of descriptors of a virtio ring: a power of two from 256 to 1024 (QEMU, hw/net/virtio-net.c).
 */
export function ringSize(value: number | undefined, what: string): number | undefined {
  if (value === undefined || value === 256 || value === 512 || value === 1024) return value;
  throw refusal(what, value, '256, 512 or 1024');
}

function bytesOf(value: string): number {
  return new TextEncoder().encode(value).length;
}

function refusal(what: string, value: unknown, expected: string): LibvirtXmlError {
  return new LibvirtXmlError(`${what}: expected ${expected}, found ${describeValue(value)}`);
}
