/**
 * Field types of addresses: MAC, PCI, IP and IP network. Each type and its JSON Schema use the same pattern.
 * The stored value has the canonical form of Python's netaddr.
 */
import { PCI_ADDRESS_INPUT } from '../../text/pci-address.ts';
import type { FieldType } from '../model.ts';
import { refuse, scalar } from './field-type.ts';

/** A MAC address: six bytes, separated by `:` or `-`. Stored in lower case with colons. */
export function macAddress(): FieldType<string> {
  return MAC_ADDRESS;
}

/** The PCI address of a device, `domain:bus:slot.function` such as `0000:3b:00.1`. Stored in lower case. */
export function pciAddress(): FieldType<string> {
  return PCI_ADDRESS;
}

/**
 * An IPv4 address of four decimal parts, or an IPv6 address without a zone.
 * IPv6 is stored in the form of RFC 5952.
 */
export function ipAddress(): FieldType<string> {
  return IP_ADDRESS;
}

/** An IPv4 address of four decimal parts. */
export function ipv4Address(): FieldType<string> {
  return IPV4_ADDRESS;
}

/** An IPv6 address without a zone. Stored in the form of RFC 5952. */
export function ipv6Address(): FieldType<string> {
  return IPV6_ADDRESS;
}

/**
 * An IP network in CIDR notation, `10.0.0.0/24` or `2001:db8::/64`. Bits after the prefix are kept
 * (`10.0.0.5/24`). Leading zeros of the prefix length are accepted, but not stored. An address without a
 * prefix length gets the full length. An IPv4 netmask or hostmask is converted to a prefix length.
 */
export function ipNetwork(): FieldType<string> {
  return IP_NETWORK;
}

/** The same as {@link ipAddress}, under the name that oslo's IPV4AndV6Address has in a fingerprint. */
export function ipv4AndV6Address(): FieldType<string> {
  return IPV4_AND_V6_ADDRESS;
}

/** An IPv4 network in CIDR notation. The rules of {@link ipNetwork} apply. */
export function ipv4Network(): FieldType<string> {
  return IPV4_NETWORK;
}

/** An IPv6 network in CIDR notation. The rules of {@link ipNetwork} apply. */
export function ipv6Network(): FieldType<string> {
  return IPV6_NETWORK;
}

const MOST_REMEMBERED = 1024;
/**
 * The longest canonical network has 43 characters.
 * Longer texts are not cached, so the memory of the cache is limited.
 */
const LONGEST_REMEMBERED = 64;
const whole = (source: string) => new RegExp(`^(?:${source})$`);
const pattern = (form: RegExp) => ({ type: 'string', pattern: form.source });

const MAC_FORM = whole('[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}');
const CANONICAL_MAC_FORM = /^[0-9a-f:]+$/;

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const IPV6 = ipv6Pattern();
const IPV4_FORM = whole(IPV4);
const IPV6_FORM = whole(IPV6);
const IP_FORM = whole(`${IPV4}|${IPV6}`);
const NETWORK_V4 =
  `${IPV4}(?:/(?:0*(?:3[0-2]|[12]?[0-9])|${maskPattern('255', '255|254|252|248|240|224|192|128|0', '0')}|` +
  `${maskPattern('0', '255|127|63|31|15|7|3|1|0', '255')}))?`;
const NETWORK_V6 = `(?:${IPV6})(?:/0*(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?`;

const MAC_ADDRESS = scalar('MACAddress', acceptMac, pattern(MAC_FORM));
const PCI_ADDRESS = scalar('PCIAddress', acceptPci, pattern(PCI_ADDRESS_INPUT));
const IPV4_ADDRESS = address('IPV4Address', 'an IPv4 address such as 192.0.2.1', IPV4_FORM, (value) => value);
const IPV6_ADDRESS = address('IPV6Address', 'an IPv6 address such as 2001:db8::1', IPV6_FORM, canonicalIpv6);
const IP_ADDRESS = address('IPAddress', 'an IP address such as 192.0.2.1 or 2001:db8::1', IP_FORM, canonicalIp);
const IPV4_AND_V6_ADDRESS: FieldType<string> = { ...IP_ADDRESS, osloName: 'IPV4AndV6Address' };
const IP_NETWORK = network('IPNetwork', 'an IP network such as 192.0.2.0/24', `${NETWORK_V4}|${NETWORK_V6}`);
const IPV4_NETWORK = network('IPV4Network', 'an IPv4 network such as 192.0.2.0/24', NETWORK_V4);
const IPV6_NETWORK = network('IPV6Network', 'an IPv6 network such as 2001:db8::/64', NETWORK_V6);

function acceptMac(value: unknown): string {
  if (typeof value !== 'string' || !MAC_FORM.test(value))
    return refuse(value, 'a MAC address such as fa:16:3e:00:00:01');
  return CANONICAL_MAC_FORM.test(value) ? value : value.toLowerCase().replaceAll('-', ':');
}

function acceptPci(value: unknown): string {
  if (typeof value !== 'string' || !PCI_ADDRESS_INPUT.test(value))
    return refuse(value, 'a PCI address such as 0000:3b:00.1');
  return value.toLowerCase();
}

function network(osloName: string, expected: string, form: string): FieldType<string> {
  return address(osloName, expected, whole(form), canonicalNetwork);
}

/** A type of addresses with a cache of canonical forms, because the same addresses recur. */
function address(
  osloName: string,
  expected: string,
  form: RegExp,
  canonicalOf: (value: string) => string,
): FieldType<string> {
  const remembered = new Map<string, string>();
  const accept = (value: unknown) => {
    if (typeof value !== 'string') return refuse(value, expected);
    const known = remembered.get(value);
    if (known !== undefined) return known;
    if (!form.test(value)) return refuse(value, expected);
    const canonical = canonicalOf(value);
    if (value.length > LONGEST_REMEMBERED) return canonical;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(value, canonical);
    return canonical;
  };
  return scalar(osloName, accept, pattern(form));
}

function canonicalIp(value: string): string {
  return value.includes(':') ? canonicalIpv6(value) : value;
}

function canonicalNetwork(value: string): string {
  const [address = '', prefix] = value.split('/');
  if (address.includes(':')) return `${canonicalIpv6(address)}/${Number(prefix ?? 128)}`;
  return `${address}/${prefix?.includes('.') ? prefixLengthOf(prefix) : Number(prefix ?? 32)}`;
}

/** The prefix length of a netmask or a hostmask, which the pattern has checked. 0.0.0.0 is a netmask. */
function prefixLengthOf(mask: string): number {
  const bits = mask.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
  const length = bits.join('').replaceAll('0', '').length;
  return bits[0]?.startsWith('0') && length > 0 ? 32 - length : length;
}

/**
 * The form of inet_ntop(3) in the GNU C library, and of Python's netaddr: mapped and compatible
 * addresses end with IPv4. For the others, the host of a URL has the form of RFC 5952.
 */
function canonicalIpv6(value: string): string {
  const canonical = new URL(`http://[${value}]`).hostname.slice(1, -1);
  const [, mapped = '', high, low] = ENDS_IN_IPV4.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const octets = [high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  return `::${mapped}${octets.join('.')}`;
}

/** ::ffff:c000:201, ::ffff:0:1 and ::c000:201, but not ::1 */
const ENDS_IN_IPV4 = /^::(ffff:)?([0-9a-f]+):([0-9a-f]+)$/;

/**
 * RFC 4291 2.2: eight groups, or fewer with one `::`. The last two groups are hexadecimal or an IPv4 address.
 */
function ipv6Pattern(): string {
  const group = '[0-9a-fA-F]{1,4}';
  const tail = (groups: number) =>
    groups < 2 ? `(?:${group})?` : `(?:(?:${group}:){0,${groups - 1}}${group}|(?:${group}:){0,${groups - 2}}${IPV4})?`;
  const head = (groups: number) => (groups === 0 ? '' : `${group}(?::${group}){${groups - 1}}`);
  const shortened = [0, 1, 2, 3, 4, 5, 6].map((groups) => `${head(groups)}::${tail(7 - groups)}`);
  return [`(?:${group}:){7}${group}`, `(?:${group}:){6}${IPV4}`, ...shortened, `${head(7)}::`].join('|');
}

function maskPattern(before: string, edge: string, after: string): string {
  const at = (i: number) => `(?:${before}\\.){${i}}(?:${edge})(?:\\.${after}){${3 - i}}`;
  return [0, 1, 2, 3].map(at).join('|');
}
