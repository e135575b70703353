import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boolean,
  dateTime,
  defineObject,
  dictOf,
  FieldValueError,
  fieldType,
  float,
  integer,
  listOf,
  Network,
  objectClasses,
  objectOf,
  setOf,
  string,
  TargetVersionError,
  UnknownFieldError,
  VersionedObject,
  VIFBridge,
} from '../../../src/entries/index.ts';
import { arbitraryObject } from '../../../src/entries/testing.ts';
import { runs } from '../../property-runs.ts';
import { bridge, ID } from '../builders.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

const Leaf = defineObject({
  name: 'BytesLeaf',
  namespace: 'bytes',
  version: '1.1',
  fields: { label: string(), size: { type: float(), since: '1.1' } },
});
/** It writes nothing for the value 0. */
const rounded = fieldType<number>({
  osloName: 'Rounded',
  expected: 'a number',
  accept: Number,
  write: (value) => (value === 0 ? undefined : Math.round(value)),
  schema: { type: 'integer' },
});
/** Its stored value is a string with another wire form. */
const shouted = fieldType<string>({
  osloName: 'Shouted',
  expected: 'a word',
  accept: (value) => (typeof value === 'string' ? value.toLowerCase() : undefined),
  write: (value) => value.toUpperCase(),
  schema: { type: 'string' },
});
const Tree = defineObject({
  name: 'BytesTree',
  namespace: 'bytes',
  version: '1.0',
  serialNamespace: 'versioned_object',
  fields: {
    text: string(),
    leaf: { type: objectOf(Leaf), nullable: true },
    leaves: listOf(objectOf(Leaf), { nullable: true }),
    names: listOf(string(), { nullable: true }),
    grid: listOf(listOf(integer())),
    times: listOf(dateTime()),
    byName: dictOf(objectOf(Leaf)),
    set: setOf(string()),
    rounded,
    shouted,
    shoutedAll: listOf(shouted),
    flag: { type: boolean(), nullable: true },
    // A list with another wire form than that of its elements.
    joined: { ...listOf(string()), write: (values: readonly string[]) => values.join(' ') },
  },
});

describe('toBytes', () => {
  test('has the bytes of JSON.stringify for a random object of each class', () => {
    for (const versions of objectClasses('os_vif').values()) {
      const [newest] = versions;
      if (newest === undefined) throw new Error('a name without a class');
      const objects = arbitraryObject(newest);
      fc.assert(
        fc.property(objects, (object) => {
          expect(text(object.toBytes())).toBe(JSON.stringify(object.toPrimitive()));
          const read = VersionedObject.fromPrimitive(object.toPrimitive());
          expect(text(read.toBytes())).toBe(JSON.stringify(read.toPrimitive()));
        }),
        runs(30),
      );
    }
  });

  test('escapes every character as JSON does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const vif = new VIFBridge({ vifName: a + b, bridgeName: `"${b}\\\ud800` });
        expect(text(vif.toBytes())).toBe(JSON.stringify(vif.toPrimitive()));
      }),
      runs(300),
    );
  });

  test.each([
    ['nothing', {}],
    ['null', { leaf: null, leaves: [null], names: ['a', null] }],
    ['empty collections', { leaves: [], names: [], grid: [], byName: {}, set: new Set<string>() }],
    ['nested lists and dates', { grid: [[1, 2], []], times: [new Date(0)] }],
    ['objects in a dict', { byName: { 'a"b': new Leaf({ label: 'x' }) } }],
    ['a value without a wire form', { text: 'before', rounded: 0, set: new Set(['after']) }],
    ['a value with a wire form of its own', { rounded: 1.6, joined: ['a', 'b'] }],
    ['a text with a wire form of its own', { text: 'a', shouted: 'b"', shoutedAll: ['c'], flag: true }],
    ['true, false and null between texts', { text: 'a', flag: false, shouted: 'b', leaf: null, names: ['c'] }],
    ['numbers', { leaf: { size: -0 }, leaves: [{ size: 1e21 }, { size: 1e-7 }] }],
  ])('writes %s as toPrimitive does', (_, values) => {
    const tree = new Tree(values);
    expect(text(tree.toBytes())).toBe(JSON.stringify(tree.toPrimitive()));
  });

  test('lists the field of a changed child as changed', () => {
    const tree = Tree.fromPrimitive({ ...new Tree({ leaf: { label: 'a' }, leaves: [{ label: 'b' }] }).toPrimitive() });
    tree.resetChanges({ recursive: true });
    expect(text(tree.toBytes())).not.toContain('changes');
    if (tree.leaf) tree.leaf.label = 'changed';
    expect(text(tree.toBytes())).toBe(JSON.stringify(tree.toPrimitive()));
    expect(text(tree.toBytes())).toContain('"versioned_object.changes":["leaf"]');
  });

  test('has the right text for each of two objects of a class with other changes', () => {
    const [both, one] = [new Leaf({ label: 'a', size: 1 }), new Leaf({ label: 'a' })];
    for (const leaf of [both, one, both]) expect(text(leaf.toBytes())).toBe(JSON.stringify(leaf.toPrimitive()));
    both.resetChanges({ fields: ['label'] });
    expect(text(both.toBytes())).toContain('"versioned_object.changes":["size"]');
  });

  test('writes an older version', () => {
    const network = new Network({ id: ID, mtu: 9000 });
    expect(text(network.toBytes({ targetVersion: '1.0' }))).toBe(
      JSON.stringify(network.toPrimitive({ targetVersion: '1.0' })),
    );
    expect(() => network.toBytes({ targetVersion: '9.0' })).toThrow(TargetVersionError);
  });
});

describe('fromBytes', () => {
  test('reads what toBytes writes, and what fromPrimitive reads', () => {
    const vif = bridge();
    expect(VIFBridge.fromBytes(vif.toBytes()).equals(vif)).toBe(true);
    expect(VersionedObject.fromBytes(bytesOf(vif)).toPrimitive()).toEqual(vif.toPrimitive());
  });

  test('takes the options of fromPrimitive', () => {
    const primitive = new VIFBridge({ vifName: 'tap0' }).toPrimitive();
    const unknown = bytesOf({ ...primitive, 'versioned_object.data': { vif_nmae: 'tap0' } });
    expect(VIFBridge.fromBytes(unknown).isSet('vifName')).toBe(false);
    expect(() => VIFBridge.fromBytes(unknown, { unknown: 'refuse' })).toThrow(UnknownFieldError);
  });

  test.each([
    ['no JSON', Buffer.from('{"a":')],
    ['nothing', Buffer.alloc(0)],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['JSON of no object', Buffer.from('5')],
    ['a text in place of bytes', '{}' as unknown as Uint8Array],
  ])('refuses %s', (_, bytes) => {
    expect(() => VersionedObject.fromBytes(bytes)).toThrow(FieldValueError);
  });

  test('does not quote what it refuses, because it may be a secret', () => {
    const refuse = () => VersionedObject.fromBytes(Buffer.from('{"password": secret'));
    expect(refuse).toThrow('expected JSON in UTF-8, found an object');
    expect(refuse).not.toThrow('secret');
  });
});
