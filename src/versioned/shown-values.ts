/** The values of an object for people. */
import { MASK } from '../text/masked.ts';
import { MODEL, type ObjectState, STATE } from './model.ts';

/** The values of the set fields, by property. Secrets are masked. */
export function shownValues(object: ObjectState): Record<string, unknown> {
  const set = object[MODEL].fields.flatMap(({ name, type, index }) => {
    const value = object[STATE].values[index];
    return value === undefined ? [] : [[name, type.sensitive && value !== null ? MASK : value] as const];
  });
  return Object.fromEntries(set);
}
