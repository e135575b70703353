/** The changed fields of an object. */
import { CHANGED, type Field, isVersionedObject, MODEL, type ObjectState, VALUES } from './model.ts';

/** The fields that changed, including fields whose object changed, and `objects` of a list with a changed element. */
export function changedFields(object: ObjectState): Field[] {
  const { fields, ownList } = object[MODEL];
  return fields.filter((field) => {
    const value = object[VALUES][field.index];
    if (object[CHANGED].includes(field.wireName)) return true;
    return field === ownList && Array.isArray(value) ? value.some(isChanged) : isChanged(value);
  });
}

function isChanged(value: unknown): boolean {
  return isVersionedObject(value) && changedFields(value).length > 0;
}
