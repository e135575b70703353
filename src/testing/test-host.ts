/** The hosts of the test suite for plugins. */

import { onTestFinished } from 'vitest';
import { MemoryHost } from '../host/memory/memory-host.ts';
import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';
import type { Link } from '../host-contract/links.ts';
import { isOwnedBy, ownerOf, SHARED_OWNER } from '../host-contract/ownership.ts';
import { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { OsVif } from '../os-vif.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { WiringPlugin } from '../plugins/wiring-plugin.ts';
import type { PluginExample } from './plugin-example.ts';

/** The id of a VIF that is never plugged. Devices with its tag are of this suite. */
export const ANOTHER_VIF = '00000000-0000-4000-8000-000000000000';

/** The host of the example. The caller closes it. */
async function openHost({ host = () => new MemoryHost() }: PluginExample): Promise<Host> {
  return host();
}

/** A host for one test. After the test, the host is restored and closed. */
export async function hostForTest(plugin: VIFPlugin, example: PluginExample): Promise<Host> {
  const host = await openHost(example);
  const before = await closedOnFailure(host, () => devices(host));
  onTestFinished(() => restore(host, plugin, example, before));
  return host;
}

/** The names of the devices that a plug creates. The host is then restored and closed. */
export async function devicesMadeBy(plugin: VIFPlugin, example: PluginExample): Promise<string[]> {
  const { vif, instance = new InstanceInfo() } = example;
  const host = await openHost(example);
  const before = await closedOnFailure(host, () => devices(host));
  try {
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(vif(), instance);
    return (await devicesOfSuite(host, plugin, example, before)).map(({ name }) => name);
  } finally {
    await restore(host, plugin, example, before);
  }
}

async function closedOnFailure<T>(host: Host, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    await host.close();
    throw error;
  }
}

/**
 * The devices of the VIF, and the shared devices of its wiring that were not there before. All other devices
 * belong to other users of the host.
 */
export async function devicesOfSuite(
  { links }: Host,
  plugin: VIFPlugin,
  { vif: makeVif, instance = new InstanceInfo() }: PluginExample,
  before: readonly Partial<Link>[],
): Promise<Link[]> {
  const vif = makeVif();
  const names = namesIn(plugin, vif, instance);
  const old = new Set(before.map(({ name }) => name));
  // Not every element has the name of a device, so the devices are not looked up by name.
  return (await links.list()).filter(
    (link) =>
      (vif.id !== undefined && isOwnedBy(link, vif.id)) ||
      (ownerOf(link) === SHARED_OWNER && names.has(link.name) && !old.has(link.name)),
  );
}

/** Removes the VIF and all other devices of the suite from the host, and closes the host. */
async function restore(
  host: Host,
  plugin: VIFPlugin,
  example: PluginExample,
  before: readonly Partial<Link>[],
): Promise<void> {
  try {
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.unplug(example.vif(), example.instance ?? new InstanceInfo());
    const shared = (await devicesOfSuite(host, plugin, example, before)).filter(
      (link) => ownerOf(link) === SHARED_OWNER,
    );
    const conflicts = (await host.links.list()).filter((link) => ownerOf(link) === ANOTHER_VIF);
    for (const { index } of [...shared, ...conflicts]) await host.links.delete(index);
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
