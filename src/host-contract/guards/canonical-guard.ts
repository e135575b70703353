/** The canonical form of source guards. */

import { LinkValueError } from '../../errors/link.ts';
import { describeValue } from '../../text/describe-value.ts';
import { utf8 } from '../../text/utf8.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import { requireMac, requireWatchedDevice } from '../link-values.ts';
import { guardedAddressText, parseGuardedAddress } from './guarded-address.ts';
import { ipPrefixText, linkLocalOf } from './ip-prefix.ts';
import { GUARD_HOOKS, GUARD_MODES, type SourceGuard, type SourceGuardState } from './source-guards.ts';

/** The name of a guard in drifts, plans and pictures. */
export function guardTitle(device: string): string {
  return `source guard of ${device}`;
}

/**
 * The compared properties. `bound`: the guard checks the frames of the device that has the name now.
 */
const COMPARED = ['hook', 'mac', 'mode', 'addresses', 'anyDevice', 'bound', 'active'] as const;

/** A property in which the state of a guard differs from a working guard with the wanted settings. */
export interface GuardDifference {
  readonly property: (typeof COMPARED)[number];
  readonly want: unknown;
  readonly have: unknown;
}

/** The differences between the wanted guard and the state of the guard on the host. */
export function guardDifferences(given: SourceGuard, state: SourceGuardState): GuardDifference[] {
  const wanted = { ...canonicalGuard(given), bound: true, active: true };
  return COMPARED.flatMap((property) => {
    const [want, have] = [wanted[property] ?? false, state[property] ?? false];
    return String(want) === String(have) ? [] : [{ property, want, have }];
  });
}

const MAX_ADDRESSES = 128;
const MAX_OWNER_BYTES = 100;

/**
 * Returns the same guard in the canonical form of all its values.
 *
 * @throws LinkValueError for values that no host can have
 */
export function canonicalGuard(guard: SourceGuard): SourceGuard {
  const { device, hook, mac, mode, addresses, owner, anyDevice } = guard;
  requireWatchedDevice(device);
  requireMac(device, mac);
  requireOneOf(device, 'hook', hook, GUARD_HOOKS);
  requireOneOf(device, 'mode', mode, GUARD_MODES);
  requireOwner(device, owner);
  if (addresses.length > MAX_ADDRESSES)
    throw new LinkValueError(`${device}: ${addresses.length} addresses, a source guard takes ${MAX_ADDRESSES}`);
  const own = ipPrefixText(linkLocalOf(mac));
  const canonical = new Set(addresses.map((address) => canonicalAddress(guard, address)));
  canonical.delete(own);
  return {
    device,
    hook,
    mac: mac.toLowerCase(),
    mode,
    addresses: [...canonical].sort(),
    owner: canonicalUuid(owner),
    ...(anyDevice && { anyDevice }),
  };
}

function canonicalAddress({ device, mac, mode }: SourceGuard, address: string): string {
  const parsed = parseGuardedAddress(address);
  if (parsed === undefined)
    throw new LinkValueError(
      `${device}: ${describeValue(address)} is not an IP address or prefix such as 10.0.0.10 or fd00::/64, alone or with a MAC address as in "10.0.0.10 00:00:5e:00:01:0a"`,
    );
  if (parsed.mac !== undefined && parsed.mac !== mac.toLowerCase()) {
    requireMac(device, parsed.mac);
    return guardedAddressText(parsed);
  }
  if (mode === 'mac')
    throw new LinkValueError(
      `${device}: a source guard in mode mac compares no IP addresses of ${mac}, found ${describeValue(address)}`,
    );
  return ipPrefixText(parsed.prefix);
}

function requireOwner(device: string, owner: string): void {
  if (/^[^\p{C}\p{Z}"\\]+$/u.test(owner) && utf8(owner).length <= MAX_OWNER_BYTES) return;
  throw new LinkValueError(
    `${device}: the owner ${describeValue(owner)} of a source guard has white space, quotes or more than ${MAX_OWNER_BYTES} bytes`,
  );
}

function requireOneOf(device: string, what: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return;
  throw new LinkValueError(`${device}: the ${what} ${describeValue(value)} is none of ${values.join(', ')}`);
}
