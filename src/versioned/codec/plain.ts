/**
 * The plain form, for people and HTTP bodies: `{ type: 'VIFBridge', vif_name: 'tap0', network: { ... } }`.
 * class-transformer writes and reads it. Its metadata comes from the declarations. A list object is an array
 * in the plain form.
 */
import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { OBJECT, TEXT } from '../../errors/value-kinds.ts';
import { isRecord } from '../../text/is-record.ts';
import { isObjectOrList, mapObjects, objectsIn } from '../children.ts';
import { refuse } from '../fields/field-type.ts';
import { type BackportOptions, writeObjectFor } from '../history/backport.ts';
import { hasFieldAt } from '../history/history.ts';
import {
  type Field,
  isVersionedObject,
  MODEL,
  type ObjectModel,
  type ObjectReference,
  type ObjectState,
  STATE,
} from '../model.ts';
import { compareVersions } from '../version.ts';
import { checkPlain, elementOf } from './check-plain.ts';
import { type ClassTransformer, classTransformer } from './class-transformer.ts';
import { readObject } from './from-primitive.ts';
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
      : readyTransformer().plainToInstance(model.construct, plain, { exposeDefaultValues: true });
  return isVersionedObject(object) ? object : refuse(plain, `the plain form of ${model.name}`);
}

type FieldDecorators = Pick<ClassTransformer, 'Transform' | 'Type'>;

/** The classes that class-transformer does not know yet. It is loaded when it is first needed. */
const undeclared: ObjectModel[] = [];
let transformer: ClassTransformer | undefined;

/** Adds a class to those that class-transformer writes and reads. */
export function declarePlainClass(model: ObjectModel): void {
  subTypes.push({ value: model.construct, name: model.name, namespace: model.namespace, version: model.version });
  subTypes.sort((a, b) => compareVersions(b.version, a.version));
  undeclared.push(model);
  if (transformer !== undefined) readyTransformer();
}

/**
 * Declares the classes of versioned objects to class-transformer. Call it before you give objects
 * of os-vif to functions of class-transformer itself, such as `instanceToPlain`. `toPlain` and
 * `fromPlain` do it themselves.
 */
export function declareToClassTransformer(): void {
  readyTransformer();
}

/** class-transformer, which knows all classes. */
function readyTransformer(): ClassTransformer {
  transformer ??= classTransformer();
  for (const model of undeclared.splice(0)) declareClass(model, transformer);
  return transformer;
}

/**
 * Declares a class to class-transformer: its fields by wire name, the classes of fields with objects,
 * and the discriminator `type`.
 */
function declareClass(model: ObjectModel, { Exclude, Expose, ...decorators }: ClassTransformer): void {
  const { prototype } = model.objectClass;
  Exclude()(model.construct);
  Expose({ toPlainOnly: true })(prototype, 'type');
  for (const field of model.fields) {
    // class-transformer also reads the declarations of the base class.
    if (model.base?.byName.get(field.name) === field) continue;
    Expose({ name: field.plainName })(prototype, field.name);
    declareField(prototype, field, decorators);
  }
}

function declareField(prototype: object, field: Field, decorators: FieldDecorators): void {
  const { type, name } = field;
  const { object, write } = type;
  if (object !== undefined && isObjectOrList(type)) declareObjectField(prototype, name, object, decorators);
  else if (object !== undefined) {
    const read = (plain: unknown) => writeObject(fromPlainForm(plain, object.objectClass.prototype[MODEL]));
    declareWrittenField(
      prototype,
      field,
      (value) => mapObjects(type, value, (child) => (isVersionedObject(child) ? plainOf(child) : child)),
      (value) => type.read(mapObjects(type, value, read), 0),
      decorators,
    );
  } else if (write) declareWrittenField(prototype, field, write, (value) => type.read(value, 0), decorators);
}

/**
 * All classes, the newest of each name first. class-transformer searches this list for the class in `type`.
 */
const subTypes: { value: ObjectModel['construct']; name: string; namespace: string; version: string }[] = [];

/** All classes, those of the given namespace first, because several namespaces may have the same name. */
function subTypesFrom(namespace: string): typeof subTypes {
  return [...subTypes.filter((subType) => subType.namespace === namespace), ...subTypes];
}

function declareObjectField(
  prototype: object,
  name: string,
  object: ObjectReference,
  { Type, Transform }: FieldDecorators,
): void {
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
  { Type, Transform }: FieldDecorators,
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
  const { instanceToPlain } = readyTransformer();
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
 * The model of the elements of a field with a list object, because a list object is an array
 * in the plain form.
 */
function elementModel({ objectClass }: ObjectReference): ObjectModel {
  const model = objectClass.prototype[MODEL];
  return elementOf(model) ?? model;
}

function objectsOf(list: object): unknown {
  return Reflect.get(list, 'objects') ?? [];
}

function isPlainForm(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
