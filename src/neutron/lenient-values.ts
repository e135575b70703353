/** The forms of booleans and numbers that nova accepts in a binding, and that have one meaning. */

import type { JsonSchema } from '../versioned/model.ts';
import type { NumberOrDigits, VifDetails } from './port.ts';

/**
 * The forms of true. Nova reads every word as true, also `False`. Words other than these are therefore refused.
 */
export const FORMS_OF_TRUE: readonly unknown[] = [true, 1, 'true', 'True'];

const description = 'true or false';

/** The schema of a boolean: the forms of true, false and 0. */
export const BOOLEAN_SCHEMA: JsonSchema = {
  description,
  anyOf: [
    { description, type: 'boolean' },
    { description, type: 'integer', minimum: 0, maximum: 1 },
    { description, type: 'string', pattern: '^[tT]rue$' },
  ],
};

/** The meaning of a value that is valid against {@link BOOLEAN_SCHEMA}. Null and undefined mean false. */
export function isTrue(value: unknown): boolean {
  return FORMS_OF_TRUE.includes(value);
}

/** The details that are booleans. */
export const BOOLEAN_DETAILS = [
  'port_filter',
  'ovs_hybrid_plug',
  'ovs_create_tap',
  'vhostuser_ovs_plug',
  'vhostuser_fp_plug',
  'vhostuser_vrouter_plug',
] as const;

/** The details with true and false in place of their other forms. */
export function withBooleans(details: VifDetails): VifDetails {
  const read = BOOLEAN_DETAILS.filter((name) => (details[name] ?? undefined) !== undefined);
  return { ...details, ...Object.fromEntries(read.map((name) => [name, isTrue(details[name])])) };
}

/** An MTU as a number. A text of other characters than digits is returned as it is, for the check of the field. */
export function mtuOf(value: NumberOrDigits | null | undefined): number | null {
  if (typeof value === 'string' && /^[0-9]{1,10}$/.test(value)) return Number(value);
  // The field refuses every other text.
  return (value ?? null) as number | null;
}
