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
]);

/**
 * The port with the names of Neutron's API. A name of the API takes precedence over the name of openstacksdk.
 * openstacksdk writes null for a missing attribute; such an attribute is left out.
 * Returns the same value if there is nothing to rename.
 */
export function withApiNames<T>(port: T): T;
export function withApiNames(port: unknown): unknown {
  const renamed = renamedIn(port);
  if (renamed.size === 0) return port;
  const entries = Object.entries(Object(port)).filter(([name, value]) => value !== null || !renamed.has(name));
  return Object.fromEntries(entries.map(([name, value]) => [renamed.get(name) ?? name, value]));
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
