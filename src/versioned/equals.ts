/** Compares versioned objects. */
import { isVersionedObject, STATE } from './model.ts';

/**
 * Whether two objects have the same name, namespace, version and values.
 * The lists of changes are not compared.
 */
export function equalObjects(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isVersionedObject(a) || !isVersionedObject(b)) return false;
  const { model, version, values } = a[STATE];
  const other = b[STATE];
  if (model !== other.model || version !== other.version) return false;
  return model.fields.every(({ index, type }) => {
    const ours = values[index];
    const theirs = other.values[index];
    if (ours === theirs) return true;
    if (ours === undefined || theirs === undefined || ours === null || theirs === null) return false;
    return type.equal?.(ours, theirs) === true;
  });
}
