/** The model of a class, the check of an object against a class, and classes that extend a class of `defineObject`. */
import { DeclarationError, UnsupportedObjectError } from '../errors/model.ts';
import { MODEL, type ObjectModel, type ObjectState } from './model.ts';

/** Makes objects of a class. */
export type Construct = new (values?: object) => object;

/** The first extension of each class of `defineObject`. */
const extensions = new WeakMap<object, Construct | undefined>();

/** Objects of the class are from now on objects of its first extension. */
export function allowExtension(objectClass: object): void {
  extensions.set(objectClass, undefined);
}

/** The extension whose objects replace those of a class. */
export function extensionOf(objectClass: object): Construct | undefined {
  return extensions.get(objectClass);
}

/**
 * Notes that a class is in use. JavaScript tells a class nothing of its subclasses, so each use of a subclass
 * notes it: a new object, a static method, and a field with its objects.
 */
export function noteExtension(objectClass: object & { readonly prototype: object }): void {
  if (extensions.has(objectClass) || Object.hasOwn(objectClass.prototype, MODEL)) return;
  for (let base: unknown = Object.getPrototypeOf(objectClass); isConstruct(base); base = Object.getPrototypeOf(base)) {
    if (!extensions.has(base)) continue;
    if (extensions.get(base) === undefined && isConstruct(objectClass)) extensions.set(base, objectClass);
    return;
  }
}

function isConstruct(value: unknown): value is Construct {
  return typeof value === 'function';
}

/** The error for a class without a declaration. */
export function undeclared({ name }: { readonly name: string }): DeclarationError {
  return new DeclarationError(`${name} needs the @versionedObject decorator, or a declaration by defineObject`);
}

/**
 * The model of a declared class. Throws {@link DeclarationError} for a class without a declaration.
 */
export function modelOfClass(objectClass: { readonly prototype: ObjectState; readonly name: string }): ObjectModel {
  const model: ObjectModel | undefined = objectClass.prototype[MODEL];
  if (model === undefined) throw undeclared(objectClass);
  return model;
}

/** A class, which may be abstract. */
export type AnyClass<T> = abstract new (...args: never[]) => T;

/** The object as one of the class. Throws {@link UnsupportedObjectError} for an object of another class. */
export function checkClass<T extends ObjectState>(expected: AnyClass<T>, object: ObjectState): T {
  if (object instanceof expected) return object;
  const { name } = object[MODEL];
  const wanted = expected.prototype[MODEL]?.name ?? expected.name;
  throw new UnsupportedObjectError(name, `expected ${wanted} or a subclass of it, found ${name}`);
}
