/** Ports as Neutron's API shows them, for tests. */
import fc from 'fast-check';
import type { NeutronNetwork, NeutronPort } from '../../src/entries/neutron.ts';
import { VNIC_TYPES } from '../../src/entries/neutron.ts';

export const PORT_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
export const NETWORK: NeutronNetwork = { id: 'b82c1929-051e-481d-8110-4669916c7915', name: 'private', mtu: 1450 };

/** A bound port of Open vSwitch, with one address. */
export function port(values: Partial<NeutronPort> = {}): NeutronPort {
  return {
    id: PORT_ID,
    mac_address: 'fa:16:3e:4a:5b:6c',
    network_id: NETWORK.id,
    fixed_ips: [{ ip_address: '10.0.0.5', subnet_id: 'subnet-1' }],
    ip_allocation: 'immediate',
    admin_state_up: true,
    status: 'ACTIVE',
    'binding:host_id': 'compute-1',
    'binding:vif_type': 'ovs',
    'binding:vif_details': { port_filter: true, connectivity: 'l2' },
    'binding:vnic_type': 'normal',
    'binding:profile': {},
    ...values,
  };
}

/** Enough to bind each vif type. */
export const BINDINGS: Readonly<Record<string, Partial<NeutronPort>>> = {
  ovs: {},
  agilio_ovs: {},
  bridge: {},
  vhostuser: { 'binding:vif_details': { vhostuser_socket: '/run/vhu1' } },
  ivs: {},
  vrouter: {},
  tap: { 'binding:vif_details': { mac_address: '00:61:fe:ed:ca:fe' } },
  midonet: {},
  iovisor: {},
  macvtap: {
    'binding:vif_details': { macvtap_source: 'eth0.7', macvtap_mode: 'bridge', physical_interface: 'eth0', vlan: '7' },
  },
  hw_veb: {
    'binding:vnic_type': 'direct',
    'binding:vif_details': { vlan: 100 },
    'binding:profile': { pci_slot: '0000:0a:00.1' },
  },
  '802.1qbh': {
    'binding:vnic_type': 'macvtap',
    'binding:vif_details': { profileid: 'MyPortProfile' },
    'binding:profile': { pci_slot: '0000:0a:00.1' },
  },
  '802.1qbg': {
    'binding:vif_details': {
      physical_interface: 'eth0',
      managerid: '8',
      typeid: 4,
      typeidversion: '3',
      instanceid: '128ee3f5-473d-4855-8aa9-746638f9c638',
    },
  },
  hostdev_physical: { 'binding:vnic_type': 'direct-physical', 'binding:profile': { pci_slot: '0000:0a:00.0' } },
  ib_hostdev: { 'binding:vnic_type': 'direct', 'binding:profile': { pci_slot: '0000:0a:00.0' } },
};

/** Values of any form, those that some key takes among them. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    false,
    null,
    0,
    7,
    100,
    255,
    4094,
    4095,
    16777215,
    -1,
    1.5,
    '',
    '0',
    '007',
    '7',
    '300',
    '4094',
  ),
  fc.constantFrom<unknown>(
    'server',
    'client',
    'bridge',
    'vepa',
    'private',
    'eth0',
    '/run/vhu1',
    PORT_ID,
    'fa:16:3e:00:00:01',
  ),
  fc.constantFrom<unknown>('0000:0A:00.1', '0000:0a:20.1', 'a:b', [], {}, ['eth0'], 'system', 'x'.repeat(40)),
  fc.string(),
);

const DETAILS = [
  ...[
    'port_filter',
    'connectivity',
    'ovs_hybrid_plug',
    'ovs_create_tap',
    'datapath_type',
    'bridge_name',
    'vhostuser_socket',
  ],
  ...[
    'vhostuser_mode',
    'vhostuser_ovs_plug',
    'vhostuser_fp_plug',
    'vhostuser_vrouter_plug',
    'mac_address',
    'macvtap_source',
  ],
  ...[
    'macvtap_mode',
    'physical_interface',
    'vlan',
    'profileid',
    'managerid',
    'typeid',
    'typeidversion',
    'instanceid',
    'backend',
  ],
];

/** What each key may well be, so that many ports are valid. */
const GOOD_DETAILS = {
  port_filter: fc.boolean(),
  ovs_hybrid_plug: fc.boolean(),
  ovs_create_tap: fc.boolean(),
  datapath_type: fc.constantFrom('system', 'netdev', null),
  bridge_name: fc.constantFrom('br-other', null),
  vhostuser_socket: fc.constant('/run/vhu1'),
  vhostuser_mode: fc.constantFrom('server', 'client'),
  vhostuser_ovs_plug: fc.boolean(),
  vhostuser_fp_plug: fc.boolean(),
  vhostuser_vrouter_plug: fc.constantFrom(true, false, null),
  mac_address: fc.constantFrom('00:61:fe:ed:ca:fe', null),
  macvtap_source: fc.constantFrom('eth0', 'eth0.7'),
  macvtap_mode: fc.constantFrom('vepa', 'bridge', 'passthrough', 'private'),
  physical_interface: fc.constant('eth0'),
  vlan: fc.constantFrom(0, 7, '4094'),
  profileid: fc.string({ maxLength: 39 }),
  managerid: fc.constantFrom(0, 255, '11'),
  typeid: fc.constantFrom(16777215, '1193047', '0'),
  typeidversion: fc.constantFrom(2, '255'),
  instanceid: fc.uuid(),
} as const;

/** Ports that are near to valid ones: some are, others miss something, have something wrong, or are of no use at all. */
export const arbitraryPort: fc.Arbitrary<NeutronPort> = fc
  .record({
    vifType: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...Object.keys(BINDINGS)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('unbound', 'binding_failed', 'distributed', 'dvs', 'nonsense', '__proto__'),
      },
    ),
    vnicType: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom<unknown>(undefined, ...VNIC_TYPES) },
      { weight: 1, arbitrary: anything },
    ),
    details: fc.record(GOOD_DETAILS, { requiredKeys: [] }),
    wrongDetails: fc.dictionary(fc.constantFrom(...DETAILS), anything, { maxKeys: 1, depthIdentifier: 'wrong' }),
    profile: fc.option(
      fc.record({ pci_slot: fc.oneof(fc.constant<unknown>('0000:0a:00.1'), anything) }, { requiredKeys: [] }),
    ),
    others: fc.record(
      {
        mac_address: fc.oneof(
          { weight: 9, arbitrary: fc.constant<unknown>('fa:16:3e:4a:5b:6c') },
          { weight: 1, arbitrary: anything },
        ),
        fixed_ips: fc.constantFrom<unknown>(
          [],
          null,
          [{ ip_address: '10.0.0.5', subnet_id: 's' }],
          [{ ip_address: '010.0.0.5' }],
        ),
        status: fc.constantFrom('ACTIVE', 'DOWN'),
        admin_state_up: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    isWhole: fc.boolean(),
  })
  .map(({ vifType, vnicType, details, wrongDetails, profile, others, isWhole }) => {
    const whole = isWhole ? BINDINGS[vifType] : {};
    const values: Record<string, unknown> = {
      ...port({ 'binding:vif_type': vifType, 'binding:vnic_type': 'normal', ...whole }),
      ...others,
      'binding:vif_details': { ...details, ...whole?.['binding:vif_details'], ...wrongDetails },
      'binding:profile': isWhole ? whole?.['binding:profile'] : profile,
      ...(vnicType !== undefined && { 'binding:vnic_type': vnicType }),
    };
    return JSON.parse(JSON.stringify(values));
  });
