/** Ports of Neutron for the tests of examples/compute-agent. */

const NETWORK_ID = 'b82c1929-051e-481d-8110-4669916c7915';
export const PORT_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

/** The body of a PUT for a port of this number. */
export function portRequest(vifType: 'tap' | 'bridge' | 'ovs' | 'macvtap', { id = PORT_ID, details = {} } = {}) {
  return {
    port: {
      id,
      network_id: NETWORK_ID,
      mac_address: 'fa:16:3e:4a:5b:6c',
      fixed_ips: [],
      'binding:vif_type': vifType,
      'binding:vif_details': { ...DETAILS[vifType], ...details },
    },
    network: { id: NETWORK_ID, name: 'private', mtu: 1450 },
    instance: { uuid: '14a1b5b2-7a3f-4b5e-8f1d-2f5c5b1a9f0e', name: 'guest-1' },
  };
}

const DETAILS = {
  tap: { mac_address: 'ee:ee:ee:ee:ee:ee' },
  bridge: {},
  ovs: { ovs_create_tap: true, datapath_type: 'netdev' },
  macvtap: { macvtap_source: 'eth0', macvtap_mode: 'vepa', physical_interface: 'eth0' },
};

/** The id of a further port. */
export function portId(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
}
