"""The other end of the wire: Python os-vif behind JSON lines. One request a line, one answer a line."""
import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import os_vif  # noqa: E402
from os_vif.objects import base as os_vif_base  # noqa: E402
from oslo_versionedobjects import base, fields, fixture  # noqa: E402

os_vif.initialize()
Base = os_vif_base.VersionedObject
registry = base.VersionedObjectRegistry.obj_classes()


def newest(name):
    return registry[name][0]


def objects(_):
    """What this peer knows: by name the version, the manifest of its tree, and the fingerprint."""
    checker = fixture.ObjectVersionChecker()
    known = {}
    for name, classes in registry.items():
        if classes[0].OBJ_PROJECT_NAMESPACE == "os_vif" and classes[0].__module__.startswith("os_vif."):
            known[name] = {
                "version": classes[0].VERSION,
                "manifest": base.obj_tree_get_versions(name),
                "fingerprint": checker._get_fingerprint(name),
                "fields": sorted(classes[0].fields),
            }
    return known


def read(primitive):
    """Reads with the class of the primitive, which has the right namespace, if it is declared."""
    known = registry.get(primitive.get("versioned_object.name"))
    return (known[0] if known else Base).obj_from_primitive(primitive)


def roundtrip(request):
    """Reads a primitive and writes it again."""
    return read(request["primitive"]).obj_to_primitive()


def backport(request):
    obj = read(request["primitive"])
    return obj.obj_to_primitive(target_version=request["target"], version_manifest=request["manifest"])


def text(request):
    """The text that arrived, as code points, and the text itself."""
    obj = Base.obj_from_primitive(request["primitive"])
    return {"points": [ord(c) for c in obj.name], "primitive": obj.obj_to_primitive()}


FIELDS = {
    "MACAddress": fields.MACAddressField,
    "PCIAddress": fields.PCIAddressField,
    "IPAddress": fields.IPAddressField,
    "IPv4Address": fields.IPV4AddressField,
    "IPv6Address": fields.IPV6AddressField,
    "IPNetwork": fields.IPNetworkField,
    "DateTime": fields.DateTimeField,
    "FlexibleBoolean": fields.FlexibleBooleanField,
    "IPV4AndV6Address": fields.IPV4AndV6AddressField,
    "IPV4Network": fields.IPV4NetworkField,
    "IPV6Network": fields.IPV6NetworkField,
    "SensitiveString": fields.SensitiveStringField,
    "VersionPredicate": fields.VersionPredicateField,
}


def coerce(request):
    """What a field makes of each value, null where it refuses."""
    field = FIELDS[request["field"]]()
    results = []
    for value in request["values"]:
        try:
            stored = field.coerce(None, "x", value)
            results.append(str(field.to_primitive(None, "x", stored)))
        except Exception:
            results.append(None)
    return results


def fingerprint(request):
    """The fingerprint of a class made of Python source, `fields` being oslo's."""
    scope = {"base": base, "fields": fields}
    exec(request["source"], scope)
    cls = scope["Sample"]
    return fixture.ObjectVersionChecker({"Sample": [cls]})._get_fingerprint("Sample")


def assign(request):
    """Whether the field `value` of an object takes each value, one after the other."""
    scope = {"base": base, "fields": fields}
    exec(request["source"], scope)
    base._make_class_properties(scope["Sample"])
    obj = scope["Sample"]()
    results = []
    for value in request["values"]:
        try:
            obj.value = value
            results.append(True)
        except Exception:
            results.append(False)
    return results


def declare(request):
    """Runs Python source that declares classes. Later requests find them in the registry."""
    exec(request["source"], {"base": base, "fields": fields})


def evaluate(request):
    """The value of a Python expression. It can use oslo's `base` and every declared class by its name."""
    scope = {name: classes[0] for name, classes in registry.items()}
    return eval(request["expression"], {"base": base, "fields": fields, **scope})


VERBS = {f.__name__: f for f in (objects, roundtrip, backport, text, coerce, fingerprint, assign, declare, evaluate)}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": VERBS[request["verb"]](request)}
    except Exception as error:
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(answer, default=sorted), flush=True)
