/** Real objects for the schemas: what nova and other Python peers wrote, as the tests keep it. */
import { backport, type Primitive } from '../../src/entries/index.ts';
import { compareVersions } from '../../src/versioned/history/version.ts';
import { vectors } from '../../test/conformance/vectors.ts';
import { LATEST } from '../../test/neutron/nova-vectors.ts';

/** One that says most of an object, at a version; the shorter one where two say as much. Undefined where no peer wrote any. */
export function exampleOf(name: string, version: string): Primitive | undefined {
  const best = bestOf(name, version, OF_NOVA) ?? bestOf(name, version, OF_PEERS);
  return best && backport(best, { targetVersion: version });
}

function bestOf(name: string, version: string, written: readonly Primitive[]): Primitive | undefined {
  return written
    .filter(
      (one) => one['versioned_object.name'] === name && compareVersions(one['versioned_object.version'], version) >= 0,
    )
    .sort((a, b) => fieldsOf(b) - fieldsOf(a) || JSON.stringify(a).length - JSON.stringify(b).length)[0];
}

/** With the objects within them. */
const OF_NOVA = objectsIn(LATEST.map(({ osvif }) => osvif));
const OF_PEERS = vectors<{ expect: Primitive }[]>('os-vif/roundtrip.json').map(({ expect }) => expect);

function objectsIn(value: unknown): Primitive[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.values(value).flatMap(objectsIn);
  return isPrimitive(value) ? [value, ...within] : within;
}

/** Whether a value has the form of a primitive. Its fields are not checked. */
function isPrimitive(value: object): value is Primitive {
  return 'versioned_object.name' in value && 'versioned_object.data' in value;
}

function fieldsOf(primitive: Primitive): number {
  return Object.keys(primitive['versioned_object.data']).length;
}
