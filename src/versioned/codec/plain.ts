/**
 * The plain form, for people and HTTP bodies: `{ type: 'VIFBridge', vif_name: 'tap0', network: { ... } }`. class-transformer makes it and
 * reads it; what it is told here comes from the same declarations as everything else. A list object is an array in it.
 */
import 'reflect-metadata';
import { Exclude, Expose, instanceToPlain, plainToInstance, Transform, Type } from 'class-transformer';
import { FieldValueError, UnknownFieldError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { type BackportOptions, writeObjectFor } from '../backport.ts';
import { refuse } from '../fields/field-type.ts';
import { hasFieldAt } from '../history.ts';
import {
  type Field,
  isVersionedObject,
  MODEL,
  type ObjectModel,
  type ObjectReference,
  type ObjectState,
  VALUES,
  VERSION,
} from '../model.ts';
import { newestModel } from '../registry.ts';
import { compareVersions } from '../version.ts';
import { MAX_DEPTH, readObject, valueForNull } from './from-primitive.ts';

/** For whom the plain form is. */
export interface PlainOptions extends Pick<BackportOptions, 'versionManifest'> {
  /** What a peer that knows this version of the object would see. */
  version?: string;
}

/** The plain form of an object. */
export function toPlainForm(object: ObjectState, options: PlainOptions = {}): Record<string, unknown> {
  const { version, ...rest } = options;
  if (version === undefined && rest.versionManifest === undefined) return plainOf(object);
  const target = version === undefined ? rest : { ...rest, targetVersion: version };
  const seen = readObject(writeObjectFor(object, target));
  forgetLater(seen);
  return plainOf(seen);
}

/** Reading sets what constructors set, also where an object's version did not have the field yet. */
function forgetLater(object: ObjectState): void {
  for (const field of object[MODEL].fields) {
    const value = object[VALUES][field.index];
    if (!hasFieldAt(object[MODEL], field, object[VERSION])) object[VALUES][field.index] = undefined;
    else for (const child of Array.isArray(value) ? value : [value]) if (isVersionedObject(child)) forgetLater(child);
  }
}

/**
 * The object of a plain form. `expected` is the class that it was asked of, none where `type` must tell.
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

/** Tells class-transformer of a class: its fields by wire name, the classes of those that hold objects, and `type` to tell them apart. */
export function declarePlainClass(model: ObjectModel): void {
  const { prototype } = model.objectClass;
  Exclude()(model.construct);
  Expose({ toPlainOnly: true })(prototype, 'type');
  subTypes.push({ value: model.construct, name: model.name, namespace: model.namespace, version: model.version });
  subTypes.sort((a, b) => compareVersions(b.version, a.version));
  for (const field of model.fields) {
    // class-transformer looks at the base class too.
    if (model.base?.byName.get(field.name) === field) continue;
    Expose({ name: field.wireName })(prototype, field.name);
    if (field.type.object) declareObjectField(prototype, field.name, field.type.object);
    else if (field.type.write) declareWrittenField(prototype, field, field.type.write);
  }
}

/** Every class, the newest of a name first: class-transformer looks here for the one that `type` names. */
const subTypes: { value: ObjectModel['construct']; name: string; namespace: string; version: string }[] = [];

/** The same, those of one namespace before all others: another may have the same name. */
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
 * Collections, and values that JSON does not have (dates), have their wire form. class-transformer would walk through a dict in a time that
 * grows with the square of its keys, so it must not see one: it gets a function on the way out, and takes a boolean for it on the way in.
 */
function declareWrittenField(
  prototype: object,
  { name, wireName, type }: Field,
  write: (value: unknown) => unknown,
): void {
  Type((help) => (isVersionedObject(help?.object) ? Object : Boolean))(prototype, name);
  const seal = (value: unknown) => (isSealing ? () => write(value) : write(value));
  Transform(({ value }) => (value == null ? value : seal(value)), { toPlainOnly: true })(prototype, name);
  const read = (value: unknown) => (value == null ? value : type.read(value, 0));
  Transform(({ obj }) => read(obj[wireName]), { toClassOnly: true })(prototype, name);
}

/** Whether {@link plainOf} has called class-transformer. Others who call it get the wire forms themselves. */
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

/** Puts the written values in place of the functions that give them. */
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
 * Looks a plain form over before class-transformer builds it: it would pass over names that it does not know, and overflow the
 * stack where objects are nested without an end. Gives the class that is meant.
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
    const field = model.byWireName.get(name);
    if (field === undefined) throw new UnknownFieldError(model.name, name, [...model.byWireName.keys()]);
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
  const model = newestModel(type);
  const taken =
    expected === undefined || model.name === expected.name || (subclasses && model.names.has(expected.name));
  return taken ? model : refuse(type, `${subclasses ? 'a subclass of ' : ''}${expected.name}`);
}

function checkValue({ type, ...field }: Field, value: unknown, depth: number): void {
  if (value === null) valueForNull({ type, ...field });
  else if (type.object === undefined) type.read(value, depth);
  else {
    const { objectClass, subclasses } = type.object;
    const model = objectClass.prototype[MODEL];
    const isArray = type.osloName === 'List';
    if (isArray && !Array.isArray(value)) refuse(value, 'an array');
    if (isArray && Array.isArray(value)) {
      value.forEach((element, i) => {
        along(i, '', () => checkPlain(element, model, subclasses, depth));
      });
    } else checkPlain(value, model, subclasses, depth);
  }
}

function along(place: string | number, objectName: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof FieldValueError) error.within(place, objectName);
    throw error;
  }
}

/** What a field holds one by one: a list object's elements stand for it in the plain form. */
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
