/** The base class of every versioned object. */
import {
  FieldValueError,
  ReadOnlyFieldError,
  UnknownFieldError,
  UnsetFieldError,
  UnsupportedObjectError,
} from '../errors/model.ts';
import { type BackportOptions, writeObjectFor } from './backport.ts';
import { cloneObject } from './clone.ts';
import { readObject, valueForNull } from './codec/from-primitive.ts';
import { fromPlainForm, type PlainOptions, toPlainForm } from './codec/plain.ts';
import type { Primitive } from './codec/primitive.ts';
import { writeObject } from './codec/to-primitive.ts';
import { equalObjects } from './equals.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type SchemaOptions, schemaOf } from './json-schema.ts';
import {
  BLANK,
  CHANGED,
  type Field,
  initialValue,
  isVersionedObject,
  type JsonSchema,
  MODEL,
  NO_CHANGES,
  type ObjectModel,
  type ObjectState,
  VALUES,
  VERSION,
} from './model.ts';

/** The values that a constructor takes: the fields of an object, each of which may be left out. */
export type FieldValues<T> = {
  -readonly [K in keyof T as K extends keyof VersionedObject
    ? never
    : T[K] extends (...args: never[]) => unknown
      ? never
      : K]?: T[K] | undefined;
};

/** The names of an object's fields. */
export type FieldName<T> = keyof FieldValues<T> & string;

/** Which changes to forget. */
export interface ResetOptions<T> {
  /** Only these fields; all of them unless given. */
  fields?: readonly FieldName<T>[];
  /** Also the changes of the objects that these fields hold. */
  recursive?: boolean;
}

/** Some fields of an object, all of them set. */
export type SetFields<T, K extends keyof T> = { readonly [P in K]-?: Exclude<T[P], undefined> };

/**
 * An object whose fields are checked and whose class has versions. Any field may be unset; it then reads as `undefined`.
 * Subclass it, decorate the class with `@versionedObject` and its properties with `@field`.
 *
 * @see oslo.versionedobjects, whose objects these are
 */
export abstract class VersionedObject {
  /** @internal */ declare readonly [MODEL]: ObjectModel;
  /** @internal */ [VALUES]: unknown[];
  /** @internal */ [CHANGED]: readonly string[];
  /** @internal */ [VERSION]: string;

  constructor(values: object = {}) {
    const model = this[MODEL];
    if (model === undefined) throw new TypeError(`${new.target.name} needs the @versionedObject decorator`);
    this[VALUES] = values === BLANK ? new Array(model.fields.length) : model.unset.slice();
    this[CHANGED] = NO_CHANGES;
    this[VERSION] = model.version;
    if (values === BLANK) return;
    for (const [name, value] of Object.entries(values)) assign(this, fieldOf(this, name), value);
    for (const field of model.fields) {
      if (field.initial !== undefined && this[VALUES][field.index] === undefined) {
        assign(this, field, initialValue(field));
      }
    }
  }

  /** The name on the wire. */
  static get objectName(): string {
    return modelOfClass(this).name;
  }

  /** The version of the class, the newest that it writes. */
  static get version(): string {
    return modelOfClass(this).version;
  }

  /** Whose objects these are; part of the wire form. */
  static get namespace(): string {
    return modelOfClass(this).namespace;
  }

  /** The object's name on the wire; in the plain form, what tells classes apart. */
  get type(): string {
    return this[MODEL].name;
  }

  /** class-transformer assigns the discriminator, which is fixed here. */
  set type(_name: string) {}

  /** The version of the object: its class's, or the older one that it was read at. */
  get version(): string {
    return this[VERSION];
  }

  /**
   * The object that a primitive describes. On a subclass, it must be one of that class.
   * The time is linear in the size of the primitive, valid or not, up to 1 MiB of JSON at least.
   *
   * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
   */
  static fromPrimitive<T extends VersionedObject>(this: abstract new (...args: never[]) => T, primitive: unknown): T {
    return checkClass(this, readObject(primitive));
  }

  /**
   * The object that a plain form describes: `{ type: 'VIFBridge', vif_name: 'tap0' }`. `type` may be left out on the class itself.
   * The time is linear in the size of the plain form, valid or not, up to 1 MiB of JSON at least.
   *
   * @throws FieldValueError, UnknownFieldError, UnsupportedObjectError
   */
  static fromPlain<T extends VersionedObject>(this: abstract new (...args: never[]) => T, plain: unknown): T {
    return checkClass(this, fromPlainForm(plain, this.prototype[MODEL]));
  }

  /** The md5 of the class's fields, as oslo's ObjectVersionChecker computes it, after its version: `1.0-77509ea1...`. */
  static fingerprint(): string {
    return fingerprintOf(modelOfClass(this));
  }

  /** JSON Schema (2020-12) of the wire form, or of the plain form, in the class's version or an older one. */
  static jsonSchema(version?: string, options?: SchemaOptions): JsonSchema {
    return schemaOf(modelOfClass(this), version, options);
  }

  /**
   * The wire form, equal to what Python emits; backported to a target version, or to what a peer's manifest says that it knows.
   *
   * @throws TargetVersionError where the target is newer than the object
   */
  toPrimitive(options?: BackportOptions): Primitive {
    return options === undefined ? writeObject(this) : writeObjectFor(this, options);
  }

  /** The wire form: what `JSON.stringify` writes. */
  toJSON(): Primitive {
    return writeObject(this);
  }

  /** The form for people and HTTP bodies; with `version`, what a peer of that version would see. */
  toPlain(options?: PlainOptions): Record<string, unknown> {
    return toPlainForm(this, options);
  }

  /** Whether a field has a value; null is one. */
  isSet(field: FieldName<this>): boolean {
    return this[VALUES][fieldOf(this, field).index] !== undefined;
  }

  /** Takes a field's value away, and forgets that it changed: the wire form has neither. */
  unset(field: FieldName<this>): void {
    assign(this, fieldOf(this, field), undefined);
  }

  /** Fields that the caller cannot do without, with definite types. Throws {@link UnsetFieldError} that names all that are missing. */
  require<K extends FieldName<this>>(...fields: K[]): SetFields<this, K> {
    if (hasSet(this, fields)) return this;
    throw new UnsetFieldError(
      this.type,
      fields.filter((name) => !this.isSet(name)),
    );
  }

  /** The fields that were set since the object was made or its changes were reset, those whose object changed too. */
  get changes(): readonly string[] {
    return changedFields(this).map(({ name }) => name);
  }

  /** Forgets what changed: everything, or just some fields; with `recursive` in the objects that these hold too. */
  resetChanges(options: ResetOptions<this> = {}): void {
    const chosen = options.fields?.map((name) => fieldOf(this, name)) ?? this[MODEL].fields;
    const forgotten = new Set(chosen.map(({ wireName }) => wireName));
    this[CHANGED] = this[CHANGED].filter((wireName) => !forgotten.has(wireName));
    if (!options.recursive) return;
    for (const { index } of chosen) {
      for (const child of objectsIn(this[VALUES][index])) child.resetChanges({ recursive: true });
    }
  }

  /** Sets every unset field that has a default. */
  setDefaults(): void {
    for (const field of this[MODEL].fields) {
      if (field.default !== undefined && this[VALUES][field.index] === undefined) assign(this, field, field.default);
    }
  }

  /** A copy, children included, with the same changes. */
  clone(): this {
    return cloneObject(this);
  }

  /** Whether another object says the same: name, version, the same fields set to the same values. Changes do not count. */
  equals(other: unknown): boolean {
    return equalObjects(this, other);
  }

  /** @internal What console.log shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const set = this[MODEL].fields.flatMap(({ name, index }) => {
      const value = this[VALUES][index];
      return value === undefined ? [] : [[name, value] as const];
    });
    return `${this.type} ${inspect(Object.fromEntries(set), options)}`;
  }
}

/** Stores a value as its field takes it; `undefined` unsets. The setter of every field's property. */
export function assign(object: VersionedObject, field: Field, value: unknown): void {
  const values = object[VALUES];
  const before = values[field.index];
  const after = value === undefined ? undefined : coerce(object, field, value);
  if (field.readOnly && before !== undefined) {
    if (after === before || (after !== undefined && field.type.equal?.(after, before))) return;
    throw new ReadOnlyFieldError(object.type, field.name);
  }
  values[field.index] = after;
  const isMarked = object[CHANGED].includes(field.wireName);
  if (after === undefined && isMarked) object[CHANGED] = object[CHANGED].filter((name) => name !== field.wireName);
  else if (after !== undefined && !isMarked) object[CHANGED] = [...object[CHANGED], field.wireName];
}

function coerce(object: VersionedObject, field: Field, value: unknown): unknown {
  try {
    return value === null ? valueForNull(field) : field.type.coerce(value);
  } catch (error) {
    if (error instanceof FieldValueError) error.within(field.name, object.type);
    throw error;
  }
}

function changedFields(object: ObjectState): Field[] {
  return object[MODEL].fields.filter(({ index, wireName }) => {
    const value = object[VALUES][index];
    return object[CHANGED].includes(wireName) || (isVersionedObject(value) && changedFields(value).length > 0);
  });
}

function objectsIn(value: unknown): VersionedObject[] {
  return (Array.isArray(value) ? value : [value]).filter((child) => child instanceof VersionedObject);
}

function fieldOf(object: VersionedObject, name: string): Field {
  const field = object[MODEL].byName.get(name);
  if (field === undefined) throw new UnknownFieldError(object.type, name, [...object[MODEL].byName.keys()]);
  return field;
}

function hasSet<T extends VersionedObject, K extends FieldName<T>>(
  object: T,
  fields: K[],
): object is T & SetFields<T, K> {
  return fields.every((name) => object.isSet(name));
}

function checkClass<T extends VersionedObject>(expected: abstract new (...args: never[]) => T, object: ObjectState): T {
  if (object instanceof expected) return object;
  const { name } = object[MODEL];
  throw new UnsupportedObjectError(name, `expected ${expected.name} or a subclass of it, found ${name}`);
}

function modelOfClass(objectClass: { readonly prototype: VersionedObject; readonly name: string }): ObjectModel {
  const model = objectClass.prototype[MODEL];
  if (model === undefined) throw new TypeError(`${objectClass.name} needs the @versionedObject decorator`);
  return model;
}
