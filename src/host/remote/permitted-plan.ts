/**
 * Checks which addresses and routes a client may move: only those of the two devices,
 * with their current properties.
 */

import { HelperRefusalError } from '../../errors/helper.ts';
import { type Address, type AddressPlan, addressKey, type Route } from '../../host-contract/addressing.ts';

/**
 * The plan of a client, with the properties of each address and route on the host.
 *
 * @param present the addresses and routes of the two devices; they may be on either, because a roll-back
 *   moves them back. If both have one, the properties of the last count
 * @param where names of the two devices, for messages
 * @param target name of the device that gets the addresses; a label may begin with it
 * @throws HelperRefusalError for an address or a route that neither device has
 */
export function permittedPlan(
  plan: AddressPlan,
  present: readonly AddressPlan[],
  where: string,
  target: string,
): AddressPlan {
  const addresses = new Map(present.flatMap((each) => each.addresses).map((one) => [addressKey(one), one]));
  const routes = new Map(present.flatMap((each) => each.routes).map((one) => [keyOf(one), one]));
  return {
    addresses: plan.addresses.map((one) => ({
      ...found(addresses.get(addressKey(one)), `the address ${one.address}`, where),
      ...permittedLabel(one, target),
    })),
    routes: plan.routes.map((route) => found(routes.get(keyOf(route)), describe(route), where)),
  };
}

/** A label that was too long with the name of a bridge comes back with the address. */
function permittedLabel({ label }: Address, target: string): Pick<Address, 'label'> {
  const isOfTarget = label?.startsWith(`${target}:`) === true && /^[\x21-\x7e]{1,15}$/.test(label);
  return isOfTarget ? { label } : {};
}

function found<T>(entry: T | undefined, what: string, where: string): T {
  if (entry === undefined) throw new HelperRefusalError(`${what} is on neither of ${where}`);
  return entry;
}

/** The kernel identifies a route by these properties (fib_table_insert()). */
function keyOf({ destination, gateway = '', priority = 0, table }: Route): string {
  return JSON.stringify([destination, gateway, priority, table]);
}

function describe({ destination, gateway, priority = 0, table }: Route): string {
  return `the route to ${destination} by ${gateway ?? 'the link'} of priority ${priority} in table ${table}`;
}
