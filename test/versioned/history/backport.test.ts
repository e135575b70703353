import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backport,
  defineObject,
  FieldValueError,
  HostVIFInfo,
  TargetVersionError,
  UnsupportedObjectError,
  VIFBridge,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
  versionManifest,
} from '../../../src/entries/index.ts';
import { bridge, ID, network, profile } from '../builders.ts';

const DATA = 'versioned_object.data';
const VERSION = 'versioned_object.version';

test('a target version takes away what came later, from changes too', () => {
  const vif = new VIFVHostUser({ id: ID, vifName: 'vhu0', path: '/run/vhu0', mode: 'client' });
  const old = vif.toPrimitive({ targetVersion: '1.0' });
  expect(old[VERSION]).toBe('1.0');
  expect(old[DATA]).toEqual({ id: ID, path: '/run/vhu0', mode: 'client' });
  expect(old['versioned_object.changes']).toEqual(['id', 'path', 'mode']);
});

test('the object itself stays as it is', () => {
  const vif = bridge();
  const before = JSON.stringify(vif);
  vif.toPrimitive({ versionManifest: { VIFBridge: '1.0', Network: '1.0', VIFPortProfileBase: '1.0' } });
  expect(JSON.stringify(vif)).toBe(before);
});

test('a bare primitive is not changed by backporting it', () => {
  const primitive = bridge().toPrimitive();
  const before = JSON.stringify(primitive);
  const old = backport(primitive, { versionManifest: { Network: '1.0' } });
  expect(JSON.stringify(primitive)).toBe(before);
  expect(old[DATA].network).toMatchObject({ [VERSION]: '1.0' });
});

test('a target newer than the object is refused, the same is not', () => {
  expect(() => network().toPrimitive({ targetVersion: '1.2' })).toThrow(TargetVersionError);
  expect(() => network().toPrimitive({ targetVersion: 'x' })).toThrow(TargetVersionError);
  expect(network().toPrimitive({ targetVersion: '1.1' })).toEqual(network().toPrimitive());
});

describe('a manifest', () => {
  test('gives the target of the object itself where none is named', () => {
    const vif = new VIFVHostUser({ vifName: 'vhu0' });
    expect(vif.toPrimitive({ versionManifest: { VIFVHostUser: '1.0' } })[VERSION]).toBe('1.0');
    expect(vif.toPrimitive({ versionManifest: { VIFVHostUser: '1.9' } })[VERSION]).toBe('1.1');
    expect(vif.toPrimitive({ versionManifest: { Other: '1.0' } })[VERSION]).toBe('1.1');
    expect(vif.toPrimitive({ versionManifest: {} })).toEqual(vif.toPrimitive());
  });

  test('rules every child by name', () => {
    const old = bridge().toPrimitive({ versionManifest: { ...versionManifest('VIFBridge'), Network: '1.0' } });
    expect(old[DATA].network).toMatchObject({ [VERSION]: '1.0' });
    expect(old[DATA].network).not.toHaveProperty([DATA, 'mtu']);
  });

  test('that names a profile by its base is taken for the subclass, as upstream does', () => {
    const old = bridge().toPrimitive({ versionManifest: { VIFPortProfileBase: '1.0' } });
    expect(old[DATA].port_profile).toMatchObject({
      'versioned_object.name': 'VIFPortProfileOpenVSwitch',
      [VERSION]: '1.0',
    });
  });

  test('that names the concrete profile too is obeyed there', () => {
    const versions = { VIFPortProfileBase: '1.0', VIFPortProfileOpenVSwitch: '1.3' };
    const old = bridge().toPrimitive({ versionManifest: versions });
    expect(old[DATA].port_profile).toMatchObject({ [VERSION]: '1.3', [DATA]: { create_port: true } });
    expect(old[DATA].port_profile).not.toHaveProperty([DATA, 'create_tap']);
  });
});

describe('the manifest of the last call', () => {
  const manifests = fc.dictionary(
    fc.constantFrom(...Object.keys(versionManifest('VIFBridge')), 'VIFPortProfileOpenVSwitch', 'Other'),
    fc.constantFrom('1.0', '1.1', '1.2', '1.3', '1.4'),
    { noNullPrototype: true },
  );
  /** A name that no other call has, so that nothing is known of the manifest. */
  let fresh = 0;

  test('does not matter to the next call', () => {
    fc.assert(
      fc.property(fc.array(manifests, { minLength: 2, maxLength: 6 }), (calls) => {
        const vif = bridge();
        const reused: Record<string, string> = {};
        for (const versions of calls) {
          for (const name of Object.keys(reused)) delete reused[name];
          Object.assign(reused, versions);
          const expected = vif.toPrimitive({ versionManifest: { ...versions, [`Unknown${fresh++}`]: '1.0' } });
          expect(vif.toPrimitive({ versionManifest: { ...versions } })).toEqual(expected);
          expect(vif.toPrimitive({ versionManifest: reused })).toEqual(expected);
        }
      }),
    );
  });

  test('does not matter to a manifest that inherits its entries', () => {
    const inherited = Object.create({ Network: '1.0' });
    const first = bridge().toPrimitive({ versionManifest: inherited });
    expect(bridge().toPrimitive({ versionManifest: { Network: '1.0' } })).toEqual(first);
    expect(bridge().toPrimitive({ versionManifest: inherited })).toEqual(first);
  });
});

describe('the history', () => {
  test.each([
    ['1.4', ['create_port', 'create_tap', 'datapath_offload', 'datapath_type', 'interface_id']],
    ['1.3', ['create_port', 'datapath_offload', 'datapath_type', 'interface_id']],
    ['1.2', ['datapath_offload', 'datapath_type', 'interface_id']],
    ['1.1', ['datapath_type', 'interface_id']],
    ['1.0', ['interface_id']],
  ])('of a profile gives version %s its fields', (targetVersion, fields) => {
    expect(Object.keys(profile().toPrimitive({ targetVersion })[DATA]).sort()).toEqual(fields);
  });

  test('of a subclass follows the base version that each of its versions stands on', () => {
    const fast = new VIFPortProfileFPOpenVSwitch({ bridgeName: 'br0', createPort: true, datapathType: 'netdev' });
    expect(Object.keys(fast.toPrimitive({ targetVersion: '1.2' })[DATA]).sort()).toEqual([
      'bridge_name',
      'datapath_type',
    ]);
    expect(Object.keys(fast.toPrimitive({ targetVersion: '1.0' })[DATA])).toEqual(['bridge_name']);
  });

  test('goes on from an object that is old already', () => {
    const at13 = VIFPortProfileOpenVSwitch.fromPrimitive(profile().toPrimitive({ targetVersion: '1.3' }));
    expect(at13.toPrimitive({ targetVersion: '1.0' })).toEqual(profile().toPrimitive({ targetVersion: '1.0' }));
    expect(() => at13.toPrimitive({ targetVersion: '1.4' })).toThrow(TargetVersionError);
  });
});

test('what is no primitive, or wrong, is refused by backport as by reading', () => {
  expect(() => backport('x', { targetVersion: '1.0' })).toThrow(FieldValueError);
  expect(() => backport({ ...new HostVIFInfo().toPrimitive(), 'versioned_object.name': 'X' }, {})).toThrow(
    UnsupportedObjectError,
  );
  const wrong = { ...new HostVIFInfo().toPrimitive(), [DATA]: { min_version: 1 } };
  expect(() => backport(wrong, { targetVersion: '1.0' })).toThrow(
    'HostVIFInfo.min_version: expected a string, found 1',
  );
});

test('a manifest is the newest version of everything in the tree', () => {
  expect(versionManifest('SubnetList')).toEqual({
    SubnetList: '1.0',
    Subnet: '1.0',
    FixedIPList: '1.0',
    FixedIP: '1.0',
    RouteList: '1.0',
    Route: '1.0',
  });
  expect(() => versionManifest('Nothing')).toThrow(UnsupportedObjectError);
});

test('a field without since is in every version, also before 1.0', () => {
  expect(network().toPrimitive({ targetVersion: '0.9' })[DATA]).not.toHaveProperty('mtu');
  expect(network().toPrimitive({ targetVersion: '0.9' })[DATA]).toHaveProperty('label');
});

test.each([
  ['of the object itself', { VIFBridge: 'abc' }],
  ['of a child', { Network: '1.x' }],
  ['that is a number', { Network: 5 as unknown as string }],
  ['with control characters', { Network: '\u001b[31m' }],
])('a manifest with a wrong version %s is refused with an error of the library', (_, versionManifest) => {
  const vif = new VIFBridge({ network: { mtu: 9000 } });
  const refused = expect.objectContaining({ code: 'ERR_OSVIF_ARGUMENT' });
  expect(() => vif.toPrimitive({ versionManifest })).toThrow(refused);
  expect(() => vif.toBytes({ versionManifest })).toThrow(refused);
  expect(() => backport(vif.toPrimitive(), { versionManifest })).toThrow(refused);
});

test('a class with the name of a property of every object is not in a manifest', () => {
  const Odd = defineObject({ name: 'constructor', namespace: 'manifest', version: '1.1', fields: {} });
  expect(new Odd().toPrimitive({ versionManifest: { Other: '1.0' } })[VERSION]).toBe('1.1');
});
