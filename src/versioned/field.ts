/** The `@field` decorator. All operations use its declarations. */
import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { DeclarationError } from '../errors/model.ts';
import { BOOLEAN, CHECKED_LATER, OBJECT, TEXT } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import { describeWrongType, isFieldType } from './fields/field-type.ts';
import { isVersion } from './history/version.ts';
import type { FieldDeclaration, FieldType } from './model.ts';

/** The options of a field besides its type. */
export interface FieldOptions<V> {
  /** Whether the field accepts `null`. */
  nullable?: boolean;
  /** The value that `setDefaults()` sets. It also replaces an assigned null if the field is not nullable. */
  default?: V;
  /**
   * The value that the constructor sets if its caller gives none.
   * A function creates a new value for each object.
   */
  initial?: V | (() => V);
  /**
   * The name on the wire, for example `targetPort` or `type`. Default: the name of the property in snake_case.
   * In the plain form, the wire name `type`, and names such as `constructor` that every object of JavaScript has,
   * are replaced by the name of the property in snake_case.
   */
  wireName?: string;
  /** Whether the value can be set only once. */
  readOnly?: boolean;
  /** The version of the declaring class that added the field. Default: every version has the field. */
  since?: string;
  /**
   * For a field with objects: the version of the child for each version of this class from there on,
   * `{ '1.1': '1.0' }`.
   */
  childVersions?: Readonly<Record<string, string>>;
}

/**
 * Decorates a property. The type of the property must be the type of the field's values, and the property must be
 * optional (`name?: string`), because every field may be unset.
 */
export type FieldDecorator<V> = <K extends string, T extends { [P in K]?: V }>(
  target: T & ([V | undefined] extends [T[K]] ? unknown : never),
  key: K,
) => void;

/** By prototype. */
const declarations = new WeakMap<object, FieldDeclaration[]>();
/** A field without `since` is in every version, also in versions such as 0.9. */
const FIRST_VERSION = '0.0';

/** The options of a field. */
export const FIELD_OPTIONS: OptionKinds<FieldOptions<unknown>> = {
  nullable: BOOLEAN,
  default: CHECKED_LATER,
  initial: CHECKED_LATER,
  wireName: TEXT,
  readOnly: BOOLEAN,
  since: TEXT,
  childVersions: OBJECT,
};

/**
 * Declares a field of a versioned object: `@field(string()) vifName?: string`.
 * The wire name is the name of the property in snake_case, or the option `wireName`.
 *
 * @throws DeclarationError for an invalid name and for invalid options
 */
export function field<V>(
  type: FieldType<V>,
  options: FieldOptions<V | null> & { nullable: true },
): FieldDecorator<V | null>;
export function field<V>(type: FieldType<V>, options?: FieldOptions<V>): FieldDecorator<V>;
export function field<V>(type: FieldType<V>, options: FieldOptions<V | null> = {}): FieldDecorator<V | null> {
  requireOptions('field', options, FIELD_OPTIONS);
  return (target, name) => {
    refuseStandardDecorator(name);
    declareField(target, name, type, options);
  };
}

/**
 * Declares a field of the class with this prototype.
 *
 * @throws DeclarationError for an invalid name, for a type that is no field type, and for invalid options
 */
export function declareField(
  target: object,
  name: string,
  type: FieldType<unknown>,
  options: FieldOptions<unknown>,
  declaredBy = target.constructor.name,
): void {
  const refuse = (why: string) => new DeclarationError(`${declaredBy}.${name}: ${why}`);
  if (!isFieldType(type)) throw refuse(`expected ${describeWrongType(type)}`);
  const since = options.since ?? FIRST_VERSION;
  const wireName = options.wireName ?? wireNameOf(name);
  if (options.wireName === undefined && (!/^[a-z]/.test(name) || propertyNameOf(wireName) !== name)) {
    throw refuse(
      'the name of a field must be camelCase, and each word must start with a letter (the wire name is derived from it): rename it, or set wireName',
    );
  }
  if (wireName === '' || wireName === '__proto__') {
    throw refuse('wireName must be the name of the field on the wire, and not __proto__');
  }
  if (!isVersion(since)) throw refuse('since must be a version such as 1.1');
  const declaration: FieldDeclaration = {
    name,
    wireName,
    plainName: isReservedInPlain(wireName) ? wireNameOf(name) : wireName,
    type,
    nullable: options.nullable === true,
    readOnly: options.readOnly === true,
    default: options.default,
    initial: options.initial,
    since,
    childVersions: options.childVersions && Object.entries(options.childVersions),
    declaredBy,
  };
  declarations.set(target, [...ownDeclarations(target), declaration]);
}

/**
 * The fields that `@field` declared on this prototype, without inherited ones, in the order of the source.
 */
export function ownDeclarations(prototype: object): readonly FieldDeclaration[] {
  return declarations.get(prototype) ?? [];
}

/** The wire name of a property: `vif_name` for `vifName`. */
function wireNameOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `type` is the class in the plain form. class-transformer reads inherited properties such as `constructor`. */
function isReservedInPlain(wireName: string): boolean {
  return wireName === 'type' || wireName in Object.prototype;
}

/** The property of a wire name: `vifName` for `vif_name`. */
function propertyNameOf(wireName: string): string {
  return wireName.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Throws {@link DeclarationError} if a compiler calls a decorator in the standard way, with a context as the second
 * argument. Then the decorator cannot reach the class.
 */
export function refuseStandardDecorator(context: unknown): void {
  if (!isRecord(context) || typeof context.kind !== 'string') return;
  throw new DeclarationError(
    `${String(context.name)}: standard decorators are not supported: set "experimentalDecorators": true in tsconfig.json (legacy decorators in swc and Babel), or declare the class with defineObject`,
  );
}
