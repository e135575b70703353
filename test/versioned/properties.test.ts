/** What holds for any object of any class, whatever its fields say. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backport, objectClasses, type Primitive, VersionedObject, validate } from '../../src/entries/index.ts';
import { minorVersionsUpTo } from '../../src/versioned/history/version.ts';
import { newestModel } from '../../src/versioned/registry.ts';
import { primitives } from '../objects/arbitraries.ts';
import { runs } from '../property-runs.ts';

const classes = [...objectClasses('os_vif').keys()].map((name) => ({
  objectName: name,
  version: newestModel(name, 'os_vif').version,
}));
const anyPrimitive = fc.constantFrom(...classes).chain(({ objectName }) => primitives(objectName));

/** With a version that its class has had. */
const anyOlder = fc.constantFrom(...classes).chain(({ objectName, version }) =>
  fc.record({
    primitive: primitives(objectName),
    targetVersion: fc.constantFrom(...minorVersionsUpTo(version)),
  }),
);

test('what is read is written with all that it said, and read again it is written the same', () => {
  fc.assert(
    fc.property(anyPrimitive, (primitive) => {
      const read = VersionedObject.fromPrimitive(primitive);
      const written = read.toPrimitive();
      expect(withoutChanges(written)).toMatchObject(withoutChanges(primitive));
      expect(JSON.parse(JSON.stringify(read))).toEqual(written);
      expect(VersionedObject.fromPrimitive(written).toPrimitive()).toEqual(written);
    }),
    runs(500),
  );
});

test('what JSON has carried is the same object, and so is a clone', () => {
  fc.assert(
    fc.property(anyPrimitive, (primitive) => {
      const read = VersionedObject.fromPrimitive(primitive);
      const carried = VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(primitive)));
      expect(carried.equals(read)).toBe(true);
      expect(carried.toPrimitive()).toEqual(read.toPrimitive());
      const clone = read.clone();
      expect(clone.equals(read)).toBe(true);
      expect(clone.toPrimitive()).toEqual(read.toPrimitive());
    }),
    runs(500),
  );
});

test('the plain form is read to an object with the same plain form', () => {
  fc.assert(
    fc.property(anyPrimitive, (primitive) => {
      const read = VersionedObject.fromPrimitive(primitive);
      const plain: unknown = JSON.parse(JSON.stringify(read.toPlain()));
      // A list has no type in it, and is read by its class alone.
      if (!Array.isArray(plain)) expect(VersionedObject.fromPlain(plain).toPlain()).toEqual(plain);
    }),
    runs(500),
  );
});

test('an older version holds no more than the newest, and is read back with all that it says', () => {
  fc.assert(
    fc.property(anyOlder, ({ primitive, targetVersion }) => {
      const older = backport(primitive, { targetVersion });
      expect(older['versioned_object.version']).toBe(targetVersion);
      const newest = VersionedObject.fromPrimitive(primitive);
      expect(Object.keys(newest.toPrimitive()['versioned_object.data'])).toEqual(
        expect.arrayContaining(Object.keys(older['versioned_object.data'])),
      );
      expect(newest.toPrimitive({ targetVersion })).toEqual(older);
      expect(VersionedObject.fromPrimitive(older).toPrimitive()).toMatchObject(older);
    }),
    runs(500),
  );
});

test('what is written is valid, at every version', async () => {
  await fc.assert(
    fc.asyncProperty(anyOlder, async ({ primitive, targetVersion }) => {
      expect(await validate(primitive)).toEqual([]);
      expect(await validate(backport(primitive, { targetVersion }))).toEqual([]);
    }),
    runs(300),
  );
});

/** An object whose child has changes is changed itself, whether a primitive says so or not, as with oslo. */
function withoutChanges(value: Primitive): object {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    key === 'versioned_object.changes' ? undefined : inner,
  );
}
