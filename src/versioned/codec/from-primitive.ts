/** Reads objects from primitives. Every value is checked, and errors contain the path of the value. */
import { FieldValueError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { refuse } from '../fields/field-type.ts';
import {
  blank,
  CHANGED,
  type Field,
  initialValue,
  type ObjectModel,
  type ObjectState,
  VALUES,
  VERSION,
} from '../model.ts';
import { modelFor } from '../registry.ts';
import { isVersion, withoutPatch } from '../version.ts';
import { CHANGES, DATA, NAME, NAMESPACE, VERSION_KEY } from './primitive.ts';

/** The largest depth of nested objects. Deeper input could exhaust the stack. */
export const MAX_DEPTH = 64;

/**
 * Reads an object from a primitive with the newest class that can read its version. The object keeps
 * the version. Unknown fields are ignored, as in oslo, because a newer patch version of the sender
 * may have added them.
 *
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
 */
export function readObject(primitive: unknown): ObjectState {
  return readAs(modelOf(primitive), primitive, 0);
}

/**
 * The model that reads a primitive, by its name, namespace and version.
 * A correct guess in `likely` saves the look-up.
 */
export function modelOf(primitive: unknown, likely?: ObjectModel): ObjectModel {
  if (!isRecord(primitive)) return refuse(primitive, 'a versioned object in its primitive form');
  const name = primitive[NAME];
  const namespace = primitive[NAMESPACE];
  const version = primitive[VERSION_KEY];
  if (name === likely?.name && version === likely?.version && namespace === likely?.namespace && likely) return likely;
  if (typeof name !== 'string') return refuseKey(name, 'an object name', NAME);
  if (typeof namespace !== 'string') return refuseKey(namespace, 'a namespace', NAMESPACE);
  if (typeof version !== 'string') return refuseKey(version, 'a version such as 1.0', VERSION_KEY);
  return modelFor(name, versionToRead(version), namespace);
}

/** The version without its patch component, which is ignored: 1.4 for 1.4.2. */
export function versionToRead(version: string): string {
  return hasPatch(version) ? withoutPatch(version) : version;
}

/** Reads a primitive with the model that {@link modelOf} returned. */
export function readAs(model: ObjectModel, primitive: unknown, depth: number): ObjectState {
  if (depth > MAX_DEPTH) return refuse(primitive, `at most ${MAX_DEPTH} objects within one another`);
  const { [DATA]: data, [CHANGES]: changes, [VERSION_KEY]: version } = isRecord(primitive) ? primitive : {};
  if (!isRecord(data)) return refuseKey(data, 'an object of fields', DATA, model.name);
  const object = blank(model);
  if (version !== model.version && typeof version === 'string') {
    object[VERSION] = versionToRead(version);
  }
  fill(object[VALUES], model, data, depth);
  if (changes !== undefined) object[CHANGED] = readChanges(model, object[VALUES], changes);
  return object;
}

/** Whether the version has a patch component, which is accepted and ignored: 1.4.2 is read as 1.4. */
function hasPatch(version: string): boolean {
  return version.indexOf('.') !== version.lastIndexOf('.') && isVersion(version);
}

function fill(values: unknown[], model: ObjectModel, data: Record<string, unknown>, depth: number): void {
  const { wireNames, readers, hasInitials } = model;
  let i = 0;
  try {
    for (; i < wireNames.length; i++) {
      const found = data[wireNames[i] ?? ''];
      if (found === undefined) values[i] = hasInitials ? initialValue(model.fields[i]) : undefined;
      else values[i] = found === null ? valueForNull(model.fields[i]) : readers[i]?.(found, depth + 1);
    }
  } catch (error) {
    if (error instanceof FieldValueError) error.within(wireNames[i] ?? '', model.name);
    throw error;
  }
}

/**
 * The value to store for null, as in oslo: null if the field is nullable, else its default.
 * Throws without a default.
 */
export function valueForNull(field: Field | undefined): unknown {
  if (field?.nullable) return null;
  return field?.default === undefined ? refuse(null, 'a value, null is none here') : field.type.coerce(field.default);
}

/** Reads the list of changes. Names of unknown and of unset fields are ignored, as in oslo. */
function readChanges(model: ObjectModel, values: readonly unknown[], changes: unknown): readonly string[] {
  if (!Array.isArray(changes)) return refuseKey(changes, 'an array of field names', CHANGES, model.name);
  if (!isSame(model.lastChanges.names, changes)) model.lastChanges = lookUp(model, changes);
  const { names, indexes } = model.lastChanges;
  for (let i = 0; i < indexes.length; i++) {
    if (values[indexes[i] ?? 0] === undefined) return names.filter((_, at) => values[indexes[at] ?? 0] !== undefined);
  }
  return names;
}

function lookUp({ name, byWireName }: ObjectModel, changes: readonly unknown[]): ObjectModel['lastChanges'] {
  const wrong = changes.find((change) => typeof change !== 'string');
  if (wrong !== undefined) return refuseKey(wrong, 'the name of a field', CHANGES, name);
  const fields = [...byWireName.values()];
  const known = new Map(fields.map(({ wireName, index }): [unknown, number] => [wireName, index]));
  const indexes = [...new Set(changes)].flatMap((change) => known.get(change) ?? []);
  return { names: indexes.flatMap((index) => fields[index]?.wireName ?? []), indexes };
}

function isSame(known: readonly string[], names: readonly unknown[]): boolean {
  if (known.length !== names.length) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== names[i]) return false;
  return true;
}

function refuseKey(value: unknown, expected: string, key: string, objectName = ''): never {
  throw new FieldValueError(value, expected).within(key, objectName);
}
