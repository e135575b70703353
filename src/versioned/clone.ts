/** Copies versioned objects. */
import { objectWith } from './instances.ts';
import { isVersionedObject, STATE, State } from './model.ts';

/** A deep copy of a versioned object, with the same changes. Other values are returned unchanged. */
export function cloneObject<T>(object: T): T;
export function cloneObject(object: unknown): unknown {
  if (!isVersionedObject(object)) return object;
  const { model, values, changed, version } = object[STATE];
  const copies = model.fields.map(({ index, type }) => {
    const value = values[index];
    return value === null || value === undefined || type.clone === undefined ? value : type.clone(value);
  });
  return objectWith(new State(model, copies, changed, version));
}
