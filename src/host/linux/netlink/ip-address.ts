/** IP addresses as text and as the bytes of a netlink attribute (RFC 5952 for the text of IPv6). */

/** Returns the bytes of an address. A prefix length after the address is ignored. */
export function ipBytes(address: string): Buffer {
  const [text = ''] = address.split('/');
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [head = [], tail = []] = text.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const missing = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...missing, ...tail].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

export function ipText(bytes: Buffer): string {
  if (bytes.length < 16) return [...bytes.subarray(0, 4)].join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
  const runs = groups.match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups;
  const start = groups.search(new RegExp(`\\b${longest}\\b`));
  const [head, tail] = [groups.slice(0, start), groups.slice(start + longest.length)];
  return `${head.replace(/:$/, '')}::${tail.replace(/^:/, '')}`;
}

/** Returns the prefix length. For an address without one, this is the length of the whole address. */
export function prefixOf(address: string): number {
  return Number(address.split('/')[1] ?? (address.includes(':') ? 128 : 32));
}

/** Returns the network of an address with a prefix length: `192.0.2.0/24` for `192.0.2.7/24`. */
export function networkOf(address: string): string {
  const length = prefixOf(address);
  const masked = ipBytes(address).map((byte, i) => byte & ~(0xff >> Math.min(8, Math.max(0, length - 8 * i))));
  return `${ipText(Buffer.from(masked))}/${length}`;
}
