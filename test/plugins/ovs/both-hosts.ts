/** The same test of Open vSwitch's plugin on the in-memory host and on a real ovsdb-server with a real kernel. */

import { describe } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';

export interface PluggedHost {
  readonly host: Host;
  plug(vif: VIFBase, options?: OvsPluginOptions): Promise<unknown>;
  unplug(vif: VIFBase, options?: OvsPluginOptions): Promise<unknown>;
  /** The drifts in short: `missing tap0`, `differs tap0 bridge`, `conflict tap0: reason`. */
  check(vif: VIFBase, options?: OvsPluginOptions): Promise<string[]>;
  /** What was removed: `ovs-port tap0`. */
  collect(...valid: VIFBase[]): Promise<string[]>;
  /** What another program does in the database. */
  edit(...edits: OvsdbEdit[]): Promise<void>;
  /** `port@bridge` of every port, without the local ports. */
  ports(): Promise<string[]>;
  /** The types of all QoS rows. */
  qos(): Promise<string[]>;
  devices(): Promise<string[]>;
}

export function onBothHosts(suite: (open: () => Promise<PluggedHost>) => void): void {
  describe('in memory', () => suite(async () => pluggedHost(new MemoryHost())));
  describe.skipIf(OVS_UNAVAILABLE)('on a real ovsdb-server', () =>
    suite(async () => pluggedHost((await openOvsHost({ withSwitch: false })).host)),
  );
}

export function pluggedHost(host: Host): PluggedHost {
  const open = (options: OvsPluginOptions = {}) =>
    OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'none', ...options })] });
  return {
    host,
    plug: async (vif, options) => (await open(options)).plug(vif, instance()),
    unplug: async (vif, options) => (await open(options)).unplug(vif, instance()),
    check: async (vif, options) =>
      (await (await open(options)).check(vif, instance()))
        // Without ovs-vswitchd no device is ever opened; in memory the hypervisor's device does not exist yet.
        .filter((drift) => drift.type !== 'differs' || drift.property !== 'error')
        .map((drift) => {
          if (drift.type === 'conflict') return `conflict ${drift.on}: ${drift.reason}`;
          return drift.type === 'differs' ? `differs ${drift.on} ${drift.property}` : `missing ${drift.on}`;
        }),
    collect: async (...valid) =>
      (await (await open()).collectGarbage(valid)).map(({ kind, name }) =>
        kind === 'ovs-qos' ? kind : `${kind} ${name}`,
      ),
    edit: async (...edits) => void (await host.ovsdb.change(() => edits)),
    ports: async () => {
      const view = await host.ovsdb.view();
      const all = [...view.bridges()].flatMap(({ name }) => [...view.ports(name)]);
      return all.flatMap(({ name, bridge }) => (name === bridge ? [] : [`${name}@${bridge}`])).sort();
    },
    qos: async () => [...(await host.ovsdb.view()).allQos()].map(({ type }) => type).sort(),
    devices: async () =>
      (await host.links.list())
        .map(({ name }) => name)
        .filter((name) => name !== 'lo')
        .sort(),
  };
}
