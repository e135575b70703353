/** The `@field` decorator: one declaration that everything else is made of. */
import 'reflect-metadata';
import { DeclarationError } from '../errors/model.ts';
import type { FieldDeclaration, FieldType } from './model.ts';
import { isVersion } from './version.ts';

/** What a field may be told besides its type. */
export interface FieldOptions<V> {
  /** Whether `null` is a value of the field. */
  nullable?: boolean;
  /** What `setDefaults()` sets, and what null turns into where the field may not be null. */
  default?: V;
  /** What the constructor sets where nothing is given; a function makes a new value for each object. */
  initial?: V | (() => V);
  /** Whether the value can be set only once. */
  readOnly?: boolean;
  /** The version of the declaring class that brought the field, where it was not the first. */
  since?: string;
  /** For a field that holds objects: from which version of this class on it holds which version of the child, `{ '1.1': '1.0' }`. */
  childVersions?: Readonly<Record<string, string>>;
}

/** Decorates a property whose type is exactly what the field holds. */
export type FieldDecorator<V> = <K extends string, T extends { [P in K]?: V }>(
  target: T & ([V] extends [T[K]] ? unknown : never),
  key: K,
) => void;

const DECLARATIONS = 'os-vif:fields';
const FIRST_VERSION = '1.0';

/**
 * Declares a field of a versioned object: `@field(string()) vifName?: string`. Its wire name is the property's in snake_case.
 *
 * @throws DeclarationError where the name or the options cannot work
 */
export function field<V>(
  type: FieldType<V>,
  options: FieldOptions<V | null> & { nullable: true },
): FieldDecorator<V | null>;
export function field<V>(type: FieldType<V>, options?: FieldOptions<V>): FieldDecorator<V>;
export function field<V>(type: FieldType<V>, options: FieldOptions<V | null> = {}): FieldDecorator<V | null> {
  return (target, name) => {
    const declaredBy = target.constructor.name;
    const refuse = (why: string) => new DeclarationError(`${declaredBy}.${name}: ${why}`);
    const since = options.since ?? FIRST_VERSION;
    if (!/^[a-z]/.test(name) || propertyNameOf(wireNameOf(name)) !== name) {
      throw refuse(`a field's name is camelCase, each word starting with a letter, so that its wire name can be told`);
    }
    if (!isVersion(since)) throw refuse(`since is a version such as 1.1`);
    const declaration: FieldDeclaration = {
      name,
      wireName: wireNameOf(name),
      type,
      nullable: options.nullable === true,
      readOnly: options.readOnly === true,
      default: options.default,
      initial: options.initial,
      since,
      childVersions: options.childVersions && Object.entries(options.childVersions),
      declaredBy,
    };
    Reflect.defineMetadata(DECLARATIONS, [...ownDeclarations(target), declaration], target);
  };
}

/** The fields that `@field` put on a prototype itself, in the order of the source. */
export function ownDeclarations(prototype: object): readonly FieldDeclaration[] {
  const declarations: unknown = Reflect.getOwnMetadata(DECLARATIONS, prototype);
  return isDeclarations(declarations) ? declarations : [];
}

/** `vifName` is `vif_name` on the wire. */
function wireNameOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `vif_name` is `vifName` as a property. */
function propertyNameOf(wireName: string): string {
  return wireName.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function isDeclarations(value: unknown): value is readonly FieldDeclaration[] {
  return Array.isArray(value);
}
