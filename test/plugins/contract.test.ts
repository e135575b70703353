import { describe } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { VIFVHostUser } from '../../src/objects/vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { NoopPlugin } from '../../src/plugins/noop-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { describeVIFPlugin } from '../../src/testing/describe-vif-plugin.ts';
import { makeSysfs } from '../host/fake-sysfs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { prepareHost } from '../wiring/cases.ts';
import { bridgeVif, directVif, tapVif, VIF_ID } from './vifs.ts';

describe('in memory', () => ownPlugins(memoryHost));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => ownPlugins(linuxHost));

function ownPlugins(host: () => Promise<Host>): void {
  describeVIFPlugin(new TapPlugin(), { vif: tapVif, host });
  describeVIFPlugin(new NoopPlugin(), {
    vif: () => new VIFVHostUser({ id: VIF_ID, plugin: 'noop', path: '/run/vhu0', mode: 'client' }),
    host,
  });
  describeVIFPlugin(new LinuxBridgePlugin(), { vif: bridgeVif, host });
  describeVIFPlugin(new MacvtapPlugin(), { vif: directVif, host });
  describe('with guests isolated', () =>
    describeVIFPlugin(new MacvtapPlugin({ isolateGuests: true }), { vif: () => directVif({ mode: 'bridge' }), host }));
  describe('with a device of its own', () =>
    describeVIFPlugin(new MacvtapPlugin(), { vif: () => directVif({ mode: 'passthrough' }), host }));
}

async function memoryHost(): Promise<Host> {
  const host = new MemoryHost();
  await prepareHost(host);
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  return host;
}

async function linuxHost(): Promise<Host> {
  const sysfsRoot = await makeSysfs({ address: '0000:03:00.0', interfaces: ['eth0'] });
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path, sysfsRoot });
  await prepareHost(host);
  return host;
}
