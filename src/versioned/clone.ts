/** Copies versioned objects. */
import { blank, CHANGED, isVersionedObject, MODEL, VALUES, VERSION } from './model.ts';

/** A deep copy of a versioned object, with the same changes. Other values are returned unchanged. */
export function cloneObject<T>(object: T): T;
export function cloneObject(object: unknown): unknown {
  if (!isVersionedObject(object)) return object;
  const model = object[MODEL];
  const copy = blank(model);
  copy[VERSION] = object[VERSION];
  copy[CHANGED] = object[CHANGED];
  for (const { index, type } of model.fields) {
    const value = object[VALUES][index];
    copy[VALUES][index] = value === null || value === undefined || type.clone === undefined ? value : type.clone(value);
  }
  return copy;
}
