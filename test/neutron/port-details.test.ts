/** What the VIF of a port takes from the port, its binding, and what surrounds it. */
import { describe, expect, test } from 'vitest';
import { PortBindingError, UnusableAddressingError } from '../../src/entries/index.ts';
import {
  type NeutronPort,
  type PortContext,
  requireUsableAddressing,
  validateBinding,
  vifFromPort,
} from '../../src/entries/neutron.ts';
import { BINDINGS, NETWORK, PORT_ID, port } from './ports.ts';

function plainOf(values: Partial<NeutronPort>, surroundings: Partial<PortContext> = {}) {
  return vifFromPort(port(values), { network: NETWORK, ...surroundings }).toPlain();
}

describe('the device of a guest', () => {
  test('is the PCI function that the profile names, on the VLAN that the details name', () => {
    expect(plainOf({ 'binding:vif_type': 'hw_veb', ...BINDINGS.hw_veb })).toMatchObject({
      type: 'VIFHostDevice',
      dev_type: 'ethernet',
      dev_address: '0000:0a:00.1',
      network: { vlan: 100, should_provide_vlan: false },
    });
  });

  test('is a macvtap device on that function where the port asks for macvtap', () => {
    const binding = { ...BINDINGS.hw_veb, 'binding:vnic_type': 'macvtap' };
    expect(plainOf({ 'binding:vif_type': 'hw_veb', ...binding })).toMatchObject({
      type: 'VIFDirect',
      plugin: 'macvtap',
      mode: 'passthrough',
      dev_address: '0000:0a:00.1',
    });
  });

  test('has no VLAN of its own where the switch beyond it tags', () => {
    const plain = plainOf({ 'binding:vif_type': '802.1qbh', ...BINDINGS['802.1qbh'] });
    expect(plain).toMatchObject({ type: 'VIFDirect', plugin: 'noop', port_profile: { profile_id: 'MyPortProfile' } });
    expect(plain.network).not.toHaveProperty('vlan');
  });

  test('is a TAP where the port says no vnic type', () => {
    const { 'binding:vnic_type': _, ...unsaid } = port();
    expect(vifFromPort(unsaid, { network: NETWORK }).toPlain()).toMatchObject({ vif_name: 'tapdc065497-3c' });
  });
});

describe('the bridge of', () => {
  test.each([
    ["Netronome's Open vSwitch is that of Open vSwitch", 'agilio_ovs', {}, 'br-int'],
    ['vhost-user that nobody plugs is not there', 'vhostuser', { vhostuser_socket: '/s' }, undefined],
    ['a TAP is not there, whatever else the details say', 'tap', { vhostuser_ovs_plug: true }, undefined],
    ['a TAP is not there on the fast path either', 'tap', { vhostuser_fp_plug: true }, undefined],
  ])('%s', (_, vifType, details, bridge) => {
    const { network } = vifFromPort(port({ 'binding:vif_type': vifType, 'binding:vif_details': details }), {
      network: NETWORK,
    });
    expect(network?.bridge).toBe(bridge);
  });
});

describe('the network', () => {
  test('has no label where it has no name', () => {
    expect(plainOf({}, { network: { ...NETWORK, name: null } }).network).not.toHaveProperty('label');
  });

  test('is taken at its word where the port does not say which is its own', () => {
    const { network_id: _, ...unsaid } = port();
    expect(vifFromPort(unsaid, { network: NETWORK }).network?.id).toBe(NETWORK.id);
  });

  test('has no subnets for a port whose addresses are null', () => {
    expect(plainOf({ fixed_ips: null }).network).toMatchObject({ subnets: [] });
  });

  test('has each subnet once, with the addresses on it and the floating addresses of each', () => {
    const fixedIps = [
      { ip_address: '10.0.0.5', subnet_id: 'a' },
      { ip_address: '10.1.0.5', subnet_id: 'b' },
      { ip_address: '10.0.0.6', subnet_id: 'a' },
    ];
    const subnets = [
      { id: 'b', cidr: '10.1.0.0/24' },
      { id: 'a', cidr: '10.0.0.0/24' },
    ];
    const floatingIps = [
      { port_id: PORT_ID, fixed_ip_address: '10.0.0.6', floating_ip_address: '172.24.4.6' },
      { port_id: PORT_ID, fixed_ip_address: '10.1.0.5', floating_ip_address: '172.24.4.7' },
    ];
    const ip = (address: string, ...floating: string[]) => ({ type: 'FixedIP', address, floating_ips: floating });
    expect(plainOf({ fixed_ips: fixedIps }, { subnets, floatingIps }).network).toMatchObject({
      subnets: [
        { cidr: '10.0.0.0/24', ips: [ip('10.0.0.5'), ip('10.0.0.6', '172.24.4.6')] },
        { cidr: '10.1.0.0/24', ips: [ip('10.1.0.5', '172.24.4.7')] },
      ],
    });
  });
});

describe('what is refused is told', () => {
  test.each([null, undefined, 7])('of %j, which is no port', (given) => {
    const refused: NeutronPort = JSON.parse(JSON.stringify({ given })).given;
    const convert = () => vifFromPort(refused, { network: NETWORK });
    expect(convert).toThrow(PortBindingError);
    expect(convert).toThrow(expect.objectContaining({ portId: '' }));
  });

  test('of a port whose id is none', () => {
    const refused: NeutronPort = JSON.parse(JSON.stringify({ ...port(), id: 7 }));
    expect(() => vifFromPort(refused, { network: NETWORK })).toThrow(expect.objectContaining({ portId: '' }));
  });

  test.each([
    ['vhost_user', /^no VIF can be made of the vif type "vhost_user", did you mean vhostuser\? known are ovs, /],
    ['nonsense', /^no VIF can be made of the vif type "nonsense"; known are ovs, .* bound_drivers in/],
  ])('of a vif type that is not known: %s', (vifType, message) => {
    expect(validateBinding(port({ 'binding:vif_type': vifType }))).toEqual([
      { path: '/binding:vif_type', message: expect.stringMatching(message) },
    ]);
  });
});

describe('an unaddressed port that is not bound is to be bound first', () => {
  test.each([
    [undefined, 'missing'],
    ['unbound', 'unbound'],
    ['binding_failed', 'binding_failed'],
  ])('of vif type %s', (vifType, said) => {
    const { 'binding:vif_type': _, ...unsaid } = port({
      fixed_ips: [],
      ip_allocation: 'none',
      'binding:vif_details': {},
    });
    const unbound: NeutronPort = vifType === undefined ? unsaid : { ...unsaid, 'binding:vif_type': vifType };
    expect(() => requireUsableAddressing(unbound)).toThrow(UnusableAddressingError);
    expect(() => requireUsableAddressing(unbound)).toThrow(
      `its back-end is not known before it is bound (binding:vif_type is ${said}); bind it first, or give it an address`,
    );
  });

  test('and one whose back-end goes by addresses, by another mechanism driver', () => {
    const routed = port({ fixed_ips: [], ip_allocation: 'none', 'binding:vif_details': { connectivity: 'l3' } });
    expect(() => requireUsableAddressing(routed)).toThrow(
      'only "l2" forwards frames independently of addresses; bind it with a mechanism driver for "l2", or give it an address',
    );
  });
});

test.each([
  ['upper case', (id: string) => id.toUpperCase()],
  ['no dashes', (id: string) => id.replaceAll('-', '')],
])('ids with %s are the ids of the same port, network and subnet', (_, otherForm) => {
  const subnetId = '0b3f4a62-4c0e-4a4e-9d0a-0c6c2b1d9f11';
  const addresses = { fixed_ips: [{ ip_address: '10.0.0.5', subnet_id: subnetId }] };
  const floatingIps = [{ port_id: otherForm(PORT_ID), fixed_ip_address: '10.0.0.5', floating_ip_address: '192.0.2.9' }];
  const subnets = [{ id: otherForm(subnetId), cidr: '10.0.0.0/24' }];
  const { network, ...vif } = plainOf(
    { ...addresses, network_id: otherForm(NETWORK.id), id: PORT_ID },
    { subnets, floatingIps },
  );
  expect(network).toMatchObject({
    subnets: [{ cidr: '10.0.0.0/24', ips: [{ address: '10.0.0.5', floating_ips: ['192.0.2.9'] }] }],
  });
  expect(plainOf({ id: otherForm(PORT_ID) })).toMatchObject({
    vif_name: Reflect.get(vif, 'vif_name'),
    id: otherForm(PORT_ID),
  });
});
