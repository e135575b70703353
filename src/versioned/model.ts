/**
 * The model of a class of versioned objects: its fields, compiled once from its declarations, and the state
 * of an instance. Each operation (read, write, backport, ...) works on the model. Only field.ts and
 * versioned-object-decorator.ts know decorators. This file is the lowest layer of versioned/. The types in it
 * refer to each other, so they stand together.
 */

import type { Envelope } from './codec/envelope.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The input that a field type needs to make its JSON Schema. */
export interface SchemaContext {
  readonly form: 'primitive' | 'plain';
  /** The schema of an object in a field: a reference into `$defs`. */
  objectSchema(reference: ObjectReference): JsonSchema;
}

/** The objects that a field accepts. */
export interface ObjectReference {
  /** The class in the declaration of the field. */
  readonly objectClass: DeclaredClass;
  readonly name: string;
  /** Whether the field accepts objects of subclasses too. */
  readonly subclasses: boolean;
}

/** The parts of a class that the model needs. Each `ObjectClass` has them. */
export interface DeclaredClass {
  /** @internal */ readonly prototype: ObjectState;
  /** The name on the wire. */
  readonly objectName: string;
  readonly namespace: string;
  /** The newest version that the class writes. */
  readonly version: string;
}

/**
 * The type of a field. It checks assigned values, reads values from the wire and writes them.
 *
 * A type refuses a value with a {@link FieldValueError}.
 * The caller puts field names in front of the path of the error.
 */
export interface FieldType<V> {
  /** The name of this type in oslo.versionedobjects; part of each fingerprint. */
  readonly osloName: string;
  /** The value to store for an assigned value. Throws {@link FieldValueError}. */
  coerce(value: unknown): V;
  /** The value to store for a value from the wire. Throws {@link FieldValueError}. */
  read(primitive: unknown, depth: number): V;
  /** The wire form of a stored value. Absent if both are the same. */
  write?(value: V): unknown;
  /**
   * The value that a property returns. Absent if it is the stored value.
   * A list is frozen here, before a caller can change it.
   */
  expose?(value: V): V;
  /** The JSON Schema of the wire form, or of the plain form if `context.form` is `plain`. */
  schema(context: SchemaContext): JsonSchema;
  /** The objects that values of this type are or hold. */
  readonly object?: ObjectReference;
  /** For a type with several values: the type of each value. */
  readonly elements?: ElementsOfType;
  /** Further `name=value` parts of the fingerprint. `{ tuple: [...] }` and `{ python: '2.0' }` are special. */
  readonly fingerprint?: Readonly<Record<string, unknown>>;
  /** Whether two stored values are equal. Absent if `===` is enough. */
  equal?(a: V, b: V): boolean;
  /** A copy that shares no mutable part with the value. Absent for immutable values. */
  clone?(value: V): V;
  /** Whether values are secret. Output for people and error messages do not show them. */
  readonly sensitive?: boolean;
  /** Throws {@link FieldValueError} if an assigned value cannot follow the present value of the field. */
  checkChange?(before: V, after: V | null): void;
}

/** The elements of a type with several values. */
export interface ElementsOfType {
  readonly type: FieldType<unknown>;
  readonly nullable: boolean;
  /** The form of the values. A type with another name in oslo can have the same form. */
  readonly collection: 'list' | 'set' | 'dict';
}

/** The type of the values of a field type: `ValueOf<typeof myType>`. */
export type ValueOf<T> = T extends FieldType<infer V> ? V : never;

/** A field as `@field` declares it. */
export interface FieldDeclaration {
  /** The property, camelCase. */
  readonly name: string;
  /** The name on the wire: the property in snake_case, or the option `wireName`. */
  readonly wireName: string;
  /** The name in the plain form: the wire name, or the property in snake_case if the wire name is reserved. */
  readonly plainName: string;
  readonly type: FieldType<unknown>;
  readonly nullable: boolean;
  readonly readOnly: boolean;
  /** The value that `setDefaults()` sets. It also replaces an assigned null if the field is not nullable. */
  readonly default?: unknown;
  /**
   * The value that the constructor sets if its caller gives none.
   * A function makes a new value for each object.
   */
  readonly initial?: unknown;
  /** The version of the declaring class that added the field. */
  readonly since: string;
  /**
   * For fields with objects: each entry gives a version of the declaring class and the child
   * version from there on.
   */
  readonly childVersions: readonly (readonly [own: string, child: string])[] | undefined;
  readonly declaredBy: string;
}

/** A field of one class: its declaration and its index in the values of an object. */
export interface Field extends FieldDeclaration {
  readonly index: number;
}

/**
 * Converts the data of an object to an older version, in place, where declarations cannot express the history.
 * `obj_make_compatible` in Python.
 *
 * @param data the fields by wire name: children are backported, fields that the older version lacks are present
 */
export type MakeCompatible = (data: Record<string, unknown>, targetVersion: string) => void;

/** The model of one version of one class. */
export interface ObjectModel {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** The keys of the wire form. */
  readonly envelope: Envelope;
  /** Fields of the base come first, so that a field has the same index in each subclass. */
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly byWireName: ReadonlyMap<string, Field>;
  readonly byPlainName: ReadonlyMap<string, Field>;
  /** The object names of the class and of its base classes. */
  readonly names: ReadonlySet<string>;
  readonly base: ObjectModel | undefined;
  /**
   * The version of the base for each version of this class, ascending.
   * Empty: both have the same version number.
   */
  readonly baseVersions: readonly (readonly [own: string, base: string])[];
  readonly makeCompatible: MakeCompatible | undefined;
  /** The remotable methods of the Python class: name and argument specification, as Python prints it. */
  readonly remotable: ReadonlyMap<string, string>;
  /** Whether the class is a list: it has `objects` and iterates over them. */
  readonly isList: boolean;
  /** The place of ObjectListBase among the base classes of a list in Python. It decides which methods apply. */
  readonly objectListBase: 'first' | 'last';
  /** The field `objects` of a list with ObjectListBase as the first base class. */
  readonly ownList: Field | undefined;
  readonly objectClass: DeclaredClass;
  /** The same class, as a constructor. */
  readonly construct: new (
    values: object,
  ) => ObjectState;
  /** One `undefined` for each field. */
  readonly unset: readonly undefined[];
  /**
   * The parts of each field that the codec needs.
   * The codec reads these arrays for each object, so they are flat.
   */
  readonly wireNames: readonly string[];
  readonly readers: readonly FieldType<unknown>['read'][];
  readonly writers: readonly FieldType<unknown>['write'][];
  /** Makes objects without the constructor of the class. Undefined if that constructor is needed. */
  readonly make: (new (state: State) => ObjectState) | undefined;
  /** The order of the fields in the last primitive that was read. A sender mostly repeats its order. */
  readonly lastOrder: { readonly names: string[]; readonly indexes: number[] };
  /** The changes for the version that was written last. */
  lastDelta: VersionDelta | undefined;
  /** The peer whose manifest named the class last, and the changes for it. */
  lastPeer: { readonly peer: object; readonly delta: VersionDelta } | undefined;
  /** Where a primitive of the class, and not of a field, was read last. */
  readonly lastRead: LastRead;
  /** Whether a field has an initial value. */
  readonly hasInitials: boolean;
}

/** The changes that write a class at an older version. Arrays have the indexes of the fields. */
export interface VersionDelta {
  readonly version: string;
  /** Whether the older version does not have the field. */
  readonly gone: readonly boolean[];
  /** The versions of the objects in a field. Undefined for a field without objects. */
  readonly children: readonly (ChildDelta | undefined)[];
  /** Whether the class or a base class has a function `makeCompatible`. */
  readonly converts: boolean;
  /** Whether only the version is different. */
  readonly isEmpty: boolean;
}

/** The versions of the objects in a field. */
export interface ChildDelta {
  readonly objectName: string;
  /** The version of the object. Undefined: the history contains no version. */
  readonly version: string | typeof ABSENT | undefined;
  /** Whether the version applies although a manifest names another version: in a list with `childVersions`. */
  readonly precedesManifest: boolean;
  /** The version if a manifest does not name the object. */
  readonly unnamed: string | undefined;
}

/** Replaces the version of a child if the older version does not have the field. */
export const ABSENT = Symbol('absent');

/** The model of the last object that was read at a place, because most objects at a place are of one class and version. */
export interface LastRead {
  model: ObjectModel | undefined;
  /** The number of classes at that time, because a class that is declared later may be nearer to the version. */
  registrations: number;
  /** The version in the primitive. */
  received: unknown;
  /** The version of the object: without a patch component. */
  version: string;
}

/** No object was read yet. */
export function nothingRead(): LastRead {
  return { model: undefined, registrations: 0, received: undefined, version: '' };
}

/** The key of the model of an object. */
export const MODEL = Symbol('os-vif.model');
/** The key of the state of an object. */
export const STATE = Symbol('os-vif.state');

/** The parts of an object that change. One property of an object holds them, because reading then stores once. */
export class State {
  /** Changes from the wire that nobody has looked at yet. */
  private received: readonly string[] | undefined;

  constructor(
    readonly model: ObjectModel,
    /** The values by index of the field. `undefined` is unset, `null` is a value. */
    readonly values: unknown[],
    private known: readonly string[],
    /** The version that the object was read at. It can be older than the version of its class. */
    readonly version: string,
    received?: readonly string[],
  ) {
    this.received = received;
  }

  /**
   * The wire names of the changed fields; each of them is set. Look at it before a value changes, because the
   * first look takes the changes from the wire whose fields are set.
   */
  get changed(): readonly string[] {
    if (this.received !== undefined) this.changed = setFieldsAmong(this.received, this);
    return this.known;
  }

  set changed(wireNames: readonly string[]) {
    this.known = wireNames;
    this.received = undefined;
  }
}

/** Names of unknown and of unset fields are ignored, as in oslo. */
function setFieldsAmong(wireNames: readonly string[], { model, values }: State): readonly string[] {
  const fields = new Set(wireNames.map((wireName) => model.byWireName.get(wireName)));
  return Array.from(fields).flatMap((field) =>
    field !== undefined && values[field.index] !== undefined ? field.wireName : [],
  );
}

/** A versioned object, of any class. */
export interface ObjectState {
  readonly [MODEL]: ObjectModel;
  [STATE]: State;
}

/** The changes of an object without changes. */
export const NO_CHANGES: readonly string[] = Object.freeze([]);

/** The initial `objects` of a list. They are no change. */
export const NO_OBJECTS = (): readonly unknown[] => [];

/** Whether a value is a versioned object, of any class. */
export function isVersionedObject(value: unknown): value is ObjectState {
  return typeof value === 'object' && value !== null && MODEL in value;
}

/** The first value of a field: for constructors and for a primitive without the field. */
export function initialValue(field: Field | undefined): unknown {
  return typeof field?.initial === 'function' ? field.initial() : field?.initial;
}
