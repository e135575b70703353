/** What libvirt and the kernel take as the value of an attribute. Who would refuse it later, far from the cause, is spared it here. */

import { LibvirtXmlError } from '../errors/libvirt.ts';
import { describeValue } from '../text/describe-value.ts';

/** libvirt's basictypes.rng, deviceName, less what the kernel refuses: dev_valid_name() knows no `/` and no `:`, and at most 15 bytes. */
const DEVICE_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9_.\\-]{1,15}$/;
/** basictypes.rng, deviceName: what `<source dev>` of a vDPA device may be. */
const DEVICE_PATH = /^\/[a-zA-Z0-9_.\-\\:/]+$/;
/** basictypes.rng, absFilePath: no line breaks. */
const SOCKET_PATH = /^\/[^\n\r]+$/;
/** sockaddr_un.sun_path holds 108 bytes, one of which ends it: unix(7). */
const LONGEST_SOCKET_PATH = 107;
/** libvirt, LIBVIRT_IFLA_VF_PORT_PROFILE_MAX less the byte that ends it; the schema counts characters, the parser bytes. */
const LONGEST_PROFILE_ID = 39;
/** libvirt reads sizes and rates as unsigned int. */
const LARGEST = 0xffffffff;

/** The name of a network device or bridge. */
export function deviceName(value: string, what: string): string {
  if (DEVICE_NAME.test(value)) return value;
  throw refusal(what, value, 'the name of a network device: 1 to 15 letters, digits, `_`, `.`, `\\` or `-`');
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

/** The id of a port profile on a switch: any text, but not much. */
export function profileId(value: string, what: string): string {
  if (bytesOf(value) <= LONGEST_PROFILE_ID) return value;
  throw refusal(what, value, `at most ${LONGEST_PROFILE_ID} bytes`);
}

/** A whole number in a range, both ends included. */
export function wholeNumber(value: number, what: string, min: number, max = LARGEST): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw refusal(what, value, `a whole number from ${min} to ${max}`);
}

/** How many descriptors a virtio ring has. QEMU, hw/net/virtio-net.c: a power of two from 256 to 1024. */
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
