/** Replays the rows of one class of Python on a class of this library. */
import { expect, test } from 'vitest';
import {
  FieldValueError,
  type ObjectClass,
  TargetVersionError,
  VersionedObject,
  versionManifest,
} from '../../../src/entries/index.ts';
import { MODEL, type ObjectState, STATE } from '../../../src/versioned/model.ts';
import { sortChanges } from '../vectors.ts';
import type { AnyPrimitive, ClassRow } from './rows.ts';

const PATCH = 'patch version';
const LENIENT = 'text 7 in the first field';

/**
 * Declares the tests of a class.
 *
 * @param except the rows that differ: descriptions of rows, `manifest`, or `backport of row 1`
 */
export function replay(row: ClassRow, classOf: () => ObjectClass, except: readonly string[] = []): void {
  const wireNamesOf = (names: readonly string[], object: ObjectState) =>
    names.map((name) => object[MODEL].byName.get(name)?.wireName).sort();
  const setIn = (object: ObjectState) =>
    object[MODEL].fields.filter(({ index }) => object[STATE].values[index] !== undefined).map(({ wireName }) => wireName);

  test('has the fingerprint of Python', () => {
    expect(classOf().fingerprint()).toBe(row.fingerprint);
  });

  // Python fails for a class that it does not know: UnregisteredSubobject.
  test.each('error' in row.manifest || except.includes('manifest') ? [] : [row.manifest])(
    'has the manifest of Python',
    (manifest) => {
      expect(versionManifest(row.class, row.namespace)).toEqual(manifest);
    },
  );

  test.each(row.rows.filter(({ about, again }) => again !== undefined && !except.includes(about)))(
    'writes what it read: $about',
    (one) => {
      const object = read(classOf(), one.primitive);
      expectSame(object.toPrimitive(), one.again === 'same' ? one.primitive : one.again);
      expect(setIn(object).sort()).toEqual([...(one.set ?? [])].sort());
      expect(wireNamesOf(object.changes, object)).toEqual([...(one.what_changed ?? [])].sort());
    },
  );

  const alike = row.read.filter(({ about }) => !except.includes(about) && about !== PATCH && about !== LENIENT);
  test.each(alike)('reads as Python: $about', (one) => {
    if (one.error !== undefined) expect(() => read(classOf(), one.primitive)).toThrow();
    else expectSame(read(classOf(), one.primitive).toPrimitive(), one.again === 'same' ? one.primitive : one.again);
  });

  // Python takes a patch version only in its serializer, which leaves the patch out.
  test.each(row.read.filter(({ about }) => about === PATCH))(
    'reads a patch version as the version',
    ({ primitive }) => {
      const key = `${row.serial_namespace}.version`;
      const usual = { ...primitive, [key]: String(primitive[key]).replace(/\.\d+$/, '') };
      expectSame(read(classOf(), primitive).toPrimitive(), read(classOf(), usual).toPrimitive());
    },
  );

  // Python makes numbers, truth values and others of text. Types of a project's own take every value here.
  const lenient = row.read.filter(({ about }) => about === LENIENT && row.fields[0]?.oslo === true);
  test.each(lenient)('reads as Python, or refuses: $about', (one) => {
    const { primitive, again, error } = one;
    try {
      const written = read(classOf(), primitive).toPrimitive();
      expect(error).toBeUndefined();
      expectSame(written, again === 'same' ? primitive : again);
    } catch (refusal) {
      if (!(refusal instanceof FieldValueError)) throw refusal;
    }
  });

  // ObjectActionError: Python has no rule for a child, which stays at its version here. Other errors are those of reading.
  const backports = row.backport.filter(
    ({ error, row: index }) =>
      (error === undefined || error === 'InvalidTargetVersion') && !except.includes(`backport of row ${index}`),
  );
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
