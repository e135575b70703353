/** IPv4 and IPv6 addresses with prefix lengths, as bytes (RFC 4291, RFC 5952). */

/** An IP address or a range of addresses. */
export interface IpPrefix {
  /** 4 or 16 bytes. The bits after the prefix are 0. */
  readonly bytes: readonly number[];
  /** The number of bits that count: 32 or 128 for one address. */
  readonly length: number;
}

/** Parses `10.0.0.10`, `10.0.0.0/24` or `fd00::a/64`. Undefined for other text. */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  const [, address = '', suffix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const bytes = address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address);
  if (bytes === undefined) return undefined;
  const bits = 8 * bytes.length;
  const length = suffix === undefined ? bits : Number(suffix);
  return length > bits ? undefined : { bytes: maskedBytes(bytes, length), length };
}

/** The canonical text: `10.0.0.10` for one address, `fd00::/64` for a range. */
export function ipPrefixText({ bytes, length }: IpPrefix): string {
  const address = bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes);
  return length === 8 * bytes.length ? address : `${address}/${length}`;
}

/** The mask of a prefix: 255, 255, 255, 0 for 24 of 32 bits. */
export function maskOf({ bytes, length }: IpPrefix): number[] {
  return bytes.map((_, i) => 0xff & ~(0xff >> Math.min(8, Math.max(0, length - 8 * i))));
}

/** The link-local IPv6 address of a MAC address (RFC 4291, appendix A). */
export function linkLocalOf(mac: string): IpPrefix {
  const [a = 0, ...rest] = mac.split(':').map((octet) => Number.parseInt(octet, 16));
  const identifier = [a ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return { bytes: [0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...identifier], length: 128 };
}

function maskedBytes(bytes: readonly number[], length: number): number[] {
  const mask = maskOf({ bytes, length });
  return bytes.map((byte, i) => byte & (mask[i] ?? 0));
}

function ipv4Bytes(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  // A number with a leading zero is octal for some programs.
  return bytes.join('.') === text && bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function ipv6Bytes(text: string): number[] | undefined {
  const embedded = /^(.*:)([\d.]+)$/.exec(text);
  const last = embedded?.[2]?.includes('.') ? ipv4Bytes(embedded[2]) : [];
  if (last === undefined) return undefined;
  const halves = (last.length > 0 ? `${embedded?.[1]}0:0` : text).split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const bytes = groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
  return last.length > 0 ? [...bytes.slice(0, 12), ...last] : bytes;
}

function ipv6Text(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let [best, start] = [{ start: 0, length: 0 }, 0];
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}
