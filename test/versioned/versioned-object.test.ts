import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  DatapathOffloadRepresentor,
  FieldValueError,
  FixedIP,
  HostVIFInfo,
  Network,
  ReadOnlyFieldError,
  SubnetList,
  UnknownFieldError,
  UnsetFieldError,
  UnsupportedObjectError,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  VIFPortProfileOpenVSwitch,
} from '../../src/entries/index.ts';
import { bridge, ID, network, profile, subnet } from './builders.ts';
import { Note } from './own-classes.ts';

describe('fields', () => {
  test('a value is stored as its type makes it, by the constructor and by assignment', () => {
    const vif = new VIFBridge({ address: 'FA-16-3E-00-00-01' });
    expect(vif.address).toBe('fa:16:3e:00:00:01');
    vif.address = 'FA:16:3E:00:00:02';
    expect(vif.address).toBe('fa:16:3e:00:00:02');
  });

  test('a wrong value is refused with object, property, value and what was expected, and the old one stays', () => {
    const vif = bridge();
    const assign = () => Object.assign(vif, { vifName: 5 });
    expect(assign).toThrow(FieldValueError);
    expect(assign).toThrow('VIFBridge.vifName: expected a string, found 5');
    expect(vif.vifName).toBe('tap0');
  });

  test('what is not set reads as undefined, and null is a value only where the field says so', () => {
    const vif = new VIFBridge();
    expect(vif.vifName).toBeUndefined();
    expect(vif.isSet('address')).toBe(false);
    vif.address = null;
    expect(vif.isSet('address')).toBe(true);
    expect(() => Object.assign(vif, { vifName: null })).toThrow('null is none here');
  });

  test('null becomes the default where a field has one and may not be null, as in Python', () => {
    const vif = new VIFBridge();
    Reflect.set(vif, 'active', null);
    expect(vif.active).toBe(true);
  });

  test('an unknown name is refused by the constructor with the names that there are', () => {
    expect(() => new FixedIP(JSON.parse('{"adress": "10.0.0.1"}'))).toThrow(UnknownFieldError);
    expect(() => new FixedIP(JSON.parse('{"adress": 1}'))).toThrow(
      'FixedIP has no field "adress", did you mean address? it has address, floatingIps',
    );
  });

  test('the constructor sets initial values, each object its own', () => {
    const [one, other] = [new Network(), new Network()];
    expect(one.multiHost).toBe(false);
    expect(one.mtu).toBeNull();
    expect(one.subnets).toBeInstanceOf(SubnetList);
    expect(one.subnets).not.toBe(other.subnets);
  });

  test('setDefaults fills in what is unset, and nothing else', () => {
    const vif = new VIFGeneric({ active: false });
    vif.setDefaults();
    expect([vif.active, vif.preserveOnDelete, vif.hasTrafficFiltering]).toEqual([false, false, false]);
    expect(vif.isSet('vifName')).toBe(false);
    expect(new VIFGeneric().active).toBeUndefined();
  });

  test('a read-only field takes its value once', () => {
    const note = new Note({ author: 'ada' });
    note.author = 'ada';
    expect(() => Object.assign(note, { author: 'bob' })).toThrow(ReadOnlyFieldError);
    expect(() => note.unset('author')).toThrow('Note.author is read-only and has a value already');
    expect(note.author).toBe('ada');
  });

  test('lists and dicts are given out frozen, and the array that was assigned is not', () => {
    const given = ['10.0.0.2'];
    const own = subnet({ dns: given });
    expect(Object.isFrozen(own.dns)).toBe(true);
    given.push('nonsense');
    expect(own.dns).toEqual(['10.0.0.2']);
  });
});

describe('require', () => {
  test('gives the fields that are set', () => {
    const { vifName, bridgeName } = bridge().require('vifName', 'bridgeName');
    expect([vifName.length, bridgeName.length]).toEqual([4, 3]);
  });

  test('names everything that is missing', () => {
    const vif = new VIFBridge({ id: ID });
    expect(() => vif.require('id', 'vifName', 'bridgeName')).toThrow(UnsetFieldError);
    expect(() => vif.require('id', 'vifName', 'bridgeName')).toThrow(
      'VIFBridge: vifName, bridgeName must be set and are not',
    );
  });
});

describe('changes', () => {
  const clean = () => {
    const vif = bridge();
    vif.resetChanges({ recursive: true });
    return vif;
  };

  test('everything that the constructor set is a change, initial values too', () => {
    expect(new VIFBridge({ id: ID, vifName: 'a' }).changes).toEqual(['id', 'vifName']);
    expect(new Network({ id: ID }).changes).toContain('multiHost');
  });

  test('a change of an object within makes the fields that hold it changed, all the way up', () => {
    const vif = clean();
    expect(vif.changes).toEqual([]);
    const offload = vif.require('portProfile').portProfile;
    if (!(offload instanceof VIFPortProfileOpenVSwitch)) throw new Error('another profile');
    const { datapathOffload } = offload.require('datapathOffload');
    if (!(datapathOffload instanceof DatapathOffloadRepresentor)) throw new Error('another offload');
    datapathOffload.representorName = 'rep1';
    expect(offload.changes).toEqual(['datapathOffload']);
    expect(vif.changes).toEqual(['portProfile']);
    expect(vif.toPrimitive()['versioned_object.changes']).toEqual(['port_profile']);
  });

  test('a change of an element of a list does not make the list changed, as in Python', () => {
    const vif = clean();
    const first = vif.network?.subnets?.at(0);
    if (first) first.gateway = '10.0.0.254';
    expect(first?.changes).toEqual(['gateway']);
    expect(vif.network?.subnets?.changes).toEqual([]);
    expect(vif.changes).toEqual([]);
  });

  test('setting the same value again is a change, unsetting forgets it', () => {
    const vif = clean();
    vif.vifName = 'tap0';
    expect(vif.changes).toEqual(['vifName']);
    vif.unset('vifName');
    expect(vif.changes).toEqual([]);
    expect(vif.toPrimitive()['versioned_object.data']).not.toHaveProperty('vif_name');
  });

  test('resetChanges forgets only what it is told to', () => {
    const vif = bridge();
    vif.resetChanges({ fields: ['id', 'network'] });
    expect(vif.changes).not.toContain('id');
    expect(vif.changes).toContain('network');
    vif.resetChanges({ fields: ['network'], recursive: true });
    expect(vif.changes).not.toContain('network');
    expect(vif.network?.subnets?.at(0)?.changes).toEqual([]);
    expect(vif.changes).toContain('portProfile');
    expect(() => vif.resetChanges({ fields: JSON.parse('["nope"]') })).toThrow(UnknownFieldError);
  });

  test('a primitive carries them, and names that nobody knows or that are unset are passed over', () => {
    const primitive = new FixedIP({ address: '10.0.0.1' }).toPrimitive();
    expect(primitive['versioned_object.changes']).toEqual(['address']);
    const read = FixedIP.fromPrimitive({
      ...primitive,
      'versioned_object.changes': ['floating_ips', 'address', 'nope', 'address'],
    });
    expect(read.changes).toEqual(['address']);
  });
});

describe('clone and equals', () => {
  test('a copy says the same and shares nothing that changes', () => {
    const vif = bridge();
    const copy = vif.clone();
    expect(copy).toBeInstanceOf(VIFBridge);
    expect(copy.equals(vif)).toBe(true);
    expect(copy.changes).toEqual(vif.changes);
    const { network: theirs } = copy.require('network');
    if (theirs) theirs.mtu = 9000;
    const first = copy.network?.subnets?.at(0);
    if (first) first.gateway = '10.0.0.254';
    expect([vif.network?.mtu, vif.network?.subnets?.at(0)?.gateway]).toEqual([1450, '10.0.0.1']);
    expect(copy.equals(vif)).toBe(false);
  });

  test('a copy keeps the version that the object was read at', () => {
    const old = Network.fromPrimitive(network().toPrimitive({ targetVersion: '1.0' }));
    expect(old.clone().version).toBe('1.0');
    expect(old.equals(old.clone())).toBe(true);
  });

  test('objects differ by class, version, what is set, and values; not by changes', () => {
    const one = new VIFGeneric({ id: ID });
    const same = new VIFGeneric({ id: ID });
    same.resetChanges();
    expect(one.equals(same)).toBe(true);
    expect(one.equals(new VIFBridge({ id: ID }))).toBe(false);
    expect(one.equals(new VIFGeneric({ id: ID, address: null }))).toBe(false);
    expect(one.equals(new VIFGeneric({ id: ID.toUpperCase() }))).toBe(false);
    expect(one.equals({ id: ID })).toBe(false);
    const read = (version: string) =>
      Note.fromPrimitive({ ...new Note().toPrimitive(), 'versioned_object.version': version });
    expect(read('1.0').equals(new Note())).toBe(true);
    const old = FixedIP.fromPrimitive({ ...new FixedIP().toPrimitive(), 'versioned_object.version': '1.0.7' });
    expect(old.equals(new FixedIP())).toBe(true);
    const network10 = Network.fromPrimitive(network({ mtu: null }).toPrimitive({ targetVersion: '1.0' }));
    expect(network10.equals(network({ mtu: null }))).toBe(false);
  });

  test('values that are no scalars are compared by what they hold', () => {
    const at = (text: string) => new Note({ writtenAt: new Date(text), tags: new Set(['a', 'b']), labels: { a: 1 } });
    expect(at('2026-01-31T12:00:00Z').equals(at('2026-01-31T12:00:00Z'))).toBe(true);
    expect(at('2026-01-31T12:00:00Z').equals(at('2026-01-31T12:00:01Z'))).toBe(false);
    const other = at('2026-01-31T12:00:00Z');
    other.tags = new Set(['a', 'c']);
    expect(at('2026-01-31T12:00:00Z').equals(other)).toBe(false);
    other.tags = new Set(['b', 'a']);
    other.labels = { b: 1 };
    expect(at('2026-01-31T12:00:00Z').equals(other)).toBe(false);
  });
});

describe('lists', () => {
  const list = () => new SubnetList({ objects: [subnet(), subnet({ cidr: '10.1.0.0/24' })] });

  test('iterate, and know their length and places', () => {
    expect([...list()].map(({ cidr }) => cidr)).toEqual(['10.0.0.0/24', '10.1.0.0/24']);
    expect(list().length).toBe(2);
    expect(list().at(-1)?.cidr).toBe('10.1.0.0/24');
    expect(list().at(2)).toBeUndefined();
  });

  test('that are unset are empty', () => {
    expect([...new SubnetList()]).toEqual([]);
    expect(new SubnetList().length).toBe(0);
  });

  test('refuse elements of another class by their place', () => {
    expect(() => Object.assign(list(), { objects: [subnet(), network()] })).toThrow(
      'SubnetList.objects[1]: expected an object of class Subnet, found "Network"',
    );
  });
});

describe('reading', () => {
  test('on a class, an object of another one is refused, of a subclass not', () => {
    expect(VIFBase.fromPrimitive(bridge().toPrimitive())).toBeInstanceOf(VIFBridge);
    expect(() => VIFGeneric.fromPrimitive(bridge().toPrimitive())).toThrow(UnsupportedObjectError);
  });

  test('a wrong value deep within is named by its path on the wire', () => {
    const text = JSON.stringify(bridge()).replace('"10.0.0.0/24"', '"10.0.0.0/240"');
    expect(() => VersionedObject.fromPrimitive(JSON.parse(text))).toThrow(
      'VIFBridge.network.subnets.objects[0].cidr: expected an IP network such as 192.0.2.0/24, found "10.0.0.0/240"',
    );
  });

  test('the error of a deep value has path, field and object as data', () => {
    const text = JSON.stringify(bridge()).replace('"192.0.2.7"', '7');
    try {
      VersionedObject.fromPrimitive(JSON.parse(text));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        objectName: 'VIFBridge',
        path: 'network.subnets.objects[0].ips.objects[0].floating_ips[0]',
        field: 'floating_ips',
        value: 7,
      });
    }
  });

  test('an object keeps the version that it was read at, and a third part of it is passed over', () => {
    const primitive = new HostVIFInfo({ minVersion: '1.0' }).toPrimitive({ targetVersion: '1.0' });
    expect(HostVIFInfo.fromPrimitive(primitive).version).toBe('1.0');
    expect(HostVIFInfo.fromPrimitive(primitive).toPrimitive()).toEqual(primitive);
    expect(HostVIFInfo.fromPrimitive({ ...primitive, 'versioned_object.version': '1.1.3' }).version).toBe('1.1');
  });
});

test('console.log shows the class and what is set', () => {
  const shown = inspect(new VIFBridge({ vifName: 'tap0', portProfile: profile({}) }), { depth: 5 });
  expect(shown).toMatch(/^VIFBridge \{\s+portProfile: VIFPortProfileOpenVSwitch \{/);
  expect(shown).toContain("vifName: 'tap0'");
  expect(shown).not.toContain('bridgeName');
});
