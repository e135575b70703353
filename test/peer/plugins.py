"""os-vif with its plugins on a real host: plugs and unplugs the VIFs that it is given, and answers each line of JSON with one.

Arguments: the connection of OVSDB, then options of [os_vif_ovs] such as `per_port_bridge=True`.
os-vif works with its native OVSDB driver in this process alone: no privilege daemon stands between.
"""
import json
import logging
import sys
import tempfile

from oslo_config import cfg
import os_vif
from os_vif import objects
from vif_plug_linux_bridge import privsep as linux_bridge_privsep
from vif_plug_ovs import privsep as ovs_privsep

logging.disable(logging.CRITICAL)
for privsep in ovs_privsep, linux_bridge_privsep:
    privsep.vif_plug.set_client_mode(False)
connection, *options = sys.argv[1:]
with tempfile.NamedTemporaryFile('w', suffix='.conf') as config, tempfile.TemporaryDirectory() as locks:
    section = '\n'.join(['[os_vif_ovs]', f'ovsdb_connection = {connection}', 'ovsdb_interface = native', *options])
    config.write(f'{section}\n[oslo_concurrency]\nlock_path = {locks}\n')
    config.flush()
    cfg.CONF(['--config-file', config.name], project='os-vif-test')
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
        except Exception as error:  # the caller reports it, whatever it is
            print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)
