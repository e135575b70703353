/**
 * What is known of a class of versioned objects, compiled once from its declarations, and how an instance keeps its values.
 * Every verb (read, write, backport, ...) works on this; nothing else looks at decorators.
 */
import type { FieldType } from './fields/field-type.ts';
import type { VersionedObject } from './versioned-object.ts';

/** A field as `@field` declares it. */
export interface FieldDeclaration {
  /** The property, camelCase. */
  readonly name: string;
  /** The name on the wire, snake_case. */
  readonly wireName: string;
  readonly type: FieldType<unknown>;
  readonly nullable: boolean;
  readonly readOnly: boolean;
  /** Set by `setDefaults()`, and stored where null is assigned to a field that may not be null. */
  readonly default?: unknown;
  /** Set by the constructor where nothing else is given; a function makes a new one for each object. */
  readonly initial?: unknown;
  /** The version of the declaring class that brought the field. */
  readonly since: string;
  /** For fields that hold objects: from which version of the declaring class on they hold which version of the child. */
  readonly childVersions: readonly (readonly [own: string, child: string])[] | undefined;
  readonly declaredBy: string;
}

/** A field of one class: its declaration, its place among the values, and the class's own history. */
export interface Field extends FieldDeclaration {
  readonly index: number;
}

/** What is known of one version of one class. */
export interface ObjectModel {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** Fields of the base first, so that a field has the same index in every subclass. */
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly byWireName: ReadonlyMap<string, Field>;
  /** The object names of the class and of all that it extends. */
  readonly names: ReadonlySet<string>;
  readonly base: ObjectModel | undefined;
  /** Which version of the base each version of this class stands on; ascending. Empty: the same version as its own. */
  readonly baseVersions: readonly (readonly [own: string, base: string])[];
  /** Whether the class is a list: it has `objects` and iterates over them. */
  readonly isList: boolean;
  readonly objectClass: ObjectClass;
  /** The class again, as who makes objects calls it. */
  readonly construct: new (
    values: object,
  ) => VersionedObject & ObjectState;
  /** As many `undefined`s as there are fields. */
  readonly unset: readonly undefined[];
  /** What the codec needs of each field, side by side: it runs through these for every object. */
  readonly wireNames: readonly string[];
  readonly readers: readonly FieldType<unknown>['read'][];
  readonly writers: readonly FieldType<unknown>['write'][];
  /** Whether any field has an initial value. */
  readonly hasInitials: boolean;
  /** The list of changes that was read last, and the fields it names: a sender's lists are the same again and again. */
  lastChanges: { readonly names: readonly string[]; readonly indexes: readonly number[] };
}

/** A class of versioned objects, as the registry holds it. */
export type ObjectClass<T extends VersionedObject = VersionedObject> = (abstract new (
  values?: never,
) => T) & {
  readonly prototype: T;
} & Pick<typeof VersionedObject, 'objectName' | 'version' | 'namespace' | 'fingerprint' | 'jsonSchema'>;

export const MODEL = Symbol('os-vif.model');
export const VALUES = Symbol('os-vif.values');
export const CHANGED = Symbol('os-vif.changed');
export const VERSION = Symbol('os-vif.version');

/** How an object keeps its state: by index of the field. `undefined` is unset, `null` is a value. */
export interface ObjectState {
  readonly [MODEL]: ObjectModel;
  [VALUES]: unknown[];
  /** The wire names of the fields that were set anew; each is set. */
  [CHANGED]: readonly string[];
  /** The version that the object was read at, which may be older than its class. */
  [VERSION]: string;
}

/** The changes of an object without any. */
export const NO_CHANGES: readonly string[] = Object.freeze([]);

/** Passed to a constructor instead of values by who fills in the object itself. */
export const BLANK: Readonly<Record<string, never>> = Object.freeze({});

/** Whether a value is a versioned object, of any class. */
export function isVersionedObject(value: unknown): value is VersionedObject & ObjectState {
  return typeof value === 'object' && value !== null && MODEL in value;
}

/** A new object of a class, with nothing set, not even what its constructor sets. */
export function blank(model: ObjectModel): VersionedObject & ObjectState {
  return new model.construct(BLANK);
}

/** What a field starts with: for constructors and for reading a primitive that lacks it. */
export function initialValue(field: Field | undefined): unknown {
  return typeof field?.initial === 'function' ? field.initial() : field?.initial;
}
