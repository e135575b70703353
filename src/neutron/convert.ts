/** Converts a valid binding to a VIF. */
import { BindingFailedError, PortBindingError, UnboundPortError, UnsupportedVifTypeError } from '../errors/binding.ts';
import type { VIFBase } from '../objects/vif.ts';
import { withVnicType } from '../objects/vnic-type.ts';
import type { Violation } from '../versioned/validation/violations.ts';
import type { Binding } from './binding.ts';
import { isTrue, withBooleans } from './lenient-values.ts';
import { type ConversionRule, RULES_BY_VIF_TYPE } from './vif-types.ts';

/** The VIF of a binding. The first rule of the vif type whose condition is true creates the VIF. */
export function convert(binding: Binding): VIFBase {
  const rule = RULES_BY_VIF_TYPE.get(binding.vifType)?.find((candidate) => holds(candidate, binding));
  if (rule !== undefined) {
    return withVnicType(rule.convert({ ...binding, details: withBooleans(binding.details) }), binding.vnicType);
  }
  const message = `no VIF can be made of vif type ${binding.vifType} with vnic type ${binding.vnicType}`;
  throw new PortBindingError(binding.id, [{ path: '/binding:vif_type', message }]);
}

function holds({ vnicTypes, flags = [] }: ConversionRule, { vnicType, details }: Binding): boolean {
  const isOfType = vnicTypes === undefined || vnicTypes.some((each) => each === vnicType);
  return isOfType && flags.every((flag) => isTrue(details[flag]));
}

/** The error for violations of a binding. The vif type determines its class. */
export function bindingError(portId: unknown, vifType: unknown, violations: readonly Violation[]): PortBindingError {
  const id = typeof portId === 'string' ? portId : '';
  if (vifType === 'unbound') return new UnboundPortError(id, violations);
  if (vifType === 'binding_failed') return new BindingFailedError(id, violations);
  if (typeof vifType === 'string' && !RULES_BY_VIF_TYPE.has(vifType))
    return new UnsupportedVifTypeError(id, violations);
  return new PortBindingError(id, violations);
}
