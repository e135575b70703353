/** Writes objects as primitives. */
import { CHANGED, MODEL, NO_CHANGES, type ObjectState, VALUES, VERSION } from '../model.ts';
import { CHANGES, DATA, isPrimitive, NAME, NAMESPACE, type Primitive, VERSION_KEY } from './primitive.ts';

/**
 * The primitive of an object, in the version of the object.
 * If a child has changes, its field is listed as changed.
 */
export function writeObject(object: ObjectState): Primitive {
  const model = object[MODEL];
  const values = object[VALUES];
  const changes = object[CHANGED] === NO_CHANGES ? [] : object[CHANGED].slice();
  const { wireNames, writers } = model;
  const data: Record<string, unknown> = {};
  for (let i = 0; i < wireNames.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const wireName = wireNames[i] ?? '';
    const write = writers[i];
    if (write === undefined || value === null) {
      data[wireName] = value;
      continue;
    }
    const written = write(value);
    data[wireName] = written;
    if (write === writeObject && holdsChanges(written) && !changes.includes(wireName)) changes.push(wireName);
  }
  return changes.length === 0
    ? { [NAME]: model.name, [NAMESPACE]: model.namespace, [VERSION_KEY]: object[VERSION], [DATA]: data }
    : {
        [NAME]: model.name,
        [NAMESPACE]: model.namespace,
        [VERSION_KEY]: object[VERSION],
        [DATA]: data,
        [CHANGES]: changes,
      };
}

/** Whether a child has changes. Changes of objects in a list do not count, as in os-vif. */
function holdsChanges(written: unknown): boolean {
  return isPrimitive(written) && written[CHANGES] !== undefined;
}
