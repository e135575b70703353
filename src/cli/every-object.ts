/** Every object of os-vif, by name. To be imported when needed: it brings the whole model. */

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

/** What else has a schema, by the name that it is asked for by. */
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
 * The JSON Schema of an object in a version (its newest, unless one is said), or of something else, with all that it refers to.
 *
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

/** 1.0 makes the registry say what is wrong with an unknown name. */
function newestOf(name: string): string {
  return everyObject().find(({ objectName }) => objectName === name)?.version ?? '1.0';
}
