/** Checks a port before a VIF is made of it. */

import { isRecord } from '../text/is-record.ts';
import { type Check, compileCheck } from '../versioned/validation/checker.ts';
import { type Findings, listOf, type Violation, withoutDuplicates } from '../versioned/validation/violations.ts';
import type { NeutronPort } from './port.ts';
import { portBindingSchema } from './port-binding-schema.ts';
import { explainVifType, RULES_BY_VIF_TYPE } from './vif-types.ts';

/**
 * The violations of a port, as Neutron's API shows it to an administrator; none if a VIF can be made of it. ajv checks the port against
 * `schemas/neutron/port-binding.json`.
 *
 * At most 100 violations and 15,000 bytes are told. If there are more, the last entry has an empty path and the message `and N more`.
 * The time is linear in the size of the port, valid or not, up to 1 MiB of JSON at least.
 *
 * @returns each with its path as a JSON Pointer (RFC 6901): `/binding:vif_details/vhostuser_socket`
 */
export function validateBinding(port: unknown): Violation[] {
  return listOf(checkBinding(port));
}

/** As {@link validateBinding}, before the list is cut. */
export function checkBinding(port: unknown): Findings {
  const { violations, more } = checked(port);
  return { violations: withoutDuplicates(violations.map((violation) => explained(violation, port))), more };
}

/** Whether a VIF can be made of a port that {@link checkBinding} has looked at. */
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
  return violation;
}

const ONLY_FOR_ADMINISTRATORS =
  "only an administrator sees a port's binding: read it with the credentials of nova or an administrator";
