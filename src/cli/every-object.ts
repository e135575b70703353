/**
 * The classes and schemas of os-vif and of own objects, by name. Imported on demand, because it
 * loads all classes.
 */

import '../objects/host-info.ts';
import '../objects/instance-info.ts';
import '../objects/vif.ts';
import { UsageError } from '../errors/command.ts';
import { bundleSchema, schemaPaths } from '../schemas/read-schema.ts';
import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { minorVersionsUpTo } from '../versioned/history/version.ts';
import type { JsonSchema } from '../versioned/model.ts';
import { type ObjectClass, objectClasses } from '../versioned/object-class.ts';
import { models } from '../versioned/registry.ts';

/** A class, and its name on the command line. */
interface NamedObject {
  readonly name: string;
  readonly object: ObjectClass;
}

/**
 * The newest class of every name, in alphabetical order. An own object that has the name of an
 * object of os-vif is named with its namespace: `nova.Network`.
 */
export function everyObject(): NamedObject[] {
  const ofOsVif = newestOf('os_vif').map((object) => ({ name: object.objectName, object }));
  const taken = new Set(ofOsVif.map(({ name }) => name));
  const namespaces = new Set(models().map(({ namespace }) => namespace));
  namespaces.delete('os_vif');
  const own = [...namespaces].flatMap(newestOf).map((object) => {
    const { objectName, namespace } = object;
    return { name: taken.has(objectName) ? `${namespace}.${objectName}` : objectName, object };
  });
  return [...ofOsVif, ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function newestOf(namespace: string): ObjectClass[] {
  return [...objectClasses(namespace).values()].flatMap(([newest]) => newest ?? []);
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
 * @throws UsageError for an unknown name or version
 */
export async function schemaFor(
  name: string,
  version: string | undefined,
  form: 'primitive' | 'plain',
): Promise<JsonSchema> {
  const other = Object.hasOwn(OTHER_SCHEMAS, name) ? OTHER_SCHEMAS[name] : undefined;
  if (other !== undefined) return bundleSchema(other);
  const objects = everyObject();
  const found = objects.find((one) => one.name === name)?.object;
  if (found === undefined) {
    const names = [...objects.map((one) => one.name), ...Object.keys(OTHER_SCHEMAS)];
    throw new UsageError(
      `no schema is named ${describeValue(name)}${didYouMean(name, names) || ':'} os-vif schema lists all`,
    );
  }
  const versions = versionsOf(found);
  const wanted = version ?? found.version;
  // A patch version has the schema of its minor version.
  const minor = wanted.replace(/^(\d+\.\d+)\.\d+$/, '$1');
  if (!versions.includes(minor)) {
    throw new UsageError(`${name} has no version ${describeValue(wanted)}: expected ${listed(versions, ' or ')}`);
  }
  const path = `${form}/${name}/${minor}.json`;
  const isOfOsVif = found.namespace === 'os_vif' && (await schemaPaths()).includes(path);
  return isOfOsVif ? bundleSchema(path) : found.jsonSchema(minor, { form });
}
