/** Checks the binding of a port before its conversion to a VIF. */

import { isRecord } from '../text/is-record.ts';
import { type Check, compileCheck } from '../versioned/validation/checker.ts';
import { type Findings, listOf, type Violation, withoutDuplicates } from '../versioned/validation/violations.ts';
import { inGivenNames, withApiNames } from './api-names.ts';
import type { NeutronPort } from './port.ts';
import { portBindingSchema } from './port-binding-schema.ts';
import { explainVifType, RULES_BY_VIF_TYPE } from './vif-types.ts';

/**
 * Checks a port, as Neutron's API shows it to an administrator, against `schemas/neutron/port-binding.json`
 * with ajv. A port without violations can be converted to a VIF.
 *
 * The list has at most 100 violations and 15,000 bytes. If there are more, the last entry has an empty
 * path and the message `and N more`. The time is linear in the size of the port, valid or not, at least
 * up to 1 MiB of JSON.
 *
 * The names may be those of openstacksdk (`binding_vif_type`). The paths then have these names.
 *
 * @returns the violations, each with its path as a JSON Pointer (RFC 6901):
 *   `/binding:vif_details/vhostuser_socket`
 */
export function validateBinding(port: unknown): Violation[] {
  return listOf(checkBinding(port));
}

/** The result of {@link validateBinding} before the list is cut. */
export function checkBinding(given: unknown): Findings {
  const port = withApiNames(given);
  const { violations, more } = checked(port);
  const told = withoutDuplicates(violations.map((violation) => explained(violation, port)));
  return { violations: inGivenNames(told, given), more };
}

/** Whether {@link checkBinding} found no violation, so that the port can be converted. */
export function isBound(
  port: unknown,
  { violations }: Findings,
): port is NeutronPort & { readonly 'binding:vif_type': string } {
  return violations.length === 0;
}

let compiled: Check | undefined;

function checked(port: unknown): Findings {
  compiled ??= compileCheck(portBindingSchema());
  return compiled(port);
}

function explained(violation: Violation, port: unknown): Violation {
  const { path } = violation;
  if (!isRecord(port)) return violation;
  const vifType = port['binding:vif_type'];
  if (path === '/binding:vif_type') {
    return { path, message: explainVifType(vifType) ?? `${violation.message}; ${ONLY_FOR_ADMINISTRATORS}` };
  }
  if (path === '/binding:vnic_type' && typeof vifType === 'string' && RULES_BY_VIF_TYPE.has(vifType)) {
    return { path, message: `${violation.message}, for the vif type ${vifType}` };
  }
  const [, attribute = '', key = ''] = path.split('/');
  const details = port[attribute];
  if (attribute === 'binding:vif_details' && isRecord(details) && isWordForFalse(details[key])) {
    return { path, message: `${violation.message}; nova reads every word as true, so the value must be a boolean` };
  }
  return violation;
}

function isWordForFalse(value: unknown): boolean {
  return value === 'False' || value === 'false';
}

const ONLY_FOR_ADMINISTRATORS =
  "only an administrator sees a port's binding: read it with the credentials of nova or an administrator";
