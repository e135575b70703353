"""Prints, as JSON, what a user of Python's os_vif can call or catch."""

import inspect
import json

import os_vif
from os_vif import exception
from os_vif import objects
from os_vif import plugin

objects.register_all()

names = {name for name, thing in inspect.getmembers(os_vif, inspect.isfunction) if not name.startswith('_')}
for cls in (objects.vif.VIFBase, objects.subnet.SubnetList, objects.host_info.HostInfo,
            objects.host_info.HostPluginInfo, objects.host_info.HostVIFInfo):
    names |= {name for name in dir(cls) if not name.startswith('_') and name not in cls.fields}
names |= {name for name in dir(plugin.PluginBase) if not name.startswith('_')}
names |= {name for name, thing in inspect.getmembers(exception, inspect.isclass)
          if issubclass(thing, exception.ExceptionBase) and thing is not exception.ExceptionBase}
print(json.dumps(sorted(names)))
