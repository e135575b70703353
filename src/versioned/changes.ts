/** The changed fields of an object. */

import { arrayOf, BOOLEAN, OBJECT, TEXT, type ValueKind } from '../errors/value-kinds.ts';
import { type Field, isVersionedObject, type ObjectState, STATE } from './model.ts';

/** The kinds of the options of `resetChanges`. */
export const RESET_OPTIONS: Readonly<Record<'fields' | 'recursive', ValueKind>> = {
  fields: arrayOf(TEXT, 'names of fields'),
  recursive: BOOLEAN,
};

/** The values of a new object. */
export const VALUES: ValueKind = { ...OBJECT, expected: 'an object of values' };

/** The fields that changed, including fields whose object changed, and `objects` of a list with a changed element. */
export function changedFields(object: ObjectState): Field[] {
  const { model, values, changed } = object[STATE];
  return model.fields.filter((field) => {
    const value = values[field.index];
    return changed.includes(field.wireName) || (field === model.ownList ? hasChanges(value) : isChanged(value));
  });
}

/** Whether an object, or an element of a list, has changed fields. */
export function hasChanges(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isChanged) : isChanged(value);
}

function isChanged(value: unknown): boolean {
  return isVersionedObject(value) && changedFields(value).length > 0;
}
