import { describe, expect, test } from 'vitest';
import {
  field,
  integer,
  string,
  VersionedObject,
  VIFBase,
  validate,
  versionedObject,
  versionManifest,
} from '../../src/entries/index.ts';
import { ID, network } from './builders.ts';
import { Folder, Note, UntypedObject, VIFVlanNested } from './own-classes.ts';

describe('VIFVlanNested of Kuryr', () => {
  const vif = () => new VIFVlanNested({ id: ID, vifName: 'eth0', vlanId: 101, untagged: true, network: network() });

  test('goes over the wire in its own namespace, its children in theirs', () => {
    const primitive = JSON.parse(JSON.stringify(vif()));
    expect(primitive).toMatchObject({
      'versioned_object.name': 'VIFVlanNested',
      'versioned_object.namespace': 'kuryr_kubernetes',
      'versioned_object.version': '1.1',
      'versioned_object.data': { vif_name: 'eth0', vlan_id: 101, network: { 'versioned_object.namespace': 'os_vif' } },
    });
    const read = VersionedObject.fromPrimitive(primitive);
    expect(read).toBeInstanceOf(VIFVlanNested);
    expect(read).toBeInstanceOf(VIFBase);
    expect(read.equals(vif())).toBe(true);
  });

  test('loses what 1.1 brought for a peer that knows 1.0, and its base keeps all', () => {
    const old = vif().toPrimitive({ targetVersion: '1.0' });
    expect(old['versioned_object.data']).not.toHaveProperty('untagged');
    expect(old['versioned_object.changes']).not.toContain('untagged');
    expect(Object.keys(old['versioned_object.data']).sort()).toEqual(['id', 'network', 'vif_name', 'vlan_id']);
    expect(VIFVlanNested.fromPrimitive(old).isSet('untagged')).toBe(false);
  });

  test('is validated, and has a plain form, as any other', async () => {
    expect(await validate(vif().toPrimitive())).toEqual([]);
    expect(VIFVlanNested.fromPlain(vif().toPlain()).equals(vif())).toBe(true);
    expect(versionManifest('VIFVlanNested')).toMatchObject({
      VIFVlanNested: '1.1',
      VIFPortProfileBase: '1.1',
      Network: '1.1',
    });
  });
});

describe('an object that holds its own kind', () => {
  const folder = () =>
    new Folder({
      name: 'root',
      folders: [new Folder({ name: 'a', owner: 'ada', folders: [new Folder({ name: 'b', owner: 'bob' })] })],
      trash: new Folder({ name: 'trash', owner: 'ada' }),
    });

  test('is written, read, cloned and made plain to the bottom', async () => {
    expect(Folder.fromPrimitive(folder().toPrimitive()).equals(folder())).toBe(true);
    expect(Folder.fromPlain(folder().toPlain()).equals(folder())).toBe(true);
    expect(folder().clone().equals(folder())).toBe(true);
    expect(await validate(folder().toPrimitive())).toEqual([]);
    expect(versionManifest('Folder')).toEqual({ Folder: '1.1' });
  });

  test.each([{ targetVersion: '1.0' }, { versionManifest: { Folder: '1.0' } }])(
    'is backported to the bottom by %j',
    (options) => {
      const old = Folder.fromPrimitive(folder().toPrimitive(options));
      const inner = old.folders?.[0]?.folders?.[0];
      expect([old.version, old.trash?.version, inner?.version, inner?.name]).toEqual(['1.0', '1.0', '1.0', 'b']);
      expect([inner?.owner, old.trash?.owner]).toEqual([undefined, undefined]);
    },
  );
});

test('a class in plain JavaScript is declared without the syntax of decorators', async () => {
  class Plain extends UntypedObject {}
  field(string())(Plain.prototype as Plain & { bridgeName?: string }, 'bridgeName');
  field(integer(), { nullable: true })(Plain.prototype as Plain & { mtu?: number | null }, 'mtu');
  versionedObject({ name: 'Plain', namespace: 'acme', version: '1.0' })(Plain);
  const object = new Plain({ bridgeName: 'br0', mtu: null });
  expect(object.toPrimitive()['versioned_object.data']).toEqual({ bridge_name: 'br0', mtu: null });
  expect(VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(object))).equals(object)).toBe(true);
  expect(await validate(object.toPrimitive())).toEqual([]);
});

test('dates, sets and dicts go over the wire and through the plain form', () => {
  const note = new Note({
    author: 'ada',
    writtenAt: new Date('2026-01-31T12:00:00Z'),
    tags: new Set(['a', 'b']),
    labels: { x: 1 },
    seenAt: [new Date('2026-02-01T00:00:00Z')],
  });
  expect(note.toPrimitive()['versioned_object.data']).toEqual({
    author: 'ada',
    written_at: '2026-01-31T12:00:00Z',
    tags: ['a', 'b'],
    labels: { x: 1 },
    seen_at: ['2026-02-01T00:00:00Z'],
  });
  expect(Note.fromPrimitive(JSON.parse(JSON.stringify(note))).equals(note)).toBe(true);
  expect(Note.fromPlain(JSON.parse(JSON.stringify(note.toPlain()))).equals(note)).toBe(true);
});

test('a clone has dates of its own', () => {
  const note = new Note({ writtenAt: new Date(0) });
  const { writtenAt } = note.clone();
  expect(writtenAt).toEqual(new Date(0));
  expect(writtenAt).not.toBe(note.writtenAt);
});
