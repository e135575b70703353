/** Spellings and values that differ from Neutron's API and have the same meaning. */
import { describe, expect, test } from 'vitest';
import { VIFBridge } from '../../src/entries/index.ts';
import {
  type NetworkInfoEntry,
  type NeutronPort,
  requireUsableAddressing,
  type VifDetails,
  validateBinding,
  validateNetworkInfo,
  vifFromNetworkInfo,
  vifFromPort,
} from '../../src/entries/neutron.ts';
import { NETWORK, PORT_ID, port } from './ports.ts';

/** The port as `openstack port show -f json` writes it. */
function sdkPort(values: Partial<NeutronPort> = {}): NeutronPort {
  const renamed = Object.entries(port(values)).map(([name, value]) => [name.replace('binding:', 'binding_'), value]);
  return Object.fromEntries(renamed);
}

describe('a port with the names of openstacksdk', () => {
  test('becomes the same VIF', () => {
    expect(validateBinding(sdkPort())).toEqual([]);
    expect(vifFromPort(sdkPort(), { network: NETWORK })).toEqual(vifFromPort(port(), { network: NETWORK }));
  });

  test('keeps its names in the paths of violations', () => {
    const wrong = sdkPort({ 'binding:vif_type': 'vhostuser' });
    const path = '/binding_vif_details/vhostuser_socket';
    expect(validateBinding(wrong)).toEqual([{ path, message: 'missing, expected a string that is not empty' }]);
    expect(() => vifFromPort(wrong, { network: NETWORK })).toThrow(/\/binding_vif_details\/vhostuser_socket/);
  });

  test('has null for what it does not have', () => {
    const unbound = { ...sdkPort(), binding_vif_type: null, binding_vif_details: null, binding_profile: null };
    expect(validateBinding(unbound)).toEqual([
      { path: '/binding_vif_type', message: expect.stringMatching(/^missing; only an administrator/) },
    ]);
  });

  test('is administratively down by is_admin_state_up', () => {
    const { admin_state_up: _, ...rest } = sdkPort({ status: 'DOWN' });
    const vifOf = (isUp: boolean) => vifFromPort({ ...rest, is_admin_state_up: isUp }, { network: NETWORK });
    expect([vifOf(false).active, vifOf(true).active]).toEqual([true, false]);
  });

  test('is read by the check of addresses', () => {
    const unaddressed = sdkPort({ fixed_ips: [], ip_allocation: 'none' });
    expect(() => requireUsableAddressing(unaddressed)).not.toThrow();
  });

  test('is read by the names of the API where it has both', () => {
    const both = { ...port(), binding_vif_type: 'unbound' };
    expect(vifFromPort(both, { network: NETWORK }).type).toBe('VIFOpenVSwitch');
  });
});

describe('booleans of vif_details', () => {
  test.each([true, 1, 'true', 'True'])('%j is true', (word) => {
    const given = port({ 'binding:vif_details': details({ ovs_hybrid_plug: word, port_filter: word }) });
    expect(validateBinding(given)).toEqual([]);
    const vif = vifFromPort(given, { network: NETWORK });
    expect(vif).toBeInstanceOf(VIFBridge);
    expect(vif.hasTrafficFiltering).toBe(true);
  });

  test.each([false, 0, null])('%j is false', (word) => {
    const given = port({ 'binding:vif_details': details({ ovs_hybrid_plug: word, ovs_create_tap: word }) });
    const vif = vifFromPort(given, { network: NETWORK });
    expect(vif.toPlain()).toMatchObject({ type: 'VIFOpenVSwitch', port_profile: { create_tap: false } });
  });

  test.each(['False', 'false'])('%j, which nova reads as true, is refused with the reason', (word) => {
    const given = port({ 'binding:vif_details': details({ port_filter: word }) });
    expect(validateBinding(given)).toEqual([
      {
        path: '/binding:vif_details/port_filter',
        message: `expected true or false, found "${word}"; nova reads every word as true, so the value must be a boolean`,
      },
    ]);
  });

  test.each(['yes', '', 'TRUE', 2])('%j is refused', (word) => {
    expect(validateBinding(port({ 'binding:vif_details': details({ port_filter: word }) }))).toHaveLength(1);
  });
});

test.each(['0', '0.5'])('admin_state_up %j is no boolean', (word) => {
  expect(validateBinding({ ...port(), admin_state_up: word })).toMatchObject([{ path: '/admin_state_up' }]);
});

test.each([null, ''])('the vnic type %j means normal', (vnicType) => {
  for (const vifType of ['ovs', 'vrouter']) {
    const given = port({ 'binding:vif_type': vifType, 'binding:vnic_type': vnicType });
    expect(validateBinding(given)).toEqual([]);
    const normal = port({ 'binding:vif_type': vifType, 'binding:vnic_type': 'normal' });
    expect(vifFromPort(given, { network: NETWORK })).toEqual(vifFromPort(normal, { network: NETWORK }));
  }
});

test('digits may start with zeros', () => {
  const given = port({
    'binding:vif_type': 'hw_veb',
    'binding:vnic_type': 'direct',
    'binding:vif_details': { vlan: '007' },
    'binding:profile': { pci_slot: '0000:0a:00.1' },
  });
  expect(vifFromPort(given, { network: NETWORK }).network?.vlan).toBe(7);
});

test('an MTU may be digits', () => {
  expect(vifFromPort(port(), { network: { ...NETWORK, mtu: '9000' } }).network?.mtu).toBe(9000);
  expect(() => vifFromPort(port(), { network: { ...NETWORK, mtu: 'much' } })).toThrow(/mtu.*"much"/);
});

describe('an entry of network_info', () => {
  test('has no violation if it can be converted', () => {
    expect(validateNetworkInfo(entry())).toEqual([]);
  });

  test.each([
    ['an unknown type', entry({ type: 'osv' }), '/type'],
    ['a detail of another form', entry({ details: details({ port_filter: 'maybe' }) }), '/details/port_filter'],
    ['a network without id', entry({ network: JSON.parse('{}') }), '/network/id'],
    ['no address', without('address'), '/address'],
    ['what is no entry', [], ''],
  ])('with %s has a violation with its path', (_, given, path) => {
    expect(validateNetworkInfo(given)).toMatchObject([{ path }]);
  });

  test('may have words and digits where nova reads them', () => {
    const meta = { mtu: '1450', multi_host: 'True', should_create_bridge: 1, should_create_vlan: 'true', vlan: '007' };
    const words = { active: 'True', delegate_create: 1, preserve_on_delete: 'true' };
    const network = { id: NETWORK.id, bridge: 'br-int', subnets: [], meta };
    const vif = vifFromNetworkInfo(JSON.parse(JSON.stringify({ ...entry(), ...words, network })));
    expect(vif.toPlain()).toMatchObject({
      active: true,
      preserve_on_delete: true,
      port_profile: { create_port: true },
      network: { mtu: 1450, multi_host: true, should_provide_bridge: true, should_provide_vlan: true, vlan: 7 },
    });
  });
});

function without(name: string): unknown {
  return Object.fromEntries(Object.entries(entry()).filter(([key]) => key !== name));
}

function details(values: Readonly<Record<string, unknown>>): VifDetails {
  return JSON.parse(JSON.stringify(values));
}

function entry(values: Partial<NetworkInfoEntry> = {}): NetworkInfoEntry {
  return {
    id: PORT_ID,
    address: 'fa:16:3e:00:00:01',
    type: 'ovs',
    vnic_type: 'normal',
    details: {},
    profile: {},
    active: true,
    network: { id: NETWORK.id, bridge: 'br-int', subnets: [], meta: { mtu: 1450 } },
    ...values,
  };
}
