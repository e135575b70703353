/** Plain values in place of objects in a constructor. */
import { describe, expect, test } from 'vitest';
import {
  defineObject,
  dictOf,
  InstanceInfo,
  listOf,
  Network,
  objectOf,
  SubnetList,
  VIFBridge,
  VIFPortProfileOpenVSwitch,
} from '../../src/entries/index.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

describe('a constructor takes', () => {
  test('the values of an object for the object', () => {
    const vif = new VIFBridge({ id: ID, network: { bridge: 'br0', mtu: 1450 } });
    expect(vif.network).toBeInstanceOf(Network);
    expect(vif.equals(new VIFBridge({ id: ID, network: new Network({ bridge: 'br0', mtu: 1450 }) }))).toBe(true);
  });

  test('the elements of a list for the list, at each depth', () => {
    const network = new Network({ subnets: [{ cidr: '192.0.2.0/24', ips: [{ address: '192.0.2.7' }] }] });
    expect(network.subnets).toBeInstanceOf(SubnetList);
    const plain = { subnets: [{ cidr: '192.0.2.0/24', ips: [{ address: '192.0.2.7' }] }] };
    const same = Network.fromPlain({ type: 'Network', ...plain });
    expect(network.toPrimitive()).toEqual(same.toPrimitive());
  });

  test('objects beside plain values, in lists and dicts of objects', () => {
    const Fleet = defineObject({
      name: 'Fleet',
      namespace: 'acme-nested',
      version: '1.0',
      fields: { list: listOf(objectOf(Network)), dict: dictOf(objectOf(Network)) },
    });
    const fleet = new Fleet({ list: [{ mtu: 1 }, new Network({ mtu: 2 })], dict: { a: new Network({ mtu: 3 }) } });
    expect(fleet.list?.map(({ mtu }) => mtu)).toEqual([1, 2]);
    expect(fleet.dict?.a?.mtu).toBe(3);
    expect(new Fleet({ dict: { a: { mtu: 4 } } as never }).dict?.a?.mtu).toBe(4);
  });

  test('an object of a subclass as before', () => {
    const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: ID });
    expect(new VIFBridge({ portProfile }).portProfile).toBe(portProfile);
  });
});

describe('a constructor refuses', () => {
  test.each<[string, object, string]>([
    ['a misspelt name in it', { network: { mtuu: 1450 } }, 'Network has no field "mtuu", did you mean mtu?'],
    ['a wrong value in it', { network: { mtu: 'x' } }, 'Network.mtu: expected a safe integer'],
    [
      'an object of another class',
      { network: new InstanceInfo({}) },
      'VIFBridge.network: expected an object of class Network, found "InstanceInfo"',
    ],
    [
      'an object of no class of the library',
      { network: new Map() },
      'VIFBridge.network: expected an object of class Network, found a Map',
    ],
    [
      'elements for an object that is no list',
      { network: [] },
      'VIFBridge.network: expected an object of class Network, found an empty array',
    ],
    ['a number', { network: 5 }, 'VIFBridge.network: expected an object of class Network, found 5'],
  ])('%s', (_, values, message) => {
    expect(() => new VIFBridge(values as never)).toThrow(message);
  });
});

test('an assignment takes objects alone', () => {
  const vif = new VIFBridge({ id: ID });
  expect(() => Object.assign(vif, { network: { mtu: 1450 } })).toThrow(
    'VIFBridge.network: expected an object of class Network, found an object',
  );
});
