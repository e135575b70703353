"""The Python side of groups/codec.mjs: times os-vif's own codec on each VIF that it is given, and prints seconds per call as JSON."""
import json
import sys
import time

import os_vif.objects

os_vif.objects.register_all()
from oslo_versionedobjects import base  # noqa: E402

VersionedObject = os_vif.objects.base.VersionedObject


def operations_on(text):
    primitive = json.loads(text)
    vif = VersionedObject.obj_from_primitive(primitive)
    manifest = {name: '1.0' for name in base.obj_tree_get_versions(vif.obj_name())}
    return {
        'toPrimitive': lambda: vif.obj_to_primitive(),
        'fromPrimitive': lambda: VersionedObject.obj_from_primitive(primitive),
        'backport': lambda: vif.obj_to_primitive(target_version='1.0', version_manifest=manifest),
        'bytes to object': lambda: VersionedObject.obj_from_primitive(json.loads(text)),
        'object to bytes': lambda: json.dumps(vif.obj_to_primitive()),
    }


for line in sys.stdin:  # one round a line
    seconds = {}
    for name, operation in operations_on(json.loads(line)).items():
        count = 0
        start = time.perf_counter()
        while time.perf_counter() - start < 0.1:
            operation()
            count += 1
        seconds[name] = (time.perf_counter() - start) / count
    print(json.dumps(seconds), flush=True)
