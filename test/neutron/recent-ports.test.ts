/** Ports with the attributes that Neutron and nova have in 2026. */
import { expect, test } from 'vitest';
import { toInterfaceXml } from '../../src/entries/libvirt.ts';
import { validateBinding, vifFromPort } from '../../src/entries/neutron.ts';
import { NETWORK, PORT_ID, port } from './ports.ts';

const OVN = {
  port_filter: true,
  connectivity: 'l2',
  bound_drivers: { '0': 'ovn' },
  bridge_name: 'br-int',
  datapath_type: 'system',
};

test('the function of a remote-managed port is passed through, and the plugin does nothing', () => {
  const given = port({
    'binding:vnic_type': 'remote-managed',
    'binding:vif_details': { ...OVN, ovs_create_tap: false },
    'binding:profile': {
      pci_slot: '0000:41:00.6',
      pci_vendor_info: '15b3:101e',
      physical_network: null,
      card_serial_number: 'SN-1',
      pf_mac_address: '02:00:00:00:00:01',
      vf_num: 3,
      capabilities: ['rx', 'rdma'],
    },
  });
  const vif = vifFromPort(given, { network: NETWORK });
  expect(vif.toPlain()).toMatchObject({
    type: 'VIFHostDevice',
    plugin: 'noop',
    dev_type: 'ethernet',
    dev_address: '0000:41:00.6',
  });
  expect(toInterfaceXml(vif, { virtType: 'kvm' })).toContain('<interface type="hostdev" managed="yes">');
});

test('a port whose TAP the plugin creates', () => {
  const vif = vifFromPort(port({ 'binding:vif_details': { ...OVN, ovs_create_tap: true } }), { network: NETWORK });
  expect(vif.toPlain()).toMatchObject({
    type: 'VIFOpenVSwitch',
    port_profile: { create_tap: true, create_port: true },
  });
  expect(toInterfaceXml(vif, { virtType: 'kvm' })).toContain('<target dev="tapdc065497-3c" managed="no"/>');
});

test('a port whose drivers are told for each level', () => {
  const bound_drivers = { '0': 'ovn', '1': 'sriovnicswitch' };
  expect(validateBinding(port({ 'binding:vif_details': { ...OVN, bound_drivers } }))).toEqual([]);
});

test('a port with every attribute that the API has: those that do not concern the VIF are ignored', () => {
  const others = {
    hardware_offload_type: '',
    trusted: true,
    pvlan_type: '',
    pvlan_community: '',
    numa_affinity_policy: null,
    hints: null,
    propagate_uplink_status: false,
    device_profile: null,
    qos_network_policy_id: null,
    tags: ['a,b'],
    resource_request: { request_groups: [], same_subtree: [] },
    trunk_details: { trunk_id: PORT_ID, sub_ports: [] },
  };
  const plain = port({ 'binding:vif_details': { ovs_hybrid_plug: null, port_filter: true } });
  const full = { ...plain, ...others, 'binding:profile': { trusted: true } };
  expect(validateBinding(full)).toEqual([]);
  expect(vifFromPort(full, { network: NETWORK })).toEqual(vifFromPort(plain, { network: NETWORK }));
});
