/**
 * Detects the type of a document, and finds its violations. Imported on demand, because it loads all classes.
 */

import { portWithBinding, validatePortBindings } from '../../neutron/port-bindings.ts';
import { validateBinding } from '../../neutron/validate-binding.ts';
import { validateNetworkInfo } from '../../neutron/vif-from-network-info.ts';
import { adviceOf, advised } from '../../text/advice.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import { envelopeIn } from '../../versioned/codec/envelope.ts';
import { type Violation, validate } from '../../versioned/validation/validate.ts';
import { isBinding, isPort } from './bindings.ts';
import { isAttachment } from './objects.ts';
import { isPrimitiveForm, kindOf, type PayloadKind, unwrapped } from './payloads.ts';
import { adviceFor } from './unknown-form.ts';

/** The type and the violations of a document. */
export interface Examination {
  /** The detected type: `VIFBridge 1.0`, `VIFBridge`, `port`, `bindings`, `network_info entry`. */
  readonly object: string;
  readonly violations: readonly Violation[];
}

/**
 * Examines an object in the wire form or the plain form, `{vif, instance}`, a port of Neutron, `{port}` or
 * `{bindings}` of its API, or an entry of nova's network_info cache.
 */
export async function examine(value: unknown): Promise<Examination> {
  const keys = isRecord(value) ? envelopeIn(value) : undefined;
  if (isRecord(value) && keys !== undefined) {
    return { object: `${textOf(value[keys.name])} ${textOf(value[keys.version])}`, violations: await validate(value) };
  }
  if (isAttachment(value)) return examineAttachment(value);
  const kind = kindOf(value);
  if (kind !== 'object') return { object: kind, violations: CHECKS[kind](value) };
  return {
    object: isRecord(value) && typeof value.type === 'string' ? value.type : 'object',
    violations: await examinePlain(value),
  };
}

const CHECKS: Readonly<Record<Exclude<PayloadKind, 'object'>, (value: unknown) => Violation[]>> = {
  port: examinePort,
  bindings: validatePortBindings,
  'network_info entry': validateNetworkInfo,
};

/** The violations of a port, or of `{port}`. With `{port, binding}`, those of the port with this binding. */
function examinePort(value: unknown): Violation[] {
  const whole: Readonly<Record<string, unknown>> = isRecord(value) && isRecord(value.port) ? value : { port: value };
  const port = unwrapped('port', whole.port);
  const binding = unwrapped('binding', whole.binding);
  if (binding === undefined || !isPort(port)) return validateBinding(port);
  if (isBinding(binding)) return validateBinding(portWithBinding(port, binding));
  return [{ path: '/binding', message: `expected a binding of a port, found ${describeValue(binding)}` }];
}

async function examineAttachment(parts: { readonly vif: unknown; readonly instance?: unknown }): Promise<Examination> {
  const vif = await examine(parts.vif);
  const instance = parts.instance === undefined ? undefined : await examine(withType(parts.instance, 'InstanceInfo'));
  return {
    object: vif.object,
    violations: [...within('vif', vif.violations), ...within('instance', instance?.violations ?? [])],
  };
}

function within(key: string, violations: readonly Violation[]): Violation[] {
  return violations.map((its) => advised({ ...its, path: `/${key}${its.path}` }, adviceOf(its)));
}

/** Adds the type to an object in the plain form, because its place determines the class. */
function withType(value: unknown, type: string): unknown {
  return isRecord(value) && !isPrimitiveForm(value) ? { type, ...value } : value;
}

/** The violations of an object in the plain form. */
async function examinePlain(value: unknown): Promise<Violation[]> {
  if (!isRecord(value) || typeof value.type === 'string') return validate(value);
  const found = value.type === undefined ? 'which is missing' : `found ${describeValue(value.type)}`;
  return [{ path: '/type', message: `expected the name of an object such as VIFBridge, ${found}${adviceFor(value)}` }];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '?';
}
