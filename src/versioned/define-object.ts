/** Declares classes of versioned objects without decorators. */

import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { DeclarationError } from '../errors/model.ts';
import { CHECKED_LATER, OBJECT, type ValueKind } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import { allowExtension, extensionOf, noteExtension } from './extensions.ts';
import { declareField, FIELD_OPTIONS, type FieldOptions } from './field.ts';
import type { FieldType } from './model.ts';
import type { ObjectClass } from './object-class.ts';
import type { StandardSchema } from './validation/standard-schema.ts';
import { type FieldValues, VersionedObject } from './versioned-object.ts';
import { CLASS_OPTIONS, type VersionedObjectOptions, versionedObject } from './versioned-object-decorator.ts';

/** A field: its type, or its type and options. */
export type FieldDefinition = FieldType<never> | ({ readonly type: FieldType<never> } & FieldOptions<never>);

/** The fields of a class by property. */
export type FieldDefinitions = Readonly<Record<string, unknown>>;

/** The values of a field that `defineObject` declares. */
export type DefinedValue<D> = D extends { readonly type: FieldType<infer V> }
  ? D extends { readonly nullable: true }
    ? V | null
    : V
  : D extends FieldType<infer V>
    ? V
    : never;

/** The properties of an object with these fields. A docstring of a field is the docstring of its property. */
export type DefinedFields<F> = { -readonly [K in keyof F]?: DefinedValue<F[K]> };

/** The same definition if its options are right. Otherwise a type that the compiler refuses to assign to. */
export type CheckedDefinition<D> = D extends { readonly type: FieldType<infer V> }
  ? { readonly type: FieldType<V> } & Readonly<FieldOptions<D extends { readonly nullable: true } ? V | null : V>> & {
        readonly [K in Exclude<keyof D, keyof FieldOptions<V> | 'type'>]: never;
      }
  : D extends FieldType<infer V>
    ? FieldType<V>
    : FieldDefinition;

/** What `defineObject` declares. */
export interface ObjectDefinition<B extends ObjectClass, F extends FieldDefinitions>
  extends Omit<VersionedObjectOptions, 'name'> {
  /** The name on the wire. */
  readonly name: string;
  /** The base class. Default: `VersionedObject`. */
  readonly extends?: B;
  /** The fields: each a field type, or `{ type, ...options }` with the options of `@field`. */
  readonly fields: F & { readonly [K in keyof F]: CheckedDefinition<F[K]> };
}

/** A class of versioned objects of type T. It has the static members of its base class. */
export type DefinedClass<T extends VersionedObject, B = typeof VersionedObject> = (new (
  values?: FieldValues<T>,
) => T) & { readonly prototype: T; readonly '~standard': StandardSchema<T> } & Omit<B, 'prototype' | '~standard'>;

const DEFINITION: OptionKinds<ObjectDefinition<ObjectClass, FieldDefinitions>> = {
  ...CLASS_OPTIONS,
  extends: CHECKED_LATER,
  fields: OBJECT,
};

const FIELD: OptionKinds<FieldOptions<unknown> & { type: unknown }> = { type: CHECKED_LATER, ...FIELD_OPTIONS };

/**
 * Declares a class of versioned objects, and returns it. It needs no decorators and no compiler flags, and works
 * in JavaScript too:
 *
 * ```ts
 * export const VIFVlanNested = defineObject({
 *   name: 'VIFVlanNested',
 *   version: '1.0',
 *   extends: VIFBase,
 *   fields: { vifName: string(), vlanId: { type: integer(), nullable: true } },
 * });
 * export type VIFVlanNested = InstanceType<typeof VIFVlanNested>;
 * ```
 *
 * A class can extend the result to add methods. Reading then makes objects of the extended class.
 *
 * @throws DeclarationError for an invalid declaration
 * @throws ArgumentError for an option that does not exist
 */
export function defineObject<const F extends FieldDefinitions, B extends ObjectClass = typeof VersionedObject>(
  definition: ObjectDefinition<B, F>,
): DefinedClass<InstanceType<B> & DefinedFields<F>, B>;
export function defineObject(definition: ObjectDefinition<ObjectClass, FieldDefinitions>): unknown {
  requireOptions('defineObject', definition, DEFINITION);
  const { extends: base = VersionedObject, fields, ...options } = definition;
  requireArgument('defineObject', fields, FIELDS);
  const objectClass = classNamed(options.name, base);
  for (const [name, declared] of Object.entries(fields)) {
    const { type, ...fieldOptions } = fieldOf(declared);
    requireOptions(`defineObject of ${options.name}, field ${name}`, { type, ...fieldOptions }, FIELD);
    declareField(objectClass.prototype, name, type, fieldOptions, options.name);
  }
  versionedObject(options)(objectClass);
  return objectClass;
}

const FIELDS: ValueKind = { ...OBJECT, expected: 'the option fields, an object of field types' };

/** A subclass of the base class with this name. */
function classNamed(name: string, base: ObjectClass): ObjectClass {
  const parent: unknown = base;
  if (!isConstruct(parent)) throw new DeclarationError(`${name}: extends must be a class of versioned objects`);
  const objectClass = class extends parent {
    // biome-ignore lint/correctness/noUnreachableSuper: the constructor of the extension calls it
    constructor(values: object = {}) {
      const extension = extensionOf(new.target);
      // biome-ignore lint/correctness/noConstructorReturn: an object of the extension, made by its constructor
      if (isConstruct(extension)) return new extension(values);
      noteExtension(new.target);
      super(values);
    }
  };
  Object.defineProperty(objectClass, 'name', { value: name });
  allowExtension(objectClass);
  return objectClass;
}

function fieldOf(declared: unknown): { readonly type: FieldType<unknown> } & FieldOptions<unknown> {
  return hasType(declared) ? declared : { type: declared as FieldType<unknown> };
}

function hasType(declared: unknown): declared is { readonly type: FieldType<unknown> } {
  return isRecord(declared) && 'type' in declared;
}

function isConstruct(
  value: unknown,
): value is (new (values?: object) => VersionedObject) & Pick<ObjectClass, keyof ObjectClass> {
  return typeof value === 'function';
}
