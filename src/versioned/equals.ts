/** Whether two objects say the same. */
import { isVersionedObject, MODEL, VALUES, VERSION } from './model.ts';

/** Same object name, namespace and version, the same fields set, and each to the same value. Changes do not count. */
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
