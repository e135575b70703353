import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryHost, OsVif } from '../../src/entries/host.ts';
import {
  type FieldType,
  field,
  InstanceInfo,
  objectClasses,
  VersionedObject,
  VIFBase,
  VIFGeneric,
  validate,
  versionedObject,
} from '../../src/entries/index.ts';
import { arbitraryObject, arbitraryVIF } from '../../src/entries/testing.ts';
import { Folder, Note, VIFVlanNested } from '../versioned/own-classes.ts';

const NAMES_OF_VIFS = [...objectClasses('os_vif').keys()].filter((name) => /^VIF(?!PortProfile)/.test(name));

describe('arbitraryVIF', () => {
  test('makes VIFs of every class, all of them valid, and the same after a way over the wire', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(arbitraryVIF(), async (vif) => {
        seen.add(vif.type);
        const primitive = JSON.parse(JSON.stringify(vif));
        expect(await validate(primitive)).toEqual([]);
        expect(VersionedObject.fromPrimitive(primitive).equals(vif)).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual(NAMES_OF_VIFS.sort());
  });

  test('sets every field of every class in some, and leaves it out in others', () => {
    const names = new Map<string, { set: Set<string>; unset: Set<string>; count: number }>();
    for (const vif of fc.sample(arbitraryVIF(), { numRuns: 2000, seed: 1 })) {
      const known = names.get(vif.type) ?? { set: new Set(), unset: new Set(), count: 0 };
      const data = Object.keys(vif.toPrimitive()['versioned_object.data']);
      for (const name of data) known.set.add(name);
      for (const name of Object.keys(Object(vif.constructor).jsonSchema(undefined, { form: 'plain' }).properties)) {
        if (name !== 'type' && !data.includes(name)) known.unset.add(name);
      }
      names.set(vif.type, { ...known, count: known.count + 1 });
    }
    expect(names.size).toBe(NAMES_OF_VIFS.length);
    for (const [name, { set, unset }] of names) expect([name, [...set].sort()]).toEqual([name, [...unset].sort()]);
  });

  test('of one class gives objects of that class, with the values and the texts that were asked for', () => {
    const deviceNames = fc.stringMatching(/^[a-z][a-z0-9]{0,13}$/);
    const vifs = arbitraryVIF({ class: VIFGeneric, set: { plugin: 'tap' }, types: { String: deviceNames } });
    fc.assert(
      fc.property(vifs, (vif) => {
        expect(vif).toBeInstanceOf(VIFGeneric);
        expect(vif.plugin).toBe('tap');
        expect(vif.vifName ?? 'a').toMatch(/^[a-z][a-z0-9]{0,13}$/);
        expect(vif.network?.label ?? 'a').toMatch(/^[a-z][a-z0-9]{0,13}$/);
      }),
    );
  });

  test('shows that any VIF that the plugin tap can take is gone after it was unplugged', async () => {
    const names = fc.stringMatching(/^[a-z][a-z0-9]{0,13}$/).filter((name) => name !== 'lo');
    const vifs = fc.tuple(
      arbitraryVIF({
        class: VIFGeneric,
        set: { plugin: 'tap' },
        types: { Integer: fc.integer({ min: 1280, max: 9000 }) },
      }),
      names,
      fc.uuid(),
    );
    const instance = new InstanceInfo({ name: 'instance-1' });
    await fc.assert(
      fc.asyncProperty(vifs, async ([vif, vifName, id]) => {
        Object.assign(vif, { vifName, id });
        const host = new MemoryHost();
        const before = await host.links.list();
        await using osVif = await OsVif.open({ host });
        await osVif.plug(vif, instance);
        expect(await osVif.check(vif, instance)).toEqual([]);
        await osVif.unplug(vif, instance);
        expect(await host.links.list()).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});

describe('arbitraryObject', () => {
  test.each([Note, Folder, VIFVlanNested])('makes objects of a class of a namespace of its own', (objectClass) => {
    fc.assert(
      fc.property(arbitraryObject<VersionedObject>(objectClass), (object) => {
        expect(object).toBeInstanceOf(objectClass);
        const read = VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(object)));
        expect(read.equals(object)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('takes values of types of its own, and names the type that it has none of', () => {
    const even: FieldType<number> = {
      osloName: 'EvenNumber',
      coerce: (value) => Number(value),
      read: (value) => Number(value),
      schema: () => ({ type: 'integer', multipleOf: 2 }),
    };
    @versionedObject({ name: 'Pair', namespace: 'arbitraries', version: '1.0' })
    class Pair extends VersionedObject {
      @field(even) size?: number;
    }
    expect(() => arbitraryObject(Pair)).toThrow('Pair.size: there is no arbitrary for the type EvenNumber');
    const pairs = arbitraryObject(Pair, { types: { EvenNumber: fc.nat().map((half) => 2 * half) } });
    fc.assert(fc.property(pairs, ({ size = 0 }) => size % 2 === 0));
  });
});

test('what arbitraryVIF gives is typed by the class that was asked for', () => {
  const [generic] = fc.sample(arbitraryVIF({ class: VIFGeneric }), 1);
  const vif: VIFGeneric | undefined = generic;
  expect(vif).toBeInstanceOf(VIFBase);
});
