/** Reads objects from primitives. Every value is checked, and errors contain the path of the value. */
import { FieldValueError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { withOwnSerialNamespace } from '../children.ts';
import { refuse } from '../fields/field-type.ts';
import {
  blank,
  CHANGED,
  type Field,
  type FieldType,
  initialValue,
  MODEL,
  type ObjectModel,
  type ObjectState,
  VALUES,
  VERSION,
} from '../model.ts';
import { modelFor } from '../registry.ts';
import { isVersion, withoutPatch } from '../version.ts';
import { DEFAULT_ENVELOPE, envelopeIn } from './envelope.ts';
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

/**
 * Reads an object from a primitive with the newest class that can read its version. The object keeps
 * the version.
 *
 * @param expected the class that the caller expects; error messages name its keys
 *
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
 * @throws UnknownFieldError only with `unknown: 'refuse'`
 */
export function readObject(primitive: unknown, expected?: ObjectModel, options: ReadOptions = {}): ObjectState {
  const object = readAs(modelOf(primitive, expected), primitive, 0);
  if (options.unknown === 'refuse') refuseUnknownFields(object, primitive);
  return object;
}

/**
 * The model that reads a primitive, by its name, namespace and version.
 * A correct guess in `likely` saves the look-up.
 */
export function modelOf(primitive: unknown, likely?: ObjectModel): ObjectModel {
  if (!isRecord(primitive)) return refuse(primitive, typeof primitive === 'string' ? PARSED : PRIMITIVE);
  if (likely !== undefined && isOfModel(primitive, likely)) return likely;
  const keys = envelopeIn(primitive) ?? likely?.envelope ?? DEFAULT_ENVELOPE;
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

function isOfModel(primitive: Record<string, unknown>, { name, version, namespace, envelope }: ObjectModel): boolean {
  return (
    nameIn(primitive, envelope) === name &&
    versionIn(primitive, envelope) === version &&
    namespaceIn(primitive, envelope) === namespace
  );
}

/** The version without its patch component, which is ignored: 1.4 for 1.4.2. */
export function versionToRead(version: string): string {
  return hasPatch(version) ? withoutPatch(version) : version;
}

/** Reads a primitive with the model that {@link modelOf} returned. */
export function readAs(model: ObjectModel, primitive: unknown, depth: number): ObjectState {
  if (depth > MAX_DEPTH) return refuse(primitive, `at most ${MAX_DEPTH} objects within one another`);
  const { envelope: keys } = model;
  const written = isRecord(primitive) ? primitive : {};
  const data = dataIn(written, keys);
  const changes = changesIn(written, keys);
  const version = versionIn(written, keys);
  if (!isRecord(data)) return refuseKey(data, 'an object of fields', keys.data, model.name);
  const object = blank(model);
  if (version !== model.version && typeof version === 'string') {
    object[VERSION] = versionToRead(version);
  }
  fill(object[VALUES], model, data, depth);
  if (changes !== undefined) object[CHANGED] = readChanges(model, object[VALUES], changes);
  return object;
}

/**
 * The reader of a field with objects. The objects must have the serial namespace of their parent. Almost all have
 * it, so each object is checked only if one of this field had another.
 */
export function childReader(
  type: FieldType<unknown>,
  parent: Pick<ObjectModel, 'name' | 'envelope'>,
): FieldType<unknown>['read'] {
  const { object } = type;
  let isForeign: boolean | undefined;
  return (primitive, depth) => {
    const value = type.read(primitive, depth);
    isForeign ??= object?.objectClass.prototype[MODEL].envelope !== parent.envelope;
    return isForeign || object?.isMixed ? withOwnSerialNamespace(value, parent) : value;
  };
}

/** Whether the version has a patch component, which is accepted and ignored: 1.4.2 is read as 1.4. */
function hasPatch(version: string): boolean {
  return version.indexOf('.') !== version.lastIndexOf('.') && isVersion(version);
}

function fill(values: unknown[], model: ObjectModel, data: Record<string, unknown>, depth: number): void {
  const { wireNames, readers, hasInitials, hasInheritedNames } = model;
  const own = hasInheritedNames ? Object.assign(Object.create(null), data) : data;
  let i = 0;
  try {
    for (; i < wireNames.length; i++) {
      const found = own[wireNames[i] ?? ''];
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
  return field?.default === undefined
    ? refuse(null, 'a value, null is none here')
    : field.type.coerce(defaultOf(field));
}

/** The default of a field. Objects in it are copied, so that no two objects share a child. */
export function defaultOf({ type, default: value }: Field): unknown {
  return type.object && type.clone && value !== null ? type.clone(value) : value;
}

/** Reads the list of changes. Names of unknown and of unset fields are ignored, as in oslo. */
function readChanges(model: ObjectModel, values: readonly unknown[], changes: unknown): readonly string[] {
  if (!Array.isArray(changes)) return refuseKey(changes, 'an array of field names', model.envelope.changes, model.name);
  if (!isSame(model.lastChanges.names, changes)) model.lastChanges = lookUp(model, changes);
  const { names, indexes } = model.lastChanges;
  for (let i = 0; i < indexes.length; i++) {
    if (values[indexes[i] ?? 0] === undefined) return names.filter((_, at) => values[indexes[at] ?? 0] !== undefined);
  }
  return names;
}

function lookUp({ name, byWireName, envelope }: ObjectModel, changes: readonly unknown[]): ObjectModel['lastChanges'] {
  const wrong = changes.find((change) => typeof change !== 'string');
  if (wrong !== undefined) return refuseKey(wrong, 'the name of a field', envelope.changes, name);
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
