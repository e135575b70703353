/** Ports without IP addresses: which a guest can use, and which it cannot. */

import { UnusableAddressingError } from '../errors/binding.ts';
import { shortened } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import type { NeutronPort } from './port.ts';

/**
 * Refuses a port that has no address and cannot be used without. A port is usable when it
 *
 * - has addresses (`fixed_ips`),
 * - gets them when it is bound (`ip_allocation` is `deferred`), or
 * - shall have none (`none`) and is bound by a back-end that connects it below IP (`connectivity` is `l2` in `binding:vif_details`).
 *
 * An unaddressed port plugs as any other, but what goes by addresses passes it over: Neutron's firewalls drop all its traffic unless
 * port security is off, l2pop's proxy ARP does not answer for it, and nobody reaches a console or the metadata service by it.
 *
 * The port need not be checked before. The time does not depend on its size.
 *
 * @see the Neutron specification "Port binding event extended information for Nova", and nova's "Boot a VM with an unaddressed port"
 * @throws UnusableAddressingError with the reason and the way out
 */
export function requireUsableAddressing(port: NeutronPort): void {
  const { id, fixed_ips, ip_allocation: allocation } = port;
  if (fixed_ips && fixed_ips.length > 0) return;
  if (allocation === 'deferred') return;
  if (allocation !== 'none') throw new UnusableAddressingError(id, withoutLeave(allocation));
  const connectivity = port['binding:vif_details']?.connectivity;
  if (connectivity !== 'l2') throw new UnusableAddressingError(id, notBelowIp(connectivity, port['binding:vif_type']));
}

const GIVE_IT_ONE = 'give it an address (`openstack port set --fixed-ip subnet=SUBNET PORT`)';

function withoutLeave(allocation: string | null | undefined): string {
  const found = allocation ? `ip_allocation is ${describeValue(allocation)}` : 'Neutron tells no ip_allocation';
  return `${found}, so it was meant to have one; ${GIVE_IT_ONE}, or make a port that shall have none (\`openstack port create --no-fixed-ip\`)`;
}

function notBelowIp(connectivity: string | null | undefined, vifType: string | undefined): string {
  if (vifType === undefined || vifType === 'unbound' || vifType === 'binding_failed') {
    return `ip_allocation is "none", and what connects it is not known before it is bound (binding:vif_type is ${vifType ?? 'missing'}); bind it first, or ${GIVE_IT_ONE}`;
  }
  const found = connectivity ? `connectivity ${describeValue(connectivity)}` : 'no connectivity';
  return (
    `ip_allocation is "none", but its back-end (vif type ${shortened(vifType)}) tells ${found} in binding:vif_details, where only "l2" passes frames ` +
    `without regard to addresses; bind it by a mechanism driver that does, or ${GIVE_IT_ONE}`
  );
}
