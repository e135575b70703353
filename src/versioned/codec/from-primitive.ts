/** Reads objects from primitives. Every value is checked, and errors contain the path of the value. */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { FieldValueError } from '../../errors/model.ts';
import { oneOfValues } from '../../errors/value-kinds.ts';
import { isRecord } from '../../text/is-record.ts';
import { withOwnSerialNamespace } from '../children.ts';
import { refuse } from '../fields/field-type.ts';
import { boolean, string } from '../fields/scalars.ts';
import { isVersion, withoutPatch } from '../history/version.ts';
import { objectWith } from '../instances.ts';
import {
  type Field,
  type FieldType,
  initialValue,
  type LastRead,
  MODEL,
  NO_CHANGES,
  nothingRead,
  type ObjectModel,
  type ObjectReference,
  type ObjectState,
  State,
} from '../model.ts';
import { modelFor, registrations } from '../registry.ts';
import { DEFAULT_ENVELOPE, envelopeIn, hasSeveralEnvelopes } from './envelope.ts';
import { changesIn, dataIn, nameIn, namespaceIn, versionIn } from './primitive.ts';
import { refuseUnknownFields } from './unknown-fields.ts';

/** The largest depth of nested objects. Deeper input could exhaust the stack. */
export const MAX_DEPTH = 64;

/** Options of reading. */
export interface ReadOptions {
  /**
   * Unknown fields are ignored, as in oslo, because a newer patch version of the sender may have added them, or
   * refused with an {@link UnknownFieldError}. Default: `ignore`.
   */
  unknown?: 'ignore' | 'refuse';
}

const READ_OPTIONS: OptionKinds<ReadOptions> = { unknown: oneOfValues('ignore', 'refuse') };

/**
 * Reads an object from a primitive with the newest class that can read its version. The object keeps
 * the version.
 *
 * @param expected the class that the caller expects; error messages name its keys
 *
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
 * @throws UnknownFieldError only with `unknown: 'refuse'`
 */
export function readObject(primitive: unknown, expected?: ObjectModel, options?: ReadOptions): ObjectState {
  if (options !== undefined) requireOptions('fromPrimitive', options, READ_OPTIONS);
  const object = readAt(expected?.lastRead ?? lastRead, primitive, 0, expected);
  if (options?.unknown === 'refuse') refuseUnknownFields(object, primitive);
  return object;
}

/** For objects of any class. */
const lastRead = nothingRead();

/** The model that reads a primitive, by its name, namespace and version. */
function modelOf(primitive: Record<string, unknown>, expected: ObjectModel | undefined): ObjectModel {
  const keys = envelopeIn(primitive) ?? expected?.envelope ?? DEFAULT_ENVELOPE;
  const name = primitive[keys.name];
  const namespace = primitive[keys.namespace];
  const version = primitive[keys.version];
  if (typeof name !== 'string') return refuseKey(name, expectedName(primitive), keys.name);
  if (typeof namespace !== 'string') return refuseKey(namespace, 'a namespace', keys.namespace);
  if (typeof version !== 'string') return refuseKey(version, 'a version such as 1.0', keys.version);
  const model = modelFor(name, versionToRead(version), namespace);
  if (model.envelope === keys) return model;
  return refuse(keys.serialNamespace, `the serial namespace ${model.envelope.serialNamespace} of ${model.name}`);
}

const PRIMITIVE = 'a versioned object in its primitive form';
const PARSED = `${PRIMITIVE} (parse JSON text first)`;

function expectedName({ type }: Record<string, unknown>): string {
  return typeof type === 'string' ? 'an object name (fromPlain reads the plain form)' : 'an object name';
}

function isOfModel(primitive: Record<string, unknown>, { name, namespace, envelope }: ObjectModel): boolean {
  return nameIn(primitive, envelope) === name && namespaceIn(primitive, envelope) === namespace;
}

/** The version without its patch component, which is ignored: 1.4 for 1.4.2. */
export function versionToRead(version: string): string {
  return hasPatch(version) ? withoutPatch(version) : version;
}

/**
 * Reads an object at a place, which keeps its model.
 *
 * @param expected the class that the caller expects
 * @param check throws for a model that the caller does not accept; it runs only for another model than that of
 *   the object before
 */
export function readAt(
  place: LastRead,
  primitive: unknown,
  depth: number,
  expected?: Pick<ObjectReference, 'objectClass'>,
  check?: (model: ObjectModel) => void,
): ObjectState {
  if (!isRecord(primitive)) return refuse(primitive, typeof primitive === 'string' ? PARSED : PRIMITIVE);
  let { model } = place;
  if (
    model === undefined ||
    place.registrations !== registrations() ||
    versionIn(primitive, model.envelope) !== place.received ||
    !isOfModel(primitive, model)
  ) {
    model = modelOf(primitive, expected?.objectClass.prototype[MODEL]);
    check?.(model);
    place.model = model;
    place.registrations = registrations();
    place.received = versionIn(primitive, model.envelope);
    place.version = versionToRead(String(place.received));
  }
  if (depth > MAX_DEPTH) return refuse(primitive, `at most ${MAX_DEPTH} objects within one another`);
  const { version } = place;
  const { envelope: keys } = model;
  const data = dataIn(primitive, keys);
  if (!isRecord(data)) return refuseKey(data, 'an object of fields', keys.data, model.name);
  const values = model.unset.slice();
  fill(values, model, data, depth + 1);
  if (hasSeveralEnvelopes()) checkChildren(values, model);
  return objectWith(new State(model, values, NO_CHANGES, version, readChanges(model, changesIn(primitive, keys))));
}

/** Throws {@link FieldValueError} for a child with another serial namespace than its parent. */
function checkChildren(values: readonly unknown[], model: ObjectModel): void {
  for (const { type, index, wireName } of model.fields) {
    if (type.object === undefined) continue;
    try {
      withOwnSerialNamespace(values[index], model);
    } catch (error) {
      if (error instanceof FieldValueError) error.within(wireName, model.name);
      throw error;
    }
  }
}

/** Whether the version has a patch component, which is accepted and ignored: 1.4.2 is read as 1.4. */
function hasPatch(version: string): boolean {
  return version.indexOf('.') !== version.lastIndexOf('.') && isVersion(version);
}

/** Reads the known fields in their order in the data, and keeps the index of the field at each position. */
function fill(values: unknown[], model: ObjectModel, data: Record<string, unknown>, depth: number): void {
  const { readers, lastOrder, byWireName, fields } = model;
  let position = 0;
  let index = 0;
  try {
    for (const name in data) {
      if (lastOrder.names[position] === name) index = lastOrder.indexes[position] ?? 0;
      else {
        const field = byWireName.get(name);
        if (field === undefined) continue;
        index = field.index;
        lastOrder.names[position] = name;
        lastOrder.indexes[position] = index;
      }
      position++;
      const value = data[name];
      if (value === undefined) continue;
      const reader = readers[index];
      if (value === null) values[index] = valueForNull(fields[index]);
      else values[index] = isTaken(reader, value) ? value : reader?.(value, depth);
    }
  } catch (error) {
    if (error instanceof FieldValueError) error.within(model.wireNames[index] ?? '', model.name);
    throw error;
  }
  if (!model.hasInitials) return;
  for (const field of fields) if (values[field.index] === undefined) values[field.index] = initialValue(field);
}

/** Whether a value has the type of most fields, whose values are stored as they are. This saves the call of a reader. */
function isTaken(reader: FieldType<unknown>['read'] | undefined, value: unknown): boolean {
  return reader === readString ? typeof value === 'string' : reader === readBoolean && typeof value === 'boolean';
}

const readString = string().read;
const readBoolean = boolean().read;

/**
 * The value to store for null, as in oslo: null if the field is nullable, else its default.
 * Throws without a default.
 */
export function valueForNull(field: Field | undefined): unknown {
  if (field?.nullable) return null;
  return field?.default === undefined
    ? refuse(null, 'a value, null is none here')
    : field.type.coerce(defaultOf(field));
}

/** The default of a field. Objects in it are copied, so that no two objects share a child. */
export function defaultOf({ type, default: value }: Field): unknown {
  return type.object && type.clone && value !== null ? type.clone(value) : value;
}

/** A copy of the list of changes. A list with more names than the class has fields is reduced to known names. */
function readChanges({ envelope, name, byWireName }: ObjectModel, changes: unknown): string[] | undefined {
  if (changes === undefined) return undefined;
  if (!Array.isArray(changes)) return refuseKey(changes, 'an array of field names', envelope.changes, name);
  for (let i = 0; i < changes.length; i++) {
    if (typeof changes[i] !== 'string') return refuseKey(changes[i], 'the name of a field', envelope.changes, name);
  }
  if (changes.length <= byWireName.size) return changes.slice();
  return [...new Set<string>(changes)].filter((change) => byWireName.has(change));
}

function refuseKey(value: unknown, expected: string, key: string, objectName = ''): never {
  throw new FieldValueError(value, expected).within(key, objectName);
}
