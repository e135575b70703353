import { instanceToPlain, plainToInstance } from 'class-transformer';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  declareToClassTransformer,
  FieldValueError,
  type Primitive,
  SubnetList,
  UnknownFieldError,
  UnsupportedObjectError,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from '../../../src/entries/index.ts';
import { vectors } from '../../conformance/vectors.ts';
import { primitives } from '../../objects/arbitraries.ts';
import { runs } from '../../property-runs.ts';
import { bridge, ID, network, profile, subnet } from '../builders.ts';

describe('the plain form', () => {
  test('is flat, has types, and lists as arrays', () => {
    const vif = new VIFBridge({ id: ID, vifName: 'tap0', network: network(), portProfile: profile() });
    expect(vif.toPlain()).toEqual({
      type: 'VIFBridge',
      id: ID,
      vif_name: 'tap0',
      network: {
        type: 'Network',
        id: ID,
        label: 'private',
        mtu: 1450,
        multi_host: false,
        should_provide_bridge: false,
        should_provide_vlan: false,
        subnets: [
          {
            type: 'Subnet',
            cidr: '10.0.0.0/24',
            dns: ['10.0.0.2'],
            gateway: '10.0.0.1',
            ips: [{ type: 'FixedIP', address: '10.0.0.5', floating_ips: ['192.0.2.7'] }],
            routes: [{ type: 'Route', cidr: '0.0.0.0/0', gateway: '10.0.0.1' }],
          },
        ],
      },
      port_profile: {
        type: 'VIFPortProfileOpenVSwitch',
        interface_id: ID,
        datapath_type: 'system',
        create_port: true,
        create_tap: true,
        datapath_offload: { type: 'DatapathOffloadRepresentor', representor_name: 'rep0' },
      },
    });
  });

  test('of a list is an array, and is read back', () => {
    const list = new SubnetList({ objects: [subnet()] });
    expect(list.toPlain()).toMatchObject([{ cidr: '10.0.0.0/24' }]);
    expect(SubnetList.fromPlain(list.toPlain()).equals(list)).toBe(true);
  });

  test('is what an older peer would see, where a version or a manifest is given', () => {
    expect(profile().toPlain({ version: '1.3' })).toMatchObject({ create_port: true });
    expect(profile().toPlain({ version: '1.3' })).not.toHaveProperty('create_tap');
    const plain = bridge().toPlain({ versionManifest: { Network: '1.0' } });
    expect(plain.network).not.toHaveProperty('mtu');
  });

  test.each([
    ['1.4', ['create_port', 'create_tap', 'datapath_type']],
    ['1.3', ['create_port', 'datapath_type']],
    ['1.1', ['datapath_type']],
    ['1.0', []],
  ] as const)('in version %s has the fields of that version, also in a subclass', (version, fields) => {
    const values = { createPort: true, createTap: true, datapathType: 'system' };
    for (const object of [new VIFPortProfileOpenVSwitch(values), new VIFPortProfileFPOpenVSwitch(values)]) {
      const keys = Object.keys(object.toPlain({ version })).filter((key) => key !== 'type');
      expect(keys.sort()).toEqual(fields);
    }
  });

  test('of every conformance vector is read to an equal object', () => {
    const rows = vectors<{ expect: Primitive }[]>('os-vif/roundtrip.json');
    for (const { expect: primitive } of rows) {
      const object = atNewest(VersionedObject.fromPrimitive(primitive));
      const own = object.constructor as typeof VIFBase;
      const read = own.fromPlain(JSON.parse(JSON.stringify(object.toPlain())));
      expect(read.toPlain()).toEqual(object.toPlain());
    }
    expect(rows.length).toBeGreaterThan(100);
  });

  test('of any object made up is read to an equal one', () => {
    fc.assert(
      fc.property(primitives('VIFBridge'), (primitive) => {
        const object = VIFBridge.fromPrimitive(primitive);
        const read = VIFBridge.fromPlain(JSON.parse(JSON.stringify(object.toPlain())));
        expect(read.toPlain()).toEqual(object.toPlain());
      }),
      runs(100),
    );
  });
});

describe('fromPlain', () => {
  test('finds the class by type, on the base too, and needs none on the class itself', () => {
    expect(VersionedObject.fromPlain({ type: 'VIFBridge', vif_name: 'a' })).toBeInstanceOf(VIFBridge);
    expect(VIFBase.fromPlain({ type: 'VIFBridge', vif_name: 'a' })).toBeInstanceOf(VIFBridge);
    expect(VIFBridge.fromPlain({ vif_name: 'a' }).vifName).toBe('a');
  });

  test('refuses a type that is unknown, of another class, or missing where it must tell', () => {
    expect(() => VersionedObject.fromPlain({ type: 'VIFNothing' })).toThrow(UnsupportedObjectError);
    expect(() => VIFGeneric.fromPlain({ type: 'VIFBridge' })).toThrow('VIFGeneric');
    expect(() => VersionedObject.fromPlain({ vif_name: 'a' })).toThrow(FieldValueError);
    expect(() => VIFBridge.fromPlain({ port_profile: { type: 'Network' } })).toThrow(
      'VIFBridge.port_profile: expected a subclass of VIFPortProfileBase, found "Network"',
    );
  });

  test('refuses names that it does not know, at any depth', () => {
    expect(() => VIFBridge.fromPlain({ vifName: 'a' })).toThrow(UnknownFieldError);
    expect(() => VIFBridge.fromPlain({ network: { subnets: [{ cdir: 'x' }] } })).toThrow('Subnet has no field "cdir"');
  });

  test('names a wrong value by its path', () => {
    expect(() => VIFBridge.fromPlain({ network: { subnets: [{}, { cidr: 'x' }] } })).toThrow(
      'VIFBridge.network.subnets[1].cidr: expected an IP network such as 192.0.2.0/24, found "x"',
    );
  });

  test('canonicalises as assignment does, and sets initial values', () => {
    const vif = VIFBridge.fromPlain({ address: 'FA-16-3E-00-00-01', network: { label: 'a' } });
    expect(vif.address).toBe('fa:16:3e:00:00:01');
    expect(vif.network?.multiHost).toBe(false);
  });

  test('leaves what it was given as it was', () => {
    const plain = bridge().toPlain();
    const before = structuredClone(plain);
    VIFBridge.fromPlain(plain);
    expect(plain).toEqual(before);
  });
});

describe('class-transformer itself, on the classes here', () => {
  beforeAll(declareToClassTransformer);

  test('makes the plain form', () => {
    expect(instanceToPlain(bridge(), { exposeUnsetFields: false })).toEqual(bridge().toPlain());
  });

  test('reads it', () => {
    const read = plainToInstance(VIFBridge, bridge().toPlain());
    expect(read).toBeInstanceOf(VIFBridge);
    expect(read.portProfile).toBeInstanceOf(VIFPortProfileOpenVSwitch);
    expect(read.network?.subnets).toBeInstanceOf(SubnetList);
    expect(read.equals(bridge())).toBe(true);
  });

  test('checks values as it reads', () => {
    expect(() => plainToInstance(VIFBridge, { address: 'x' })).toThrow('VIFBridge.address: expected a MAC address');
  });
});

/** A plain form has no version: it is read at the newest. */
function atNewest(object: VersionedObject): VersionedObject {
  return VersionedObject.fromPrimitive({
    ...object.toPrimitive(),
    'versioned_object.version': (object.constructor as typeof VIFBase).version,
  });
}
