/** The function of a class that converts the data of a backport. */
import { describe, expect, test } from 'vitest';
import {
  backport,
  compareVersions,
  dictOf,
  type FieldValues,
  field,
  integer,
  listOf,
  objectOf,
  string,
  VersionedObject,
  versionedObject,
} from '../../../src/entries/index.ts';

const calls: unknown[] = [];

@versionedObject({
  name: 'Device',
  namespace: 'acme-convert',
  version: '1.10',
  makeCompatible(data, targetVersion) {
    calls.push(['Device', targetVersion, Object.keys(data)]);
    if (compareVersions(targetVersion, '1.10') >= 0) return;
    data.address = data.pci_address;
    if (data.state === 'claimed') data.state = 'allocated';
  },
})
class Device extends VersionedObject {
  @field(string(), { since: '1.10' }) pciAddress?: string;
  @field(string()) state?: string;

  constructor(values: FieldValues<Device> = {}) {
    super(values);
  }
}

@versionedObject({
  name: 'FastDevice',
  version: '1.1',
  baseVersions: { '1.0': '1.9', '1.1': '1.10' },
  makeCompatible(data, targetVersion) {
    calls.push(['FastDevice', targetVersion, Object.keys(data)]);
    if (targetVersion === '1.0') data.speed = Number(data.speed) / 1000;
  },
})
class FastDevice extends Device {
  @field(integer()) speed?: number;

  constructor(values: FieldValues<FastDevice> = {}) {
    super(values);
  }
}

@versionedObject({
  name: 'Machine',
  namespace: 'acme-convert',
  version: '1.1',
  makeCompatible: (data) => {
    calls.push(['Machine', data.devices]);
  },
})
class Machine extends VersionedObject {
  @field(listOf(objectOf(Device, { subclasses: true })), { childVersions: { '1.0': '1.9', '1.1': '1.10' } })
  devices?: readonly Device[];
  @field(dictOf(objectOf(Device, { subclasses: true }))) spare?: Readonly<Record<string, Device>>;

  constructor(values: FieldValues<Machine> = {}) {
    super(values);
  }
}

const DATA = 'versioned_object.data';
const device = () => new Device({ pciAddress: '0000:3b:00.1', state: 'claimed' });

test('it converts names and values, and the object stays as it is', () => {
  const object = device();
  const before = JSON.stringify(object);
  const old = object.toPrimitive({ targetVersion: '1.9' });
  expect(old[DATA]).toEqual({ address: '0000:3b:00.1', state: 'allocated' });
  expect(old['versioned_object.changes']).toEqual(['state']);
  expect(backport(object.toPrimitive(), { targetVersion: '1.9' })).toEqual(old);
  expect(JSON.stringify(object)).toBe(before);
});

test('it is not called without a backport, and for the own version only with a manifest', () => {
  calls.length = 0;
  device().toPrimitive();
  device().toPrimitive({ targetVersion: '1.10' });
  expect(calls).toEqual([]);
  device().toPrimitive({ versionManifest: { Device: '1.10' } });
  expect(calls).toEqual([['Device', '1.10', ['pci_address', 'state']]]);
});

describe('in a subclass', () => {
  test('that of the base class is called first, with the version of the base class', () => {
    calls.length = 0;
    const fast = new FastDevice({ pciAddress: 'x', state: 'claimed', speed: 5000 });
    expect(fast.toPrimitive({ targetVersion: '1.0' })[DATA]).toEqual({ address: 'x', state: 'allocated', speed: 5 });
    expect(calls).toEqual([
      ['Device', '1.9', ['pci_address', 'state', 'speed']],
      ['FastDevice', '1.0', ['pci_address', 'state', 'speed', 'address']],
    ]);
  });
});

describe('of a child', () => {
  const machine = () => new Machine({ devices: [device()], spare: { a: device() } });

  test.each([{ targetVersion: '1.0' }, { versionManifest: { Device: '1.9' } }])(
    'is called before that of the parent, for children that are backported (%j)',
    (options) => {
      calls.length = 0;
      const old = machine().toPrimitive(options);
      const converted = { 'versioned_object.version': '1.9', [DATA]: { address: '0000:3b:00.1', state: 'allocated' } };
      expect(old[DATA]).toMatchObject({
        devices: [converted],
        spare: { a: { 'versioned_object.version': '1.10', [DATA]: { pci_address: '0000:3b:00.1', state: 'claimed' } } },
      });
      expect(calls).toMatchObject([
        ['Device', '1.9', expect.anything()],
        ['Machine', [converted]],
      ]);
    },
  );
});

test('its errors reach the caller', () => {
  class Fixed extends VersionedObject {}
  const makeCompatible = () => {
    throw new RangeError('Fixed has no older form');
  };
  versionedObject({ name: 'Fixed', namespace: 'acme-convert', version: '1.1', makeCompatible })(Fixed);
  expect(() => new Fixed().toPrimitive({ targetVersion: '1.0' })).toThrow('Fixed has no older form');
});
