/** Compares versioned objects. */
import { isVersionedObject, MODEL, VALUES, VERSION } from './model.ts';

/**
 * Whether two objects have the same name, namespace, version and values.
 * The lists of changes are not compared.
 */
export function equalObjects(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isVersionedObject(a) || !isVersionedObject(b)) return false;
  const model = a[MODEL];
  if (model !== b[MODEL] || a[VERSION] !== b[VERSION]) return false;
  return model.fields.every(({ index, type }) => {
    const ours = a[VALUES][index];
    const theirs = b[VALUES][index];
    if (ours === theirs) return true;
    if (ours === undefined || theirs === undefined || ours === null || theirs === null) return false;
    return type.equal?.(ours, theirs) === true;
  });
}
