/** Writes objects as primitives. */
import { isRecord } from '../../text/is-record.ts';
import { NO_CHANGES, type ObjectModel, type ObjectState, STATE } from '../model.ts';
import { DEFAULT_ENVELOPE } from './envelope.ts';
import { CHANGES, changesIn, DATA, NAME, NAMESPACE, type Primitive, VERSION_KEY } from './primitive.ts';

/**
 * The primitive of an object, in the version of the object.
 * If a child has changes, its field is listed as changed. Changes of objects in a list count only in the field
 * `objects` of a list object, as in oslo.
 */
export function writeObject(object: ObjectState): Primitive {
  return writeAs(object, object[STATE].version);
}

/** The same with another version. */
export function writeAs(object: ObjectState, version: string): Primitive {
  const { model, values, changed } = object[STATE];
  const changes = changed === NO_CHANGES ? [] : changed.slice();
  const { wireNames, writers } = model;
  const listAt = model.ownList?.index;
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
    if ((write === writeObject || i === listAt) && writtenChanges(written, model) && !changes.includes(wireName))
      changes.push(wireName);
  }
  return primitiveOf(model, version, data, changes);
}

/** The primitive of a class in a version, with these fields and these changes. */
export function primitiveOf(
  { name, namespace, envelope: keys }: ObjectModel,
  version: string,
  data: Record<string, unknown>,
  changes: string[],
): Primitive {
  // Literal keys are faster than computed keys.
  if (keys === DEFAULT_ENVELOPE) {
    return changes.length === 0
      ? { [NAME]: name, [NAMESPACE]: namespace, [VERSION_KEY]: version, [DATA]: data }
      : { [NAME]: name, [NAMESPACE]: namespace, [VERSION_KEY]: version, [DATA]: data, [CHANGES]: changes };
  }
  const primitive: Record<string, unknown> = {
    [keys.name]: name,
    [keys.namespace]: namespace,
    [keys.version]: version,
    [keys.data]: data,
  };
  if (changes.length > 0) primitive[keys.changes] = changes;
  // The keys of a class with its own serial namespace differ from those of the type.
  return primitive as unknown as Primitive;
}

/** Whether a child, or an element of a list, was written with changes. */
export function writtenChanges(written: unknown, model: ObjectModel): boolean {
  if (Array.isArray(written)) return written.some((element) => writtenChanges(element, model));
  return isRecord(written) && changesIn(written, model.envelope) !== undefined;
}
