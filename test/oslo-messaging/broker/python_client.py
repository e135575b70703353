"""A client of oslo.messaging that reads a call from each line: python_client.py URL EXCHANGE TOPIC SERVER [quorum]

Primitives in the arguments become os-vif's objects. Each answer is a line, with `result` or `error`."""
import json
import logging
import sys

import oslo_messaging
import os_vif
from os_vif.objects import base
from oslo_config import cfg
from oslo_versionedobjects import base as versioned

logging.disable(logging.CRITICAL)
os_vif.objects.register_all()
url, exchange, topic, server, *flags = sys.argv[1:]


class Serializer(versioned.VersionedObjectSerializer):
    OBJ_BASE_CLASS = base.VersionedObject


cfg.CONF([])
oslo_messaging.set_transport_defaults(exchange)
modules = ["os_vif.exception", "oslo_versionedobjects.exception"]
transport = oslo_messaging.get_rpc_transport(cfg.CONF, url=url, allowed_remote_exmods=modules)
if "quorum" in flags:
    cfg.CONF.set_override("rabbit_quorum_queue", True, group="oslo_messaging_rabbit")
target = oslo_messaging.Target(topic=topic, server=server, version="1.0")
client = oslo_messaging.RPCClient(transport, target, serializer=Serializer(), timeout=20)
serializer = Serializer()


def answer(request):
    args = serializer.deserialize_entity(None, request["args"])
    prepared = client.prepare(**request.get("prepare", {}))
    send = getattr(prepared, request.get("verb", "call"))
    result = send(request.get("context", {}), request["method"], **args)
    classes = [type(value).__name__ for value in result] if isinstance(result, list) else type(result).__name__
    return {"result": serializer.serialize_entity(None, result), "classes": classes}


print("ready", flush=True)
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        bases = [each.__module__ + "." + each.__name__ for each in type(error).__mro__]
        reply = {"error": str(error).split("\n")[0], "bases": bases, "kwargs": getattr(error, "kwargs", None)}
    print(json.dumps(reply), flush=True)
