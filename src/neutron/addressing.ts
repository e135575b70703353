/** Checks whether a guest can use a port without IP addresses. */

import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { UnusableAddressingError } from '../errors/binding.ts';
import { BOOLEAN, OBJECT } from '../errors/value-kinds.ts';
import { shortened } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { withApiNames } from './api-names.ts';
import type { NeutronPort } from './port.ts';

/** Options of {@link requireUsableAddressing}. */
export interface AddressingOptions {
  /** Whether the port must be bound: its back-end is checked too. Default: true. */
  readonly bound?: boolean;
}

const ADDRESSING_OPTIONS: OptionKinds<AddressingOptions> = { bound: BOOLEAN };

/**
 * Throws for a port that has no address but needs one. A port is usable in one of these cases:
 *
 * - It has addresses (`fixed_ips`).
 * - It gets addresses when it is bound (`ip_allocation` is `deferred`).
 * - It was created without addresses (`ip_allocation` is `none`), and its back-end connects it at layer 2
 *   (`connectivity` is `l2` in `binding:vif_details`).
 *
 * A port without addresses can be plugged, but it has limits: Neutron's firewalls drop all its traffic unless
 * port security is off, the proxy ARP of l2pop does not answer for it, and the console and the metadata
 * service do not work over it.
 *
 * Nova checks a port before it binds the port, and leaves the back-end to Neutron. With `bound: false`, a port without
 * addresses is therefore usable if `ip_allocation` is `none`.
 *
 * The port need not be valid. It may have the names of openstacksdk (`binding_vif_type`). The time does not depend on its size.
 *
 * @see the Neutron specification "Port binding event extended information for Nova", and nova's "Boot a VM
 * with an unaddressed port"
 * @throws UnusableAddressingError with the reason and the remedy
 */
export function requireUsableAddressing(given: NeutronPort, options: AddressingOptions = {}): void {
  requireOptions('requireUsableAddressing', options, ADDRESSING_OPTIONS);
  requireArgument('requireUsableAddressing', given, OBJECT);
  const port = withApiNames(given);
  const { id, fixed_ips, ip_allocation: allocation } = port;
  if (fixed_ips && fixed_ips.length > 0) return;
  if (allocation === 'deferred') return;
  if (allocation !== 'none') throw new UnusableAddressingError(id, withoutLeave(allocation));
  if (options.bound === false) return;
  const connectivity = port['binding:vif_details']?.connectivity;
  if (connectivity !== 'l2') throw new UnusableAddressingError(id, notBelowIp(connectivity, port['binding:vif_type']));
}

const GIVE_IT_ONE = 'give it an address (`openstack port set --fixed-ip subnet=SUBNET PORT`)';

function withoutLeave(allocation: string | null | undefined): string {
  const found = allocation ? `ip_allocation is ${describeValue(allocation)}` : 'ip_allocation is missing';
  return `${found}, so the port needs one; ${GIVE_IT_ONE}, or create a port without addresses (\`openstack port create --no-fixed-ip\`)`;
}

function notBelowIp(connectivity: string | null | undefined, vifType: string | undefined): string {
  if (vifType === undefined || vifType === 'unbound' || vifType === 'binding_failed') {
    return `ip_allocation is "none", and its back-end is not known before it is bound (binding:vif_type is ${vifType ?? 'missing'}); bind it first, or ${GIVE_IT_ONE}`;
  }
  const found = connectivity ? `connectivity ${describeValue(connectivity)}` : 'no connectivity';
  return (
    `ip_allocation is "none", but its back-end (vif type ${shortened(vifType)}) has ${found} in binding:vif_details, and only "l2" forwards frames ` +
    `independently of addresses; bind it with a mechanism driver for "l2", or ${GIVE_IT_ONE}`
  );
}
