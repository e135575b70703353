/** The source guard that a port of Neutron needs. */

import { requireArgument } from '../errors/argument.ts';
import { FieldValueError } from '../errors/model.ts';
import { OBJECT } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import { ipAddress, ipNetwork, macAddress } from '../versioned/fields/addresses.ts';
import { withApiNames } from './api-names.ts';
import type { NeutronPort } from './port.ts';

/** The values for the options `sourceGuard` and `allowedAddresses` of a plugin. */
export interface PortSourceGuard {
  /** `off` without port security, `mac` without addresses for the MAC address of the port. */
  readonly mode: 'off' | 'mac' | 'mac-and-ip';
  /**
   * The fixed IPs and the allowed address pairs. A pair with another MAC address than that of the
   * port has this address behind a space: `10.0.0.5 00:00:5e:00:01:0a`.
   */
  readonly addresses: readonly string[];
}

/**
 * Reads `port_security_enabled`, `fixed_ips` and `allowed_address_pairs`. Without
 * `port_security_enabled`, the port has port security, as in Neutron.
 *
 * @throws FieldValueError for an address that is not valid
 */
export function sourceGuardOf(given: NeutronPort): PortSourceGuard {
  requireArgument('sourceGuardOf', given, OBJECT);
  const port = withApiNames(given);
  if (port.port_security_enabled === false) return { mode: 'off', addresses: [] };
  const ownMac = String(port.mac_address).toLowerCase();
  const own = new Set(entriesOf(port, 'fixed_ips').map(({ ip_address }, i) => addressAt(ip_address, 'fixed_ips', i)));
  const others = new Set<string>();
  for (const [i, { ip_address, mac_address }] of entriesOf(port, 'allowed_address_pairs').entries()) {
    const address = addressAt(ip_address, 'allowed_address_pairs', i);
    const mac = mac_address == null ? ownMac : macAt(mac_address, i);
    if (mac === ownMac) own.add(address);
    else others.add(`${address} ${mac}`);
  }
  return { mode: own.size === 0 ? 'mac' : 'mac-and-ip', addresses: [...own, ...others] };
}

type AddressList = 'fixed_ips' | 'allowed_address_pairs';

function entriesOf(port: NeutronPort, list: AddressList): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = port[list] ?? [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw new FieldValueError(value, 'a list of objects').within(list, 'port');
}

function addressAt(value: unknown, list: AddressList, i: number): string {
  const field = String(value).includes('/') ? ipNetwork() : ipAddress();
  return readAt(`${list}/${i}/ip_address`, () => field.coerce(value));
}

function macAt(value: unknown, i: number): string {
  return readAt(`allowed_address_pairs/${i}/mac_address`, () => macAddress().coerce(value));
}

function readAt(place: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldValueError) throw error.within(place, 'port');
    throw error;
  }
}
