/** Primitive to object: every value is checked on the way, and an error says where it stood. */
import { FieldValueError } from '../errors.ts';
import { refuse } from './field-type.ts';
import {
  blank,
  CHANGED,
  type Field,
  initialValue,
  type ObjectModel,
  type ObjectState,
  VALUES,
  VERSION,
} from './model.ts';
import { CHANGES, DATA, isRecord, NAME, NAMESPACE, VERSION_KEY } from './primitive.ts';
import { modelFor } from './registry.ts';
import { isVersion, withoutPatch } from './version.ts';
import type { VersionedObject } from './versioned-object.ts';

/** Objects within objects, at the most; deeper input is refused before it can exhaust the stack. */
export const MAX_DEPTH = 64;

/**
 * The object that a primitive describes, of the newest class that can read its version; it keeps that version.
 * Fields that the class does not know are passed over, as oslo does: a newer `.z` of the sender may have added them.
 *
 * @param likely the class that it probably is, which saves looking for it
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
 */
export function readObject(primitive: unknown, depth = 0, likely?: ObjectModel): VersionedObject & ObjectState {
  if (depth > MAX_DEPTH) return refuse(primitive, `at most ${MAX_DEPTH} objects within one another`);
  if (!isRecord(primitive)) return refuse(primitive, 'a versioned object in its primitive form');
  const name = primitive[NAME];
  const namespace = primitive[NAMESPACE];
  const version = primitive[VERSION_KEY];
  if (typeof name !== 'string') return refuseKey(name, 'an object name', NAME);
  if (typeof namespace !== 'string') return refuseKey(namespace, 'a namespace', NAMESPACE);
  if (typeof version !== 'string') return refuseKey(version, 'a version such as 1.0', VERSION_KEY);
  const isLikely = name === likely?.name && version === likely.version && namespace === likely.namespace;
  const model = isLikely ? likely : modelOfVersion(name, version, namespace);
  const data = primitive[DATA];
  if (!isRecord(data)) return refuseKey(data, 'an object of fields', DATA, model.name);
  const object = blank(model);
  if (version !== model.version) object[VERSION] = hasPatch(version) ? withoutPatch(version) : version;
  fill(object[VALUES], model, data, depth);
  const changes = primitive[CHANGES];
  if (changes !== undefined) object[CHANGED] = readChanges(model, object[VALUES], changes);
  return object;
}

/** A third part of a version is no reason to refuse it: 1.4.2 is read as 1.4. */
function modelOfVersion(name: string, version: string, namespace: string): ObjectModel {
  return modelFor(name, hasPatch(version) ? withoutPatch(version) : version, namespace);
}

function hasPatch(version: string): boolean {
  return version.length > '1.0'.length && /^\d+\.\d+\.\d+$/.test(version) && isVersion(version);
}

function fill(values: unknown[], model: ObjectModel, data: Record<string, unknown>, depth: number): void {
  const { wireNames, readers } = model;
  let i = 0;
  try {
    for (; i < wireNames.length; i++) {
      const found = data[wireNames[i] ?? ''];
      if (found === undefined) values[i] = initialValue(model.fields[i]);
      else values[i] = found === null ? valueForNull(model.fields[i]) : readers[i]?.(found, depth + 1);
    }
  } catch (error) {
    if (error instanceof FieldValueError) error.within(wireNames[i] ?? '', model.name);
    throw error;
  }
}

/** What is stored for null: null where the field may be, else its default, as oslo does. */
export function valueForNull(field: Field | undefined): unknown {
  if (field?.nullable) return null;
  return field?.default === undefined ? refuse(null, 'a value, null is none here') : field.type.coerce(field.default);
}

/** Names of fields that the class does not know, or that are not set, are passed over, as oslo does. */
function readChanges(model: ObjectModel, values: readonly unknown[], changes: unknown): string[] {
  if (!Array.isArray(changes)) return refuseKey(changes, 'an array of field names', CHANGES, model.name);
  const changed: string[] = [];
  const names = changes.length > values.length ? [...new Set<unknown>(changes)] : changes;
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const field = model.byWireName.get(name);
    if (field !== undefined && values[field.index] !== undefined) changed.push(field.wireName);
    else if (typeof name !== 'string') refuseKey(name, 'the name of a field', CHANGES, model.name);
  }
  return changed;
}

function refuseKey(value: unknown, expected: string, key: string, objectName = ''): never {
  throw new FieldValueError(value, expected).within(key, objectName);
}
