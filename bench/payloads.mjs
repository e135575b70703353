// What Neutron and nova say of one port: what the benchmarks of validation and conversion read.

export const NETWORK = { id: 'b82c1929-051e-481d-8110-4669916c7915', name: 'private', mtu: 1450 };

export const SUBNETS = [
  {
    id: '6f0b0ff8-6d5c-4f47-a1ed-8c1d6e1ab5b3',
    cidr: '10.65.0.0/24',
    gateway_ip: '10.65.0.1',
    ip_version: 4,
    dns_nameservers: ['10.65.0.53'],
    host_routes: [{ destination: '192.0.2.0/24', nexthop: '10.65.0.254' }],
  },
];

export const PORT = {
  id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
  network_id: NETWORK.id,
  mac_address: 'fa:16:3e:4a:5b:6c',
  fixed_ips: [{ subnet_id: SUBNETS[0].id, ip_address: '10.65.0.7' }],
  'binding:vnic_type': 'normal',
  'binding:vif_type': 'ovs',
  'binding:vif_details': {
    port_filter: true,
    ovs_hybrid_plug: false,
    datapath_type: 'system',
    bridge_name: 'br-int',
    connectivity: 'l2',
  },
  'binding:profile': {},
};

/** An entry of nova's cache of network information. */
export const ENTRY = {
  id: PORT.id,
  address: PORT.mac_address,
  network: {
    id: NETWORK.id,
    bridge: 'br-int',
    label: NETWORK.name,
    subnets: [
      {
        cidr: '10.65.0.0/24',
        dns: [{ address: '10.65.0.53', type: 'dns', version: 4, meta: {} }],
        gateway: { address: '10.65.0.1', type: 'gateway', version: 4, meta: {} },
        ips: [{ address: '10.65.0.7', type: 'fixed', version: 4, meta: {}, floating_ips: [] }],
        routes: [],
        version: 4,
        meta: {},
      },
    ],
    meta: { injected: false, mtu: NETWORK.mtu },
  },
  type: 'ovs',
  details: { port_filter: true, ovs_hybrid_plug: false },
  devname: 'tapdc065497-3c',
  ovs_interfaceid: PORT.id,
  active: false,
  vnic_type: 'normal',
  profile: {},
  preserve_on_delete: false,
  delegate_create: true,
  meta: {},
};
