/** What becomes of each part of an entry of nova's cache, and of parts that it leaves out. */
import { describe, expect, test } from 'vitest';
import { PortBindingError } from '../../src/entries/index.ts';
import { type NetworkInfoEntry, vifFromNetworkInfo } from '../../src/entries/neutron.ts';
import { NETWORK, PORT_ID } from './ports.ts';

function entry(values: object = {}): NetworkInfoEntry {
  return JSON.parse(
    JSON.stringify({ id: PORT_ID, address: 'fa:16:3e:4a:5b:6c', type: 'ovs', network: { id: NETWORK.id }, ...values }),
  );
}

const inNetwork = (values: object) => entry({ network: { id: NETWORK.id, ...values } });

test('an entry of what is needed alone becomes a VIF that claims nothing', () => {
  expect(vifFromNetworkInfo(entry()).toPlain()).toEqual({
    type: 'VIFOpenVSwitch',
    id: PORT_ID,
    address: 'fa:16:3e:4a:5b:6c',
    plugin: 'ovs',
    active: false,
    preserve_on_delete: false,
    has_traffic_filtering: false,
    vif_name: 'nicdc065497-3c',
    port_profile: {
      type: 'VIFPortProfileOpenVSwitch',
      interface_id: PORT_ID,
      datapath_type: null,
      create_port: false,
      create_tap: false,
    },
    network: {
      type: 'Network',
      id: NETWORK.id,
      bridge_interface: null,
      mtu: null,
      subnets: [],
      multi_host: false,
      should_provide_bridge: false,
      should_provide_vlan: false,
    },
  });
});

test.each([
  [{}, false],
  [{ active: false }, false],
  [{ active: true }, true],
  // nova passes None to os-vif, which takes it for the default of the field.
  [{ active: null }, true],
])('of %j becomes active %s, as in nova', (values, active) => {
  expect(vifFromNetworkInfo(entry(values)).active).toBe(active);
});

test('what nova says of the network is said of it', () => {
  const meta = {
    mtu: 1450,
    bridge_interface: 'eth0',
    multi_host: true,
    should_create_bridge: true,
    should_create_vlan: true,
    vlan: '100',
  };
  expect(vifFromNetworkInfo(inNetwork({ bridge: 'br1', label: 'private', meta })).network?.toPlain()).toMatchObject({
    bridge: 'br1',
    label: 'private',
    mtu: 1450,
    bridge_interface: 'eth0',
    multi_host: true,
    should_provide_bridge: true,
    should_provide_vlan: true,
    vlan: 100,
  });
});

test('subnets keep their addresses, routes and name servers, and lack what nova leaves out', () => {
  const whole = {
    cidr: '10.0.0.0/24',
    gateway: { address: '10.0.0.1' },
    dns: [{ address: '8.8.8.8' }],
    ips: [{ address: '10.0.0.5', floating_ips: [{ address: '172.24.4.5' }] }, { address: '10.0.0.6' }],
    routes: [
      { cidr: '192.168.0.0/16', gateway: { address: '10.0.0.254' }, interface: 'eth1' },
      { cidr: '10.9.0.0/16' },
    ],
  };
  expect(vifFromNetworkInfo(inNetwork({ subnets: [whole, {}] })).network?.toPlain().subnets).toEqual([
    {
      type: 'Subnet',
      cidr: '10.0.0.0/24',
      gateway: '10.0.0.1',
      dns: ['8.8.8.8'],
      ips: [
        { type: 'FixedIP', address: '10.0.0.5', floating_ips: ['172.24.4.5'] },
        { type: 'FixedIP', address: '10.0.0.6', floating_ips: [] },
      ],
      routes: [
        { type: 'Route', cidr: '192.168.0.0/16', gateway: '10.0.0.254', interface: 'eth1' },
        { type: 'Route', cidr: '10.9.0.0/16' },
      ],
    },
    { type: 'Subnet', dns: [], ips: [], routes: [] },
  ]);
});

test("an empty ovs_interfaceid is none: the port's id stands for it", () => {
  expect(vifFromNetworkInfo(entry({ ovs_interfaceid: '' })).portProfile?.toPlain()).toMatchObject({
    interface_id: PORT_ID,
  });
});

describe('refused, with all that is wrong, is an entry', () => {
  test.each([
    ['without an address', entry({ address: null }), ['/address: missing']],
    ['without a type', entry({ type: null }), ['/type: missing; only an administrator']],
    [
      'without address and type at all',
      entry({ address: undefined, type: undefined }),
      ['/address: missing', '/type: missing; only an administrator'],
    ],
    ['whose details are none', entry({ details: 'none' }), ['/details: expected ']],
    ['without a network', entry({ network: undefined }), ['/network: missing']],
    [
      'of 802.1Qbg whose network is null',
      entry({ type: '802.1qbg', network: null }),
      [
        '/details/physical_interface: missing',
        '/qbg_params/managerid: missing',
        '/qbg_params/typeid: missing',
        '/qbg_params/typeidversion: missing',
        '/qbg_params/instanceid: missing',
        '/network: expected ',
      ],
    ],
    [
      'of macvtap that only its network names a device for',
      entry({ type: 'macvtap', network: { id: NETWORK.id, meta: { interface: 'eth0' } } }),
      ['/details/macvtap_source: missing', '/details/macvtap_mode: missing', '/details/physical_interface: missing'],
    ],
    ['whose network has no id', entry({ network: {} }), ['/network/id: missing']],
    ['with a subnet that is none', inNetwork({ subnets: [7] }), ['/network/subnets/0: expected ']],
    [
      'with a name server without an address',
      inNetwork({ subnets: [{ dns: [{}] }] }),
      ['/network/subnets/0/dns/0/address: missing'],
    ],
    [
      'with a route without a cidr',
      inNetwork({ subnets: [{ routes: [{}] }] }),
      ['/network/subnets/0/routes/0/cidr: missing'],
    ],
    [
      'whose names and switches are none',
      inNetwork({ bridge: 1, label: 2, meta: { multi_host: 3, should_create_bridge: 4, bridge_interface: 5 } }),
      [
        '/network/bridge: expected a string, found 1',
        '/network/label: expected a string, found 2',
        '/network/meta/bridge_interface: expected a string, found 5',
        '/network/meta/multi_host: expected true or false, found 3',
        '/network/meta/should_create_bridge: expected true or false, found 4',
      ],
    ],
    [
      'whose MTU is none',
      inNetwork({ meta: { mtu: -1 } }),
      ['/network/meta/mtu: expected a number of bytes, found -1'],
    ],
    [
      'with an ovs_interfaceid that is no UUID',
      entry({ ovs_interfaceid: 'tap0' }),
      ['/ovs_interfaceid: expected a UUID', '/ovs_interfaceid: '],
    ],
  ])('%s', (_, given, expected) => {
    const told = refusalOf(given).violations.map(({ path, message }) => `${path}: ${message}`);
    expect(told.map((line, i) => line.slice(0, expected[i]?.length))).toEqual(expected);
  });

  test('that is none, and says so', () => {
    const refusal = refusalOf(JSON.parse('"entry"'));
    expect(refusal.portId).toBe('');
    expect(refusal.violations).toEqual([{ path: '', message: 'expected an entry of network_info, found "entry"' }]);
  });
});

function refusalOf(given: NetworkInfoEntry): PortBindingError {
  try {
    vifFromNetworkInfo(given);
  } catch (error) {
    if (error instanceof PortBindingError) return error;
    throw error;
  }
  throw new Error('it was taken');
}
