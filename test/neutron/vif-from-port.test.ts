import { describe, expect, test } from 'vitest';
import {
  BindingFailedError,
  FieldValueError,
  PortBindingError,
  UnboundPortError,
  UnsupportedVifTypeError,
  VIFDirect,
} from '../../src/entries/index.ts';
import { type NeutronPort, vifFromNetworkInfo, vifFromPort } from '../../src/entries/neutron.ts';
import { BINDINGS, NETWORK, PORT_ID, port } from './ports.ts';

const SUBNET = {
  id: 'subnet-1',
  cidr: '10.0.0.0/24',
  gateway_ip: '10.0.0.1',
  dns_nameservers: ['8.8.8.8'],
  host_routes: [{ destination: '192.168.0.0/16', nexthop: '10.0.0.254' }],
};

test('a port of Open vSwitch becomes the VIF that nova makes of it', () => {
  const floatingIps = [
    { port_id: PORT_ID, fixed_ip_address: '10.0.0.5', floating_ip_address: '172.24.4.5' },
    { port_id: 'another', fixed_ip_address: '10.0.0.5', floating_ip_address: '172.24.4.6' },
  ];
  expect(vifFromPort(port(), { network: NETWORK, subnets: [SUBNET], floatingIps }).toPlain()).toEqual({
    type: 'VIFOpenVSwitch',
    id: PORT_ID,
    address: 'fa:16:3e:4a:5b:6c',
    network: {
      type: 'Network',
      id: NETWORK.id,
      bridge: 'br-int',
      label: 'private',
      mtu: 1450,
      subnets: [
        {
          type: 'Subnet',
          cidr: '10.0.0.0/24',
          gateway: '10.0.0.1',
          dns: ['8.8.8.8'],
          ips: [{ type: 'FixedIP', address: '10.0.0.5', floating_ips: ['172.24.4.5'] }],
          routes: [{ type: 'Route', cidr: '192.168.0.0/16', gateway: '10.0.0.254' }],
        },
      ],
      multi_host: false,
      should_provide_bridge: false,
      should_provide_vlan: false,
      bridge_interface: null,
    },
    plugin: 'ovs',
    active: true,
    preserve_on_delete: false,
    has_traffic_filtering: true,
    port_profile: {
      type: 'VIFPortProfileOpenVSwitch',
      interface_id: PORT_ID,
      datapath_type: null,
      create_port: true,
      create_tap: false,
    },
    vif_name: 'tapdc065497-3c',
    bridge_name: 'br-int',
  });
});

describe('every vif type becomes a VIF for its plugin', () => {
  test.each([
    ['ovs', 'VIFOpenVSwitch', 'ovs'],
    ['agilio_ovs', 'VIFOpenVSwitch', 'ovs'],
    ['bridge', 'VIFBridge', 'linux_bridge'],
    ['vhostuser', 'VIFVHostUser', 'noop'],
    ['ivs', 'VIFGeneric', 'ivs'],
    ['vrouter', 'VIFGeneric', 'vrouter'],
    ['tap', 'VIFGeneric', 'tap'],
    ['midonet', 'VIFGeneric', 'midonet'],
    ['iovisor', 'VIFGeneric', 'iovisor'],
    ['macvtap', 'VIFDirect', 'macvtap'],
    ['hw_veb', 'VIFHostDevice', 'noop'],
    ['802.1qbh', 'VIFDirect', 'noop'],
    ['802.1qbg', 'VIFDirect', 'noop'],
    ['hostdev_physical', 'VIFHostDevice', 'noop'],
    ['ib_hostdev', 'VIFHostDevice', 'ib_hostdev'],
  ])('%s: %s for %s', (vifType, type, plugin) => {
    expect(fromBinding(vifType).toPlain()).toMatchObject({ type, plugin, id: PORT_ID });
  });

  test('the table above has every vif type', () => {
    expect(Object.keys(BINDINGS)).toHaveLength(15);
  });
});

test('a TAP has the MAC address of its host side in its profile', () => {
  expect(fromBinding('tap').portProfile?.toPlain()).toEqual({
    type: 'VIFPortProfileFPTap',
    mac_address: '00:61:fe:ed:ca:fe',
  });
});

test('a macvtap port names its devices, and libvirt makes the macvtap device', () => {
  const vif = fromBinding('macvtap');
  expect(vif.toPlain()).toMatchObject({
    mode: 'bridge',
    vlan_name: 'eth0.7',
    network: { bridge_interface: 'eth0', vlan: 7 },
  });
  expect(vif instanceof VIFDirect && vif.isSet('vifName')).toBe(false);
  const flat = { macvtap_source: 'eth0', macvtap_mode: 'vepa', physical_interface: 'eth0' } as const;
  expect(fromBinding('macvtap', { 'binding:vif_details': flat }).toPlain()).not.toHaveProperty('vlan_name');
  const bonded = { macvtap_source: 'bond0', macvtap_mode: 'vepa', physical_interface: 'eth0', vlan: 0 } as const;
  expect(fromBinding('macvtap', { 'binding:vif_details': bonded }).network?.bridgeInterface).toBe('bond0');
});

test('the numbers of 802.1Qbg may be digits', () => {
  expect(fromBinding('802.1qbg').portProfile?.toPlain()).toEqual({
    type: 'VIFPortProfile8021Qbg',
    manager_id: 8,
    type_id: 4,
    type_id_version: 3,
    instance_id: '128ee3f5-473d-4855-8aa9-746638f9c638',
  });
});

describe('the bridge', () => {
  test.each([
    ['is br-int unless the host has another', 'ovs', {}, { ovsBridge: 'br-nova' }, 'br-nova'],
    [
      'is the one that the binding names, as of a trunk',
      'ovs',
      { bridge_name: 'tbr-1a2b3c4d-5' },
      {},
      'tbr-1a2b3c4d-5',
    ],
    [
      'has at most 14 characters, as agents of Neutron name it',
      'ovs',
      { bridge_name: 'br-1234567890123' },
      {},
      'br-12345678901',
    ],
    ['is named for the network on a Linux bridge', 'bridge', {}, {}, 'brqb82c1929-05'],
    [
      'is named for the network on the fast path',
      'vhostuser',
      { vhostuser_socket: '/s', vhostuser_fp_plug: true },
      {},
      'brqb82c1929-05',
    ],
    [
      'is the one of Open vSwitch for its vhost-user ports',
      'vhostuser',
      { vhostuser_socket: '/s', vhostuser_ovs_plug: true },
      {},
      'br-int',
    ],
    ['is not there for a TAP', 'tap', {}, {}, undefined],
  ])('%s', (_, vifType, details, surroundings, bridge) => {
    const vif = vifFromPort(port({ 'binding:vif_type': vifType, 'binding:vif_details': details }), {
      network: NETWORK,
      ...surroundings,
    });
    expect(vif.network?.bridge).toBe(bridge);
  });
});

describe('activity', () => {
  test.each([
    [true, 'ACTIVE', true],
    [true, 'DOWN', false],
    [false, 'DOWN', true],
  ])('admin_state_up %s and status %s: active %s', (isUp, status, active) => {
    expect(vifFromPort(port({ admin_state_up: isUp, status }), { network: NETWORK }).active).toBe(active);
  });
});

describe('addresses', () => {
  test('a port without any has a network without subnets', () => {
    const vif = vifFromPort(port({ fixed_ips: [], ip_allocation: 'none' }), { network: NETWORK, subnets: [SUBNET] });
    expect(vif.network?.subnets?.objects).toEqual([]);
  });

  test('those on subnets that were not given are kept', () => {
    const vif = vifFromPort(port(), { network: NETWORK });
    expect(vif.network?.toPlain().subnets).toEqual([
      { type: 'Subnet', dns: [], ips: [{ type: 'FixedIP', address: '10.0.0.5', floating_ips: [] }], routes: [] },
    ]);
  });

  test('the network must be the one of the port', () => {
    const network = { ...NETWORK, id: '00000000-0000-4000-8000-000000000000' };
    expect(() => vifFromPort(port(), { network })).toThrow(FieldValueError);
    expect(() => vifFromPort(port(), { network })).toThrow(/network.id: expected b82c1929/);
  });
});

describe('a port without a usable binding is refused, with what to look at', () => {
  test.each([
    ['unbound', UnboundPortError, 'ERR_OSVIF_PORT_UNBOUND', /bound to no host.*set binding:host_id/],
    [
      'binding_failed',
      BindingFailedError,
      'ERR_OSVIF_BINDING_FAILED',
      /agent of that host is alive.*neutron-server's log/,
    ],
    ['distributed', UnsupportedVifTypeError, 'ERR_OSVIF_VIF_TYPE', /distributed router.*device_owner/],
    ['hyperv', UnsupportedVifTypeError, 'ERR_OSVIF_VIF_TYPE', /Hyper-V/],
    ['__proto__', UnsupportedVifTypeError, 'ERR_OSVIF_VIF_TYPE', /"__proto__".*bound_drivers/],
    [undefined, PortBindingError, 'ERR_OSVIF_PORT_BINDING', /binding:vif_type: missing; only an administrator/],
  ])('%s', (vifType, kind, code, message) => {
    const unusable: NeutronPort = JSON.parse(JSON.stringify({ ...port(), 'binding:vif_type': vifType }));
    const failed = () => vifFromPort(unusable, { network: NETWORK });
    expect(failed).toThrow(kind);
    expect(failed).toThrow(message);
    expect(failed).toThrow(expect.objectContaining({ code, portId: PORT_ID }));
  });

  test('an entry of nova is told where in the entry it is wrong', () => {
    const entry = { id: PORT_ID, address: 'fa:16:3e:4a:5b:6c', network: { id: NETWORK.id } };
    const qbg = {
      ...entry,
      type: '802.1qbg',
      qbg_params: { managerid: '300', typeid: '1', typeidversion: '1', instanceid: PORT_ID },
    };
    expect(() => vifFromNetworkInfo(qbg)).toThrow(
      /\/qbg_params\/managerid: expected a whole number from 0 to 255, found "300"/,
    );
    expect(() => vifFromNetworkInfo({ ...entry, type: 'hw_veb', vnic_type: 'direct', profile: {} })).toThrow(
      /\/profile\/pci_slot: missing/,
    );
    const nowhere = JSON.parse(JSON.stringify({ ...entry, type: 'ovs', network: null }));
    expect(() => vifFromNetworkInfo(nowhere)).toThrow(/\/network: expected object, found null/);
    const vlan = { ...entry, type: 'bridge', network: { id: NETWORK.id, meta: { should_create_vlan: true } } };
    expect(() => vifFromNetworkInfo(vlan)).toThrow(/\/network\/meta\/vlan: missing/);
  });
});

function fromBinding(vifType: string, values: Partial<NeutronPort> = {}) {
  return vifFromPort(port({ ...BINDINGS[vifType], 'binding:vif_type': vifType, ...values }), { network: NETWORK });
}
