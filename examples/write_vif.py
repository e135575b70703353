"""Writes tap-vif.json and instance.json beside this file: what a compute service hands over, in Python os-vif's own words."""
import json
import pathlib

import os_vif.objects

os_vif.objects.register_all()

from os_vif import objects  # noqa: E402  (the classes are there only after register_all)

subnet = objects.subnet.Subnet(
    cidr='10.65.0.0/24',
    gateway='10.65.0.1',
    dns=['10.65.0.53', '2001:db8::53'],
    dhcp_server='10.65.0.2',
    ips=objects.fixed_ip.FixedIPList(objects=[objects.fixed_ip.FixedIP(address='10.65.0.11', floating_ips=['203.0.113.7'])]),
    routes=objects.route.RouteList(objects=[
        objects.route.Route(cidr='192.168.0.0/16', gateway='10.65.0.254'),
        objects.route.Route(cidr='2001:db8:7::/48', gateway='2001:db8::fe'),
    ]),
)
network = objects.network.Network(
    id='b82c1929-051e-481d-8110-4669916c7915',
    bridge='br-int',
    label='tenant net',
    mtu=1450,
    vlan=100,
    bridge_interface='eth0',
    subnets=objects.subnet.SubnetList(objects=[subnet]),
)
tap = objects.vif.VIFGeneric(
    id='dc065497-3c8d-4f44-8fb4-e1d33c16a536',
    address='22:52:25:62:e2:aa',
    vif_name='tapdc065497-3c',
    plugin='tap',
    network=network,
    port_profile=objects.vif.VIFPortProfileFPTap(mac_address='00:61:fe:ed:ca:fe'),
    active=True,
    preserve_on_delete=False,
    has_traffic_filtering=True,
)
ovs = objects.vif.VIFOpenVSwitch(
    id='dc065497-3c8d-4f44-8fb4-e1d33c16a536',
    address='22:52:25:62:e2:aa',
    vif_name='tapdc065497-3c',
    bridge_name='br-int',
    plugin='ovs',
    network=network,
    port_profile=objects.vif.VIFPortProfileOpenVSwitch(
        interface_id='dc065497-3c8d-4f44-8fb4-e1d33c16a536',
        profile_id='fast',
        datapath_type='system',
        create_port=False,
        datapath_offload=objects.vif.DatapathOffloadRepresentor(
            representor_name='tapdc065497-3c', representor_address='0002:24:12.3'
        ),
    ),
    active=True,
    preserve_on_delete=False,
    has_traffic_filtering=True,
)
instance = objects.instance_info.InstanceInfo(
    uuid='2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d7e', name='instance-00000001', project_id='0c3fa29c4dd84f0d8e5ab2e6b2ab1d6f'
)

folder = pathlib.Path(__file__).parent
for name, thing in {'tap-vif': tap, 'ovs-vif': ovs, 'instance': instance}.items():
    (folder / f'{name}.json').write_text(json.dumps(thing.obj_to_primitive(), indent=2) + '\n')
