/** The changed fields of an object. */
import { type Field, isVersionedObject, type ObjectState, STATE } from './model.ts';

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
