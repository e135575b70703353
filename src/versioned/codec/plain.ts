/**
 * The plain form, for people and HTTP bodies: `{ type: 'VIFBridge', vif_name: 'tap0', network: { ... } }`.
 * class-transformer writes and reads it. Its metadata comes from the declarations. A list object is an array
 * in the plain form.
 */

import type { OptionKinds } from '../../errors/argument.ts';
import { requireOptions } from '../../errors/argument.ts';
import { OBJECT, TEXT } from '../../errors/value-kinds.ts';
import 'reflect-metadata/lite';
import { Exclude, Expose, instanceToPlain, plainToInstance, Transform, Type } from 'class-transformer';
import { FieldValueError, UnknownFieldError } from '../../errors/model.ts';
import { shortened } from '../../text/bounds.ts';
import { isRecord } from '../../text/is-record.ts';
import { isObjectOrList, mapObjects, objectsIn } from '../children.ts';
import { refuse } from '../fields/field-type.ts';
import { type BackportOptions, writeObjectFor } from '../history/backport.ts';
import { hasFieldAt } from '../history/history.ts';
import {
  type Field,
  type FieldType,
  isVersionedObject,
  MODEL,
  type ObjectModel,
  type ObjectReference,
  type ObjectState,
  STATE,
} from '../model.ts';
import { newestModel, newestModelNear } from '../registry.ts';
import { compareVersions } from '../version.ts';
import { MAX_DEPTH, readObject, valueForNull } from './from-primitive.ts';
import { writeObject } from './to-primitive.ts';

/** Options of the plain form. */
export interface PlainOptions extends Pick<BackportOptions, 'versionManifest'> {
  /** The version of the object to write. Default: the version of the object. */
  version?: string;
}

/** The options of `toPlain`. */
const PLAIN_OPTIONS: OptionKinds<PlainOptions> = { version: TEXT, versionManifest: OBJECT };

/** The plain form of an object. */
export function toPlainForm(object: ObjectState, options: PlainOptions = {}): Record<string, unknown> {
  requireOptions('toPlain', options, PLAIN_OPTIONS);
  const { version, ...rest } = options;
  if (version === undefined && rest.versionManifest === undefined) return plainOf(object);
  const target = version === undefined ? rest : { ...rest, targetVersion: version };
  const seen = readObject(writeObjectFor(object, target));
  forgetLater(seen);
  return plainOf(seen);
}

/**
 * Unsets fields that are newer than the version of the object.
 * Reading sets their initial values, as constructors do.
 */
function forgetLater(object: ObjectState): void {
  for (const field of object[MODEL].fields) {
    const value = object[STATE].values[field.index];
    if (!hasFieldAt(object[MODEL], field, object[STATE].version)) object[STATE].values[field.index] = undefined;
    else for (const child of objectsIn(value)) forgetLater(child);
  }
}

/**
 * Reads an object from its plain form.
 *
 * @param expected the class of the object; undefined if only `type` determines the class
 *
 * @throws FieldValueError, UnknownFieldError, UnsupportedObjectError
 */
export function fromPlainForm(plain: unknown, expected: ObjectModel | undefined): ObjectState {
  const model = checkPlain(plain, expected, true, 0);
  const object: unknown =
    model.isList && Array.isArray(plain)
      ? new model.construct({ objects: plain.map((element) => fromPlainForm(element, elementOf(model))) })
      : plainToInstance(model.construct, plain, { exposeDefaultValues: true });
  return isVersionedObject(object) ? object : refuse(plain, `the plain form of ${model.name}`);
}

/**
 * Declares a class to class-transformer: its fields by wire name, the classes of fields with objects,
 * and the discriminator `type`.
 */
export function declarePlainClass(model: ObjectModel): void {
  const { prototype } = model.objectClass;
  Exclude()(model.construct);
  Expose({ toPlainOnly: true })(prototype, 'type');
  subTypes.push({ value: model.construct, name: model.name, namespace: model.namespace, version: model.version });
  subTypes.sort((a, b) => compareVersions(b.version, a.version));
  for (const field of model.fields) {
    // class-transformer also reads the declarations of the base class.
    if (model.base?.byName.get(field.name) === field) continue;
    Expose({ name: field.plainName })(prototype, field.name);
    declareField(prototype, field);
  }
}

function declareField(prototype: object, field: Field): void {
  const { type, name } = field;
  const { object, write } = type;
  if (object !== undefined && isObjectOrList(type)) declareObjectField(prototype, name, object);
  else if (object !== undefined) {
    const read = (plain: unknown) => writeObject(fromPlainForm(plain, object.objectClass.prototype[MODEL]));
    declareWrittenField(
      prototype,
      field,
      (value) => mapObjects(type, value, (child) => (isVersionedObject(child) ? plainOf(child) : child)),
      (value) => type.read(mapObjects(type, value, read), 0),
    );
  } else if (write) declareWrittenField(prototype, field, write, (value) => type.read(value, 0));
}

/**
 * All classes, the newest of each name first. class-transformer searches this list for the class in `type`.
 */
const subTypes: { value: ObjectModel['construct']; name: string; namespace: string; version: string }[] = [];

/** All classes, those of the given namespace first, because several namespaces may have the same name. */
function subTypesFrom(namespace: string): typeof subTypes {
  const isOwn = (subType: (typeof subTypes)[number]) => subType.namespace === namespace;
  return [...subTypes.filter(isOwn), ...subTypes.filter((subType) => !isOwn(subType))];
}

function declareObjectField(prototype: object, name: string, object: ObjectReference): void {
  const discriminator = {
    property: 'type',
    get subTypes() {
      return subTypesFrom(object.objectClass.namespace);
    },
  };
  Type(() => elementModel(object).construct, { discriminator, keepDiscriminatorProperty: true })(prototype, name);
  const elements = (value: unknown) => (isVersionedObject(value) && value[MODEL].isList ? objectsOf(value) : value);
  Transform(({ value }) => elements(value), { toPlainOnly: true })(prototype, name);
  const gather = (value: unknown) => {
    const model = object.objectClass.prototype[MODEL];
    return Array.isArray(value) && model.isList ? new model.construct({ objects: value }) : value;
  };
  Transform(({ value }) => gather(value), { toClassOnly: true })(prototype, name);
}

/**
 * Declares a field that class-transformer does not write and read by itself: collections and dates. It takes
 * quadratic time for the keys of a dict, so it must not see the value: it gets a function instead when it
 * writes, and a boolean when it reads.
 */
function declareWrittenField(
  prototype: object,
  { name, plainName }: Field,
  write: (value: unknown) => unknown,
  read: (value: unknown) => unknown,
): void {
  Type((help) => (isVersionedObject(help?.object) ? Object : Boolean))(prototype, name);
  const seal = (value: unknown) => (isSealing ? () => write(value) : write(value));
  Transform(({ value }) => (value == null ? value : seal(value)), { toPlainOnly: true })(prototype, name);
  const readSet = (value: unknown) => (value == null ? value : read(value));
  Transform(({ obj }) => readSet(obj[plainName]), { toClassOnly: true })(prototype, name);
}

/**
 * Whether {@link plainOf} called class-transformer.
 * Other callers of class-transformer get the wire forms directly.
 */
let isSealing = false;

function plainOf(object: ObjectState): Record<string, unknown> {
  const source = object[MODEL].isList ? objectsOf(object) : object;
  const plain = sealed(() => instanceToPlain(source, { exposeUnsetFields: false }));
  unseal(plain);
  return isPlainForm(plain) ? plain : refuse(plain, 'a plain form');
}

function sealed(transform: () => unknown): unknown {
  isSealing = true;
  try {
    return transform();
  } finally {
    isSealing = false;
  }
}

/** Replaces the functions by the values that they return. */
function unseal(plain: unknown): void {
  if (Array.isArray(plain)) plain.forEach(unseal);
  if (!isRecord(plain)) return;
  for (const key of Object.keys(plain)) {
    const value = plain[key];
    if (typeof value === 'function') plain[key] = value();
    else unseal(value);
  }
}

/**
 * Checks a plain form and returns its model. class-transformer itself ignores unknown names, and overflows
 * the stack for deeply nested objects.
 */
function checkPlain(
  plain: unknown,
  expected: ObjectModel | undefined,
  subclasses: boolean,
  depth: number,
): ObjectModel {
  if (depth > MAX_DEPTH) return refuse(plain, `at most ${MAX_DEPTH} objects within one another`);
  if (Array.isArray(plain) && expected?.isList) {
    const object = expected.byName.get('objects')?.type.object;
    plain.forEach((element, i) => {
      along(i, expected.name, () =>
        checkPlain(element, object?.objectClass.prototype[MODEL], object?.subclasses === true, depth + 1),
      );
    });
    return expected;
  }
  if (!isRecord(plain) || expected?.isList) return refuse(plain, `${expected?.name ?? 'an object'} in its plain form`);
  const model = modelMeant(plain, expected, subclasses);
  for (const name of Object.keys(plain)) {
    const value = plain[name];
    if (name === 'type') continue;
    const field = model.byPlainName.get(name);
    if (field === undefined) throw new UnknownFieldError(model.name, name, [...model.byPlainName.keys()]);
    if (value === undefined) continue;
    along(name, model.name, () => checkValue(field, value, depth + 1));
  }
  return model;
}

function modelMeant(
  plain: Record<string, unknown>,
  expected: ObjectModel | undefined,
  subclasses: boolean,
): ObjectModel {
  const { type } = plain;
  if (type === undefined && expected !== undefined) return expected;
  if (typeof type !== 'string') throw new FieldValueError(type, 'the name of an object').within('type', expected?.name);
  if (type === expected?.name) return newestModel(type, expected.namespace);
  const model = newestModelNear(type, expected?.namespace);
  const taken =
    expected === undefined || model.name === expected.name || (subclasses && model.names.has(expected.name));
  return taken ? model : refuse(type, `${subclasses ? 'a subclass of ' : ''}${expected.name}`);
}

function checkValue({ type, ...field }: Field, value: unknown, depth: number): void {
  if (value === null) valueForNull({ type, ...field });
  else if (type.object === undefined) type.read(value, depth);
  else checkObjects(type, type.object, value, depth);
}

/** Checks the objects in a field. They may be in lists, sets and dicts. */
function checkObjects({ elements }: FieldType<unknown>, object: ObjectReference, value: unknown, depth: number): void {
  const check = (element: unknown) => {
    if (elements === undefined) checkPlain(element, object.objectClass.prototype[MODEL], object.subclasses, depth);
    else if (element !== null || !elements.nullable) checkObjects(elements.type, object, element, depth);
  };
  if (elements === undefined) check(value);
  else if (elements.collection === 'dict') {
    const dict = isRecord(value) ? value : refuse(value, 'an object');
    for (const key of Object.keys(dict)) along(`[${JSON.stringify(shortened(key))}]`, '', () => check(dict[key]));
  } else {
    const list: unknown[] = Array.isArray(value) ? value : refuse(value, 'an array');
    for (const [i, element] of list.entries()) along(i, '', () => check(element));
  }
}

/** Runs the check, and adds the place to the path of its FieldValueError. */
function along(place: string | number, objectName: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof FieldValueError) error.within(place, objectName);
    throw error;
  }
}

/**
 * The model of the elements of a field with a list object, because a list object is an array
 * in the plain form.
 */
function elementModel({ objectClass }: ObjectReference): ObjectModel {
  const model = objectClass.prototype[MODEL];
  return elementOf(model) ?? model;
}

function elementOf(model: ObjectModel): ObjectModel | undefined {
  return model.isList ? model.byName.get('objects')?.type.object?.objectClass.prototype[MODEL] : undefined;
}

function objectsOf(list: object): unknown {
  return Reflect.get(list, 'objects') ?? [];
}

function isPlainForm(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
