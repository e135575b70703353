/** The source guard that a port of Neutron needs. */

import { requireArgument } from '../errors/argument.ts';
import { FieldValueError } from '../errors/model.ts';
import { OBJECT } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import { ipAddress, ipNetwork } from '../versioned/fields/addresses.ts';
import { withApiNames } from './api-names.ts';
import type { NeutronPort } from './port.ts';

/** The values for the options `sourceGuard` and `allowedAddresses` of a plugin. */
export interface PortSourceGuard {
  /** `off` without port security, `mac` without addresses. */
  readonly mode: 'off' | 'mac' | 'mac-and-ip';
  /** The fixed IPs, and the allowed address pairs with the MAC address of the port. */
  readonly addresses: readonly string[];
  /** MAC addresses of other allowed address pairs. A guard drops frames from these addresses. */
  readonly otherMacs: readonly string[];
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
  if (port.port_security_enabled === false) return { mode: 'off', addresses: [], otherMacs: [] };
  const ownMac = String(port.mac_address).toLowerCase();
  const addresses = new Set(
    entriesOf(port, 'fixed_ips').map(({ ip_address }, i) => addressAt(ip_address, 'fixed_ips', i)),
  );
  const otherMacs = new Set<string>();
  for (const [i, { ip_address, mac_address }] of entriesOf(port, 'allowed_address_pairs').entries()) {
    const mac = String(mac_address ?? ownMac).toLowerCase();
    if (mac === ownMac) addresses.add(addressAt(ip_address, 'allowed_address_pairs', i));
    else otherMacs.add(mac);
  }
  const mode = addresses.size === 0 ? 'mac' : 'mac-and-ip';
  return { mode, addresses: [...addresses], otherMacs: [...otherMacs] };
}

type AddressList = 'fixed_ips' | 'allowed_address_pairs';

function entriesOf(port: NeutronPort, list: AddressList): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = port[list] ?? [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw new FieldValueError(value, 'a list of objects').within(list, 'port');
}

function addressAt(value: unknown, list: AddressList, i: number): string {
  try {
    return String(value).includes('/') ? ipNetwork().coerce(value) : ipAddress().coerce(value);
  } catch (error) {
    if (error instanceof FieldValueError) throw error.within(`${list}/${i}/ip_address`, 'port');
    throw error;
  }
}
