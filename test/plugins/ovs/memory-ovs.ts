/** Open vSwitch on the in-memory host, for tests of its plugin. */

import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsPort } from '../../../src/host-contract/ovsdb.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance, VIF_ID } from '../vifs.ts';

/** The external_ids of the interface of a port that os-vif adds. */
export const EXTERNAL_IDS = {
  'iface-id': VIF_ID,
  'iface-status': 'active',
  'attached-mac': 'fa:16:3e:4a:5b:6c',
  'vm-uuid': instance().uuid,
};

/** An in-memory host, the plugin with these options, and its calls for a VIF. */
export function given(options: OvsPluginOptions = {}) {
  const host = new MemoryHost();
  const plugin = new OvsPlugin(options);
  const context = { host };
  return {
    host,
    plugin,
    plug: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.plug(vif, instance(), context),
    unplug: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.unplug(vif, instance(), context),
    check: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.check(vif, instance(), context),
  };
}

/** The names of the ports of a bridge, sorted. */
export async function portsOf(host: MemoryHost, bridge = 'br-int'): Promise<string[]> {
  return [...(await host.ovsdb.view()).ports(bridge)].map(({ name }) => name).sort();
}

/** The port of this name. Throws when it is missing. */
export async function portOf(host: MemoryHost, name: string): Promise<OvsPort> {
  const port = (await host.ovsdb.view()).port(name);
  if (!port) throw new Error(`there is no port ${name}`);
  return port;
}

/** The names of the network devices, without lo. */
export async function links(host: MemoryHost): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name).filter((name) => name !== 'lo');
}
