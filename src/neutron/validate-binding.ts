/** Checks a port before a VIF is made of it. */

import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isRecord } from '../versioned/primitive.ts';
import { type Violation, violations } from '../versioned/validate.ts';
import type { NeutronPort } from './port.ts';
import { portBindingSchema } from './port-binding-schema.ts';
import { explainVifType, VIF_TYPES } from './vif-types.ts';

/**
 * Everything that keeps a VIF from being made of a port, as Neutron's API shows it to an administrator; nothing where one can be made.
 * Checked by ajv against `schemas/neutron/port-binding.json`.
 *
 * @returns each with its path as a JSON Pointer (RFC 6901): `/binding:vif_details/vhostuser_socket`
 */
export function validateBinding(port: unknown): Violation[] {
  const check = validator();
  if (check(port)) return [];
  const found = violations(check.errors ?? []).map((violation) => explained(violation, port));
  return [...new Map(found.map((violation) => [`${violation.path} ${violation.message}`, violation])).values()];
}

/** Whether {@link validateBinding} finds nothing. */
export function isBound(port: unknown): port is NeutronPort & { readonly 'binding:vif_type': string } {
  return validator()(port);
}

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  compiled ??= new Ajv2020({ allErrors: true, verbose: true, strict: true }).compile(portBindingSchema());
  return compiled;
}

function explained(violation: Violation, port: unknown): Violation {
  const { path } = violation;
  if (!isRecord(port)) return violation;
  const vifType = port['binding:vif_type'];
  if (path === '/binding:vif_type') {
    return { path, message: explainVifType(vifType) ?? `${violation.message}; ${ONLY_FOR_ADMINISTRATORS}` };
  }
  if (path === '/binding:vnic_type' && typeof vifType === 'string' && VIF_TYPES.has(vifType)) {
    return { path, message: `${violation.message}, for the vif type ${vifType}` };
  }
  return violation;
}

const ONLY_FOR_ADMINISTRATORS =
  "only an administrator sees a port's binding: read it with the credentials of nova or an administrator";
