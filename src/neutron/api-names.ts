/** The spelling of port attributes by openstacksdk and by `openstack port show -f json`. */

import { isRecord } from '../text/is-record.ts';
import type { Violation } from '../versioned/validation/violations.ts';

/** The names of Neutron's API, by the names of openstacksdk and python-openstackclient. */
const API_NAMES: ReadonlyMap<string, string> = new Map([
  ['binding_host_id', 'binding:host_id'],
  ['binding_profile', 'binding:profile'],
  ['binding_vif_details', 'binding:vif_details'],
  ['binding_vif_type', 'binding:vif_type'],
  ['binding_vnic_type', 'binding:vnic_type'],
  ['is_admin_state_up', 'admin_state_up'],
  ['is_port_security_enabled', 'port_security_enabled'],
]);

/** The attributes that have one name everywhere, and the names of the API. */
const SAME_NAMES = [
  ...['id', 'mac_address', 'network_id', 'fixed_ips', 'ip_allocation', 'status', 'allowed_address_pairs'],
  ...API_NAMES.values(),
];

/**
 * The port with the names of Neutron's API. A name of the API takes precedence over the name of openstacksdk.
 * openstacksdk writes null for a missing attribute; such an attribute is left out. A renamed port has only the
 * attributes that this library reads, because there may be very many others.
 * Returns the same value if there is nothing to rename.
 */
export function withApiNames<T>(port: T): T;
export function withApiNames(port: unknown): unknown {
  const renamed = renamedIn(port);
  if (renamed.size === 0) return port;
  const attribute = (name: string): unknown => Reflect.get(Object(port), name);
  const same = SAME_NAMES.filter((name) => Object.hasOwn(Object(port), name)).map((name) => [name, attribute(name)]);
  const others = [...renamed].map(([name, apiName]) => [apiName, attribute(name)]);
  return Object.fromEntries([...same, ...others.filter(([, value]) => value !== null)]);
}

/** The violation of a renamed port with the path in the given port. */
export function inGivenNames(violations: readonly Violation[], port: unknown): readonly Violation[] {
  const renamed = renamedIn(port);
  if (renamed.size === 0) return violations;
  const given = new Map([...renamed].map(([name, apiName]) => [apiName, name]));
  return violations.map(({ path, message }) => {
    const [, attribute = '', ...rest] = path.split('/');
    const name = given.get(attribute);
    return { path: name === undefined ? path : ['', name, ...rest].join('/'), message };
  });
}

/** The names in the port that must be renamed, with their names in the API. */
function renamedIn(port: unknown): ReadonlyMap<string, string> {
  if (!isRecord(port)) return new Map();
  return new Map(
    [...API_NAMES].filter(([name, apiName]) => Object.hasOwn(port, name) && !Object.hasOwn(port, apiName)),
  );
}
