"""The same as tap.mjs by Python: os-vif has no plugin for a TAP alone, so pyroute2, its netlink library, makes and sets up the device."""
import resource

import os_vif
from os_vif import objects
from pyroute2 import IPRoute

os_vif.initialize()
network = objects.network.Network(id='b82c1929-051e-481d-8110-4669916c7915', mtu=1450)
vif = objects.vif.VIFGeneric(id='dc065497-3c8d-4f44-8fb4-e1d33c16a536', vif_name='tap0', network=network)
objects.instance_info.InstanceInfo(name='guest-1')
with IPRoute() as ip:
    ip.link('add', ifname=vif.vif_name, kind='tuntap', mode='tap')
    [index] = ip.link_lookup(ifname=vif.vif_name)
    ip.link('set', index=index, mtu=vif.network.mtu, state='up')
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
