"""The Python side of groups/plug.mjs and groups/many.mjs: plugs and unplugs the VIFs that it is given, and prints the seconds that each call took.

os-vif with its native OVSDB driver, in this process alone: no privilege daemon stands between.
"""
import json
import logging
import socket
import sys
import tempfile
import time

from oslo_config import cfg
import os_vif
from os_vif import objects
import pyroute2
from vif_plug_ovs import privsep

logging.disable(logging.CRITICAL)
privsep.vif_plug.set_client_mode(False)
with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
    config.write(f'[os_vif_ovs]\novsdb_connection = {sys.argv[1]}\novsdb_interface = native\n')
    config.flush()
    cfg.CONF(['--config-file', config.name], project='os-vif-bench')
os_vif.initialize()

links = pyroute2.IPRoute()


def plug_with_tap(vif, instance):
    """What later versions do for create_tap: the TAP, its address, MTU and state, then the port."""
    links.link('add', ifname=vif.vif_name, kind='tuntap', mode='tap')
    index = socket.if_nametoindex(vif.vif_name)
    links.link('set', index=index, address=vif.address, mtu=vif.network.mtu, state='up')
    os_vif.plug(vif, instance)


VERBS = {
    'plug': os_vif.plug,
    'unplug': os_vif.unplug,
    'plug with tap': plug_with_tap,
}

for line in sys.stdin:
    request = json.loads(line)
    vif = objects.vif.VIFBase.obj_from_primitive(request['vif'])
    instance = objects.instance_info.InstanceInfo.obj_from_primitive(request['instance'])
    start = time.perf_counter()
    VERBS[request['verb']](vif, instance)
    print(json.dumps(time.perf_counter() - start), flush=True)
