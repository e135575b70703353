/** The base class of every versioned object. */

import { requireArgument, requireOptions } from '../errors/argument.ts';
import { UnsetFieldError } from '../errors/model.ts';
import { isRecord } from '../text/is-record.ts';
import { utf8 } from '../text/utf8.ts';
import { assign, fieldOf } from './assign.ts';
import { changedFields, RESET_OPTIONS, VALUES } from './changes.ts';
import { objectsIn } from './children.ts';
import { cloneObject } from './clone.ts';
import { envelopeIn } from './codec/envelope.ts';
import { defaultOf, type ReadOptions, readObject } from './codec/from-primitive.ts';
import { jsonOf } from './codec/json-bytes.ts';
import type { PlainForm, PrimitiveForm } from './codec/json-types.ts';
import { fromPlainForm, type PlainOptions, toPlainForm } from './codec/plain.ts';
import type { Primitive } from './codec/primitive.ts';
import { writeObject } from './codec/to-primitive.ts';
import { writeText } from './codec/to-text.ts';
import { equalObjects } from './equals.ts';
import { type AnyClass, checkClass, modelOfClass, noteExtension, undeclared } from './extensions.ts';
import { type BackportOptions, writeObjectFor } from './history/backport.ts';
import { fingerprintOf } from './history/fingerprint.ts';
import { BLANK } from './instances.ts';
import { type SchemaOptions, schemaOf } from './json-schema.ts';
import {
  initialValue,
  type JsonSchema,
  MODEL,
  NO_CHANGES,
  NO_OBJECTS,
  type ObjectModel,
  STATE,
  State,
} from './model.ts';
import { withObjects } from './nested-values.ts';
import { shownValues } from './shown-values.ts';
import { refuseUnknownAssignments } from './unknown-assignments.ts';
import { type StandardSchema, standardSchema } from './validation/standard-schema.ts';

/**
 * The values for a constructor: the fields of an object, all of them optional. The values of an object in a field
 * can stand for the object.
 */
export type FieldValues<T> = NoFieldValues & {
  -readonly [K in keyof T as K extends keyof VersionedObject
    ? never
    : T[K] extends (...args: never[]) => unknown
      ? never
      : K]?: NestedValues<T[K]> | undefined;
};

/** The values for a class without a constructor of its own: TypeScript would accept any object for it. */
export interface NoFieldValues {
  readonly [STATE]?: never;
}

/** An object or its values. A list or its elements. */
export type NestedValues<V> =
  | V
  | (V extends VersionedObject
      ? FieldValues<V> | (V extends { readonly objects?: infer E } ? NestedValues<E> : never)
      : V extends readonly (infer E)[]
        ? readonly NestedValues<E>[]
        : never);

/** The names of the fields of an object. */
export type FieldName<T> = keyof FieldValues<T> & string;

/** Options of `resetChanges`. */
export interface ResetOptions<T> {
  /** The fields to reset. Default: all fields. */
  fields?: readonly FieldName<T>[];
  /** Whether to reset the objects in these fields too. Default: false. */
  recursive?: boolean;
}

/** Some fields of an object, all of them set. */
export type SetFields<T, K extends keyof T> = { readonly [P in K]-?: Exclude<T[P], undefined> };

/**
 * The base class of versioned objects. Assigned values are checked. Every field may be unset; its value is
 * then `undefined`. To declare a class, extend this class, and use `@versionedObject` on the class and
 * `@field` on its properties.
 * @see oslo.versionedobjects, the model of these objects
 */
export abstract class VersionedObject {
  /** @internal */ declare readonly [MODEL]: ObjectModel;
  /** @internal */ [STATE]: State;

  constructor(values: NoFieldValues = {}) {
    const model = this[MODEL];
    if (model === undefined) throw undeclared(new.target);
    this[STATE] = new State(model, model.unset.slice(), NO_CHANGES, model.version);
    if (values === BLANK) return;
    requireArgument(`new ${model.name}`, values, VALUES);
    for (const [name, value] of Object.entries(values)) {
      const field = fieldOf(this, name);
      assign(this, field, withObjects(field.type, value));
    }
    for (const field of model.fields) {
      if (field.initial === undefined || this[STATE].values[field.index] !== undefined) continue;
      if (field.initial === NO_OBJECTS) this[STATE].values[field.index] = NO_OBJECTS();
      else assign(this, field, initialValue(field));
    }
  }

  /** The name on the wire. */
  static get objectName(): string {
    return modelOfClass(this).name;
  }

  /** The version of the class: the newest version that it writes. */
  static get version(): string {
    return modelOfClass(this).version;
  }

  /** The namespace of the class, a part of the wire form. */
  static get namespace(): string {
    return modelOfClass(this).namespace;
  }

  /** The name on the wire. In the plain form, the discriminator of classes. */
  declare readonly type: string;

  /** The version of the object: the version of its class, or the older version from which it was read. */
  get version(): string {
    return this[STATE].version;
  }

  /**
   * Reads an object from a primitive. It must be an object of the class on which the method is called.
   * The time is linear in the size of the primitive, valid or not, at least up to 1 MiB of JSON.
   *
   * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError
   * @throws UnknownFieldError only with `unknown: 'refuse'`
   */
  static fromPrimitive<T extends VersionedObject>(this: AnyClass<T>, primitive: unknown, options?: ReadOptions): T {
    noteExtension(this);
    return checkClass(this, readObject(primitive, this.prototype[MODEL], options));
  }

  /**
   * Reads an object from the JSON of its primitive in UTF-8. The rules of {@link fromPrimitive} apply.
   *
   * @throws FieldValueError for bytes that are no JSON in UTF-8, and as {@link fromPrimitive}
   */
  static fromBytes<T extends VersionedObject>(this: AnyClass<T>, bytes: Uint8Array, options?: ReadOptions): T {
    noteExtension(this);
    return checkClass(this, readObject(jsonOf(bytes), this.prototype[MODEL], options));
  }

  /**
   * Reads an object from its plain form: `{ type: 'VIFBridge', vif_name: 'tap0' }`. `type` is optional if it
   * is the class on which the method is called. The time is linear in the size of the plain form, valid or
   * not, at least up to 1 MiB of JSON.
   *
   * @throws FieldValueError, UnknownFieldError, UnsupportedObjectError
   */
  static fromPlain<T extends VersionedObject>(this: AnyClass<T>, plain: unknown): T {
    noteExtension(this);
    return checkClass(this, fromPlainForm(plain, this.prototype[MODEL]));
  }

  /**
   * Standard Schema, version 1 (https://standardschema.dev): frameworks validate with it, and get an object of the
   * class for its wire form or its plain form.
   */
  // Stryker disable next-line StringLiteral: a name of a property cannot be changed while the program runs
  static get '~standard'(): StandardSchema<VersionedObject> {
    return standardSchema((value) => {
      const { [MODEL]: model } = this.prototype;
      const read =
        isRecord(value) && envelopeIn(value) !== undefined ? readObject(value, model) : fromPlainForm(value, model);
      return checkClass(this, read);
    });
  }

  /**
   * The version and the md5 of the fields of the class, as in oslo's ObjectVersionChecker: `1.0-77509ea1...`.
   */
  static fingerprint(): string {
    return fingerprintOf(modelOfClass(this));
  }

  /**
   * The JSON Schema (2020-12) of the wire form or the plain form, in the version of the class
   * or an older version.
   */
  static jsonSchema(version?: string, options?: SchemaOptions): JsonSchema {
    return schemaOf(modelOfClass(this), version, options);
  }

  /**
   * The wire form, equal to the wire form of Python.
   * It can be backported to a target version, or to the manifest of a peer.
   *
   * @throws TargetVersionError if the target is newer than the object
   * @throws ArgumentError for a manifest with a value that is no version
   */
  toPrimitive(options?: BackportOptions): PrimitiveForm<this> {
    return (options === undefined ? writeObject(this) : writeObjectFor(this, options)) as PrimitiveForm<this>;
  }

  /**
   * The wire form as JSON in UTF-8, for a socket or a message: the same bytes as
   * `Buffer.from(JSON.stringify(object.toPrimitive(options)))`, in less time. In Node.js the result is a Buffer.
   *
   * @throws TargetVersionError if the target is newer than the object
   * @throws ArgumentError for a manifest with a value that is no version
   */
  toBytes(options?: BackportOptions): Uint8Array {
    return utf8(options === undefined ? writeText(this) : JSON.stringify(writeObjectFor(this, options)));
  }

  /** The wire form, for `JSON.stringify`. */
  toJSON(): Primitive {
    return writeObject(this);
  }

  /** The plain form, for people and HTTP bodies. With `version`, the fields of that version. */
  toPlain(options?: PlainOptions): PlainForm<this> {
    return toPlainForm(this, options) as PlainForm<this>;
  }

  /** Whether a field has a value. null is a value. */
  isSet(field: FieldName<this>): boolean {
    return this[STATE].values[fieldOf(this, field).index] !== undefined;
  }

  /** Removes the value of a field, and removes the field from the changes. */
  unset(field: FieldName<this>): void {
    assign(this, fieldOf(this, field), undefined);
  }

  /**
   * Returns fields with types without `undefined`.
   * Throws {@link UnsetFieldError} with the names of all unset fields.
   */
  require<K extends FieldName<this>>(...fields: K[]): SetFields<this, K> {
    if (fields.every((name) => this.isSet(name))) return this as this & SetFields<this, K>;
    throw new UnsetFieldError(
      this.type,
      fields.filter((name) => !this.isSet(name)),
    );
  }

  /** The fields that changed since the creation or the last reset, including fields whose object changed. */
  get changes(): readonly string[] {
    return changedFields(this).map(({ name }) => name);
  }

  /**
   * Resets the changes of all fields or of some fields, with `recursive` also in the objects of these fields.
   */
  resetChanges(options: ResetOptions<this> = {}): void {
    requireOptions('resetChanges', options, RESET_OPTIONS);
    const chosen = options.fields?.map((name) => fieldOf(this, name)) ?? this[MODEL].fields;
    const forgotten = new Set(chosen.map(({ wireName }) => wireName));
    this[STATE].changed = this[STATE].changed.filter((wireName) => !forgotten.has(wireName));
    if (!options.recursive) return;
    for (const child of chosen.flatMap(({ index }) => [...objectsIn(this[STATE].values[index])]))
      if (child instanceof VersionedObject) child.resetChanges({ recursive: true });
  }

  /** Sets every unset field that has a default. */
  setDefaults(): void {
    for (const field of this[MODEL].fields) {
      if (field.default !== undefined && this[STATE].values[field.index] === undefined)
        assign(this, field, defaultOf(field));
    }
  }

  /** A deep copy with the same changes. */
  clone(): this {
    return cloneObject(this);
  }

  /** Whether the other object has the same name, namespace, version and values. Changes are not compared. */
  equals(other: unknown): boolean {
    return equalObjects(this, other);
  }

  /** @internal The output of console.log in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `${this.type} ${inspect(shownValues(this), options)}`;
  }
}

Object.defineProperty(VersionedObject.prototype, 'type', {
  get(this: VersionedObject): string {
    return this[MODEL].name;
  },
  // class-transformer assigns the discriminator.
  set() {},
});
refuseUnknownAssignments(VersionedObject.prototype);
