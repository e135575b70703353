/** The addresses in a source guard: `10.0.0.10`, `fd00::/64`, or `10.0.0.10 00:00:5e:00:01:0a`. */

import { type IpPrefix, ipPrefixText, parseIpPrefix } from './ip-prefix.ts';

/** An address that a guest may use. */
export interface GuardedAddress {
  readonly prefix: IpPrefix;
  /** In lower case. Undefined: the MAC address of the guest. */
  readonly mac: string | undefined;
}

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/**
 * Parses an IP address or prefix, alone or with a space and a MAC address behind it. Undefined for
 * other text.
 */
export function parseGuardedAddress(text: unknown): GuardedAddress | undefined {
  if (typeof text !== 'string') return undefined;
  const [ip = '', mac, ...rest] = text.split(' ');
  const prefix = parseIpPrefix(ip);
  if (prefix === undefined || rest.length > 0) return undefined;
  const lower = mac?.toLowerCase();
  return lower === undefined || MAC.test(lower) ? { prefix, mac: lower } : undefined;
}

/** The canonical text. */
export function guardedAddressText({ prefix, mac }: GuardedAddress): string {
  return mac === undefined ? ipPrefixText(prefix) : `${ipPrefixText(prefix)} ${mac}`;
}
