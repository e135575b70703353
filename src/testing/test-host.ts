/** The hosts of the test suite for plugins. */

import { onTestFinished } from 'vitest';
import { MemoryHost } from '../host/memory/memory-host.ts';
import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';
import type { Link } from '../host-contract/links.ts';
import { ownerOf, SHARED_OWNER } from '../host-contract/ownership.ts';
import { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { OsVif } from '../os-vif.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { WiringPlugin } from '../plugins/wiring-plugin.ts';
import type { PluginExample } from './plugin-example.ts';

/** The id of a VIF that is never plugged. */
export const ANOTHER_VIF = '00000000-0000-4000-8000-000000000000';

/** The host of the example. The caller closes it. */
export async function openHost({ host = () => new MemoryHost() }: PluginExample): Promise<Host> {
  return host();
}

/** A host for one test. After the test, the host is restored and closed. */
export async function hostForTest(plugin: VIFPlugin, example: PluginExample): Promise<Host> {
  const host = await openHost(example);
  const before = await devices(host);
  onTestFinished(() => restore(host, plugin, example, before));
  return host;
}

/** Removes the VIF and all other devices of the suite from the host, and closes the host. */
export async function restore(
  host: Host,
  plugin: VIFPlugin,
  { vif, instance = new InstanceInfo() }: PluginExample,
  before: readonly Partial<Link>[],
): Promise<void> {
  try {
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.unplug(vif(), instance);
    const names = namesIn(plugin, vif(), instance);
    // Not every element has the name of a device, so the devices are not looked up by name.
    for (const link of await host.links.list()) {
      const isOfSuite = names.has(link.name) && !before.some(({ name }) => name === link.name);
      const owner = ownerOf(link);
      if (isOfSuite && (owner === SHARED_OWNER || owner === ANOTHER_VIF)) await host.links.delete(link.index);
    }
  } finally {
    await host.close();
  }
}

/** The names of the elements that the plugin describes. */
function namesIn(plugin: VIFPlugin, vif: VIFBase, instance: InstanceInfo): Set<string> {
  if (!(plugin instanceof WiringPlugin)) return new Set();
  return new Set(plugin.wire(vif, instance).flatMap((element) => ('name' in element ? element.name : [])));
}

/** The same host, with a list of the calls that changed it. */
export function counting(host: Host): { host: Host; changes: string[] } {
  const changes: string[] = [];
  const counted = interceptHost(host, async ({ port, method, changes: isChange }, proceed) => {
    const result = await proceed();
    // A transaction of Open vSwitch's database without edits is not a change.
    if (isChange && !(Array.isArray(result) && result.length === 0)) changes.push(`${port}.${method}`);
    return result;
  });
  return { host: counted, changes };
}

/**
 * The same host, but the change with number `step` fails.
 * `failed` resolves to whether the call reached this change.
 */
export function failingAt(
  step: number,
  host: Host,
): { host: Host; failed: (call: Promise<unknown>) => Promise<boolean> } {
  let changes = 0;
  const failing = interceptHost(host, async (call, proceed) => {
    if (call.changes && changes++ === step) throw new Error(`${call.port}.${call.method} fails in this test`);
    return proceed();
  });
  const failed = async (call: Promise<unknown>) => {
    await call.catch(() => {});
    return changes > step;
  };
  return { host: failing, failed };
}

/** All devices. Bridges have no `mac` here, because the kernel derives it from their ports. */
export async function devices({ links }: Host): Promise<Partial<Link>[]> {
  return (await links.list()).map(({ mac, ...link }) => (link.kind === 'bridge' ? link : { ...link, mac }));
}
