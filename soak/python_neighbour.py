"""A Python os-vif beside the library: plugs and unplugs the VIFs that it is given, and answers each line of JSON with one.

os-vif works with its native OVSDB driver in this process alone: no privilege daemon stands between.
"""
import json
import logging
import sys
import tempfile

from oslo_config import cfg
import os_vif
from os_vif import objects
from vif_plug_ovs import privsep

logging.disable(logging.CRITICAL)
privsep.vif_plug.set_client_mode(False)
with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
    config.write(f'[os_vif_ovs]\novsdb_connection = {sys.argv[1]}\novsdb_interface = native\n')
    config.flush()
    cfg.CONF(['--config-file', config.name], project='os-vif-soak')
os_vif.initialize()

VERBS = {'plug': os_vif.plug, 'unplug': os_vif.unplug}

print('ready', flush=True)
for line in sys.stdin:
    request = json.loads(line)
    vif = objects.vif.VIFBase.obj_from_primitive(request['vif'])
    instance = objects.instance_info.InstanceInfo.obj_from_primitive(request['instance'])
    try:
        VERBS[request['verb']](vif, instance)
        print(json.dumps({}), flush=True)
    except Exception as error:  # a soak reports it, whatever it is
        print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)
