"""A server of oslo.messaging with os-vif's objects: python_server.py URL EXCHANGE TOPIC SERVER [quorum] [conductor]

With `conductor`, objects that are too new are backported by the server of that name on the topic."""
import logging
import sys
import time

import oslo_messaging
import os_vif
from os_vif import exception
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
transport = oslo_messaging.get_rpc_transport(cfg.CONF, url=url, allowed_remote_exmods=["os_vif.exception"])
if "quorum" in flags:
    cfg.CONF.set_override("rabbit_quorum_queue", True, group="oslo_messaging_rabbit")

if "conductor" in flags:
    target = oslo_messaging.Target(topic=topic, server="conductor", version="1.0")
    conductor = oslo_messaging.RPCClient(transport, target, serializer=Serializer(), timeout=20)

    class Indirection(versioned.VersionedObjectIndirectionAPI):
        def object_backport_versions(self, context, objinst, object_versions):
            return conductor.call(context, "object_backport_versions", objinst=objinst, object_versions=object_versions)

    base.VersionedObject.indirection_api = Indirection()


class Endpoint:
    target = oslo_messaging.Target(version="1.1")

    def echo(self, context, value):
        return value

    def context_of(self, context):
        return context

    def profile_of(self, context, vif):
        profile = vif.port_profile
        kept = [name for name in sorted(profile.fields) if profile.obj_attr_is_set(name)]
        return [type(vif).__name__, profile.VERSION, kept]

    def fail(self, context, vif):
        raise exception.PlugException(vif=vif.id, err="no such bridge")

    def slow(self, context, seconds):
        time.sleep(seconds)
        return "done"


target = oslo_messaging.Target(topic=topic, server=server)
rpc = oslo_messaging.get_rpc_server(transport, target, [Endpoint()], executor="threading", serializer=Serializer())
rpc.start()
print("ready", flush=True)
sys.stdin.read()
