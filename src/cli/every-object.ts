/** The classes and schemas of os-vif, by name. Imported on demand, because it loads all classes. */

import '../objects/host-info.ts';
import '../objects/instance-info.ts';
import '../objects/vif.ts';
import { bundleSchema } from '../schemas/read-schema.ts';
import type { JsonSchema } from '../versioned/model.ts';
import { classFor, type ObjectClass, objectClasses } from '../versioned/object-class.ts';
import { minorVersionsUpTo, withoutPatch } from '../versioned/version.ts';

/** The newest class of every name, in alphabetical order. */
export function everyObject(): ObjectClass[] {
  const newest = [...objectClasses('os_vif')].flatMap(([, [first]]) => (first === undefined ? [] : [first]));
  return newest.sort((a, b) => (a.objectName < b.objectName ? -1 : 1));
}

/** Every version of an object, oldest first. */
export function versionsOf({ version }: ObjectClass): string[] {
  return minorVersionsUpTo(version);
}

/** Paths of other schemas, by their names on the command line. */
export const OTHER_SCHEMAS: Readonly<Record<string, string>> = {
  port: 'neutron/port-binding.json',
  'network-info': 'nova/network-info.json',
  ...Object.fromEntries(
    ['linux_bridge', 'macvtap', 'ovs', 'tap'].map((plugin) => [
      `options-of-${plugin}`,
      `plugin-options/${plugin}.json`,
    ]),
  ),
};

/**
 * The JSON Schema of an object or of another name, with all schemas that it refers to.
 *
 * @param version default: the newest version
 * @throws UnsupportedObjectError, IncompatibleVersionError
 */
export async function schemaFor(
  name: string,
  version: string | undefined,
  form: 'primitive' | 'plain',
): Promise<JsonSchema> {
  const other = Object.hasOwn(OTHER_SCHEMAS, name) ? OTHER_SCHEMAS[name] : undefined;
  if (other !== undefined) return bundleSchema(other);
  const wanted = version ?? newestOf(name);
  classFor(name, wanted, 'os_vif');
  return bundleSchema(`${form}/${name}/${withoutPatch(wanted)}.json`);
}

/**
 * The newest version of an object. 1.0 for an unknown name, for which the registry then throws an
 * error with a suggestion.
 */
function newestOf(name: string): string {
  return everyObject().find(({ objectName }) => objectName === name)?.version ?? '1.0';
}
