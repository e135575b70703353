/** The classes of versioned objects in the registry. */
import { DeclarationError } from '../errors/model.ts';
import type { ObjectModel } from './model.ts';
import { modelFor, models } from './registry.ts';
import { VersionedObject } from './versioned-object.ts';

/** A class of versioned objects that `@versionedObject` declared. */
export type ObjectClass<T extends VersionedObject = VersionedObject> = (abstract new (
  values?: never,
) => T) & {
  readonly prototype: T;
} & Pick<typeof VersionedObject, 'objectName' | 'version' | 'namespace' | 'fingerprint' | 'jsonSchema'>;

/**
 * The class that reads an object of a name and version. It is the class of that version, or else the newest
 * compatible class: the same major version, and not older.
 *
 * @param namespace needed only if several namespaces have the name
 * @throws UnsupportedObjectError if no class has the name
 * @throws IncompatibleVersionError if no class can read that version
 */
export function classFor(name: string, version: string, namespace?: string): ObjectClass {
  return classOf(modelFor(name, version, namespace));
}

/** All declared classes by object name, newest version first. */
export function objectClasses(namespace?: string): Map<string, readonly ObjectClass[]> {
  const classes = new Map<string, readonly ObjectClass[]>();
  for (const model of models(namespace)) {
    classes.set(model.name, [...(classes.get(model.name) ?? []), classOf(model)]);
  }
  return classes;
}

function classOf({ name, objectClass }: ObjectModel): ObjectClass {
  if (isObjectClass(objectClass)) return objectClass;
  throw new DeclarationError(`the class of ${name} does not extend VersionedObject`);
}

function isObjectClass(value: { readonly prototype: object }): value is ObjectClass {
  return value.prototype instanceof VersionedObject;
}
