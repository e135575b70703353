/** Every object of os-vif, by name. To be imported when needed: it brings the whole model. */

import '../objects/host-info.ts';
import '../objects/instance-info.ts';
import '../objects/vif.ts';
import { portBindingSchema } from '../neutron/port-binding-schema.ts';
import type { JsonSchema } from '../versioned/json-schema.ts';
import type { ObjectClass } from '../versioned/model.ts';
import { classFor, objectClasses } from '../versioned/registry.ts';
import { minorVersionsUpTo } from '../versioned/version.ts';

/** The newest class of every name, in alphabetical order. */
export function everyObject(): ObjectClass[] {
  const newest = [...objectClasses('os_vif')].flatMap(([, [first]]) => (first === undefined ? [] : [first]));
  return newest.sort((a, b) => (a.objectName < b.objectName ? -1 : 1));
}

/** Every version of an object, oldest first. */
export function versionsOf({ version }: ObjectClass): string[] {
  return minorVersionsUpTo(version);
}

/** The name of what is a port of Neutron, among the objects. */
export const PORT = 'port';

/**
 * The JSON Schema of an object in a version (its newest, unless one is said), or of Neutron's ports.
 *
 * @throws UnsupportedObjectError, IncompatibleVersionError
 */
export function schemaFor(name: string, version: string | undefined, form: 'primitive' | 'plain'): JsonSchema {
  if (name === PORT) return portBindingSchema();
  const objectClass = classFor(name, version ?? newestOf(name), 'os_vif');
  return objectClass.jsonSchema(version, { form });
}

/** 1.0 makes the registry say what is wrong with an unknown name. */
function newestOf(name: string): string {
  return everyObject().find(({ objectName }) => objectName === name)?.version ?? '1.0';
}
