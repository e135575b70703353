/** Finds the fields that a backport leaves out, and applies the choice of the caller. */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { NegotiationLossError } from '../../errors/negotiation.ts';
import { isRecord } from '../../text/is-record.ts';
import { DEFAULT_ENVELOPE, envelopeIn } from '../codec/envelope.ts';
import type { Primitive } from '../codec/primitive.ts';
import type { VersionedObject } from '../versioned-object.ts';

/** A set field of an object that the older version of its class does not have. */
export interface DroppedField {
  /** The place of the field, by wire names: `port_profile.create_port`. */
  readonly path: string;
  /** The name of the class of the object that has the field. */
  readonly object: string;
  /** The version in which this object is written. */
  readonly version: string;
  /** The value in the wire form. */
  readonly value: unknown;
}

/** Options for set fields that the older versions do not have. */
export interface LossOptions {
  /**
   * - `drop`: the fields are left out. This is the default.
   * - `refuse`: a NegotiationLossError is thrown if a field would be left out.
   * - a function: it gets the fields that are left out. It is called only if there are such fields. It may throw.
   */
  readonly onLoss?: 'drop' | 'refuse' | ((dropped: readonly DroppedField[]) => void);
}

/** Throws ArgumentError for an unknown option and for another value of `onLoss`. `call` is the name of the call. */
export function requireLossOptions(call: string, options: LossOptions): void {
  requireOptions(call, options, LOSS_OPTIONS);
}

const LOSS_OPTIONS: OptionKinds<LossOptions> = {
  onLoss: {
    expected: 'drop, refuse or a function',
    accepts: (value) => value === 'drop' || value === 'refuse' || typeof value === 'function',
  },
};

/**
 * Returns `after`, the backported form of the object, if the caller accepts the loss.
 * Throws {@link NegotiationLossError} as {@link LossOptions} describe.
 */
export function accepted(object: VersionedObject, after: Primitive, { onLoss = 'drop' }: LossOptions): Primitive {
  if (onLoss === 'drop') return after;
  const dropped = [...droppedIn(object.toPrimitive(), after, '')];
  if (dropped.length === 0) return after;
  if (onLoss === 'refuse') throw new NegotiationLossError(dropped);
  onLoss(dropped);
  return after;
}

/** The fields of `before` that `after` does not have, in their order. */
function* droppedIn(before: unknown, after: unknown, path: string): Generator<DroppedField> {
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < before.length; i++) yield* droppedIn(before[i], after[i], `${path}[${i}]`);
    return;
  }
  if (!isRecord(before) || !isRecord(after)) return;
  const keys = envelopeIn(before) ?? DEFAULT_ENVELOPE;
  const { [keys.data]: fields } = before;
  const { [keys.name]: object, [keys.version]: version, [keys.data]: kept } = after;
  if (!isRecord(fields) || !isRecord(kept)) {
    // A dict of objects.
    for (const key of Object.keys(before)) yield* droppedIn(before[key], after[key], within(path, key));
    return;
  }
  for (const [name, value] of Object.entries(fields)) {
    const own = within(path, name);
    if (Object.hasOwn(kept, name)) yield* droppedIn(value, kept[name], own);
    else yield { path: own, object: String(object), version: String(version), value };
  }
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
