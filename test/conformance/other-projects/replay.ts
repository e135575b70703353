/** Replays the rows of one class of Python on a class of this library. */
import { expect, test } from 'vitest';
import { type ObjectClass, TargetVersionError, VersionedObject, versionManifest } from '../../../src/entries/index.ts';
import { MODEL, type ObjectState, VALUES } from '../../../src/versioned/model.ts';
import { sortChanges } from '../vectors.ts';
import type { AnyPrimitive, ClassRow } from './rows.ts';

/** Declares the tests of a class. The rows of `except`, by their description, differ on purpose. */
export function replay(row: ClassRow, classOf: () => ObjectClass, except: readonly string[] = []): void {
  const wireNamesOf = (names: readonly string[], object: ObjectState) =>
    names.map((name) => object[MODEL].byName.get(name)?.wireName).sort();
  const setIn = (object: ObjectState) =>
    object[MODEL].fields.filter(({ index }) => object[VALUES][index] !== undefined).map(({ wireName }) => wireName);

  test('has the fingerprint and the manifest of Python', () => {
    expect(classOf().fingerprint()).toBe(row.fingerprint);
    // Python fails for a class that it does not know: UnregisteredSubobject.
    if (!('error' in row.manifest)) expect(versionManifest(row.class, row.namespace)).toEqual(row.manifest);
  });

  test.each(row.rows.filter(({ again }) => again !== undefined))('writes what it read: $about', (one) => {
    const object = read(classOf(), one.primitive);
    expectSame(object.toPrimitive(), one.again === 'same' ? one.primitive : one.again);
    expect(setIn(object).sort()).toEqual([...(one.set ?? [])].sort());
    expect(wireNamesOf(object.changes, object)).toEqual([...(one.what_changed ?? [])].sort());
  });

  test.each(row.read.filter(({ about }) => !except.includes(about)))('reads as Python: $about', (one) => {
    if (one.error !== undefined) expect(() => read(classOf(), one.primitive)).toThrow();
    else expectSame(read(classOf(), one.primitive).toPrimitive(), one.again === 'same' ? one.primitive : one.again);
  });

  const backports = row.backport.filter(({ error }) => error === undefined || error === 'InvalidTargetVersion');
  test.each(backports)('is backported as in Python: row $row to $target_version for $version_manifest', (one) => {
    const { primitive } = row.rows[one.row] ?? { primitive: {} };
    const { target_version: targetVersion, version_manifest: versionManifest } = one;
    const written = () =>
      read(classOf(), primitive).toPrimitive({ targetVersion, ...(versionManifest && { versionManifest }) });
    if (one.error !== undefined) expect(written).toThrow(TargetVersionError);
    else expectSame(written(), one.expect === 'same' ? primitive : one.expect);
  });
}

function read(objectClass: ObjectClass, primitive: AnyPrimitive): VersionedObject {
  const object: VersionedObject = VersionedObject.fromPrimitive(primitive);
  expect(object).toBeInstanceOf(objectClass);
  return object;
}

function expectSame(written: unknown, expected: unknown): void {
  expect(sortChanges(JSON.parse(JSON.stringify(written)))).toEqual(sortChanges(expected));
}
