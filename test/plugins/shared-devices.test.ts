/** Garbage collection keeps the shared devices that valid VIFs use: by the wirings of their plugins, whatever the class of the VIF. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { HostPluginInfo, HostVIFInfo } from '../../src/objects/host-info.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { WiringPlugin } from '../../src/plugins/wiring-plugin.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { bridgeVif, directVif, instance, tapVif } from './vifs.ts';

/** A plugin of others, for VIFGeneric. */
class OtherPlugin extends WiringPlugin {
  readonly #wiring: () => Wiring;

  constructor(wiring: () => Wiring) {
    super();
    this.#wiring = wiring;
  }

  describe(): HostPluginInfo {
    const taken = new HostVIFInfo({ vifObjectName: 'VIFGeneric', minVersion: '1.0', maxVersion: '1.0' });
    return new HostPluginInfo({ pluginName: 'other', vifInfo: [taken] });
  }

  wire(): Wiring {
    return this.#wiring();
  }
}

const otherVif = () => tapVif({ plugin: 'other' });

async function open(plugins: readonly WiringPlugin[]) {
  const host = new MemoryHost();
  for (const name of ['eth0', 'ens1f0']) host.links.addNic({ name, up: true });
  host.pci.add('0000:03:00.0', { interfaces: ['ens1f0'] });
  return { host, osVif: await OsVif.open({ host, plugins }) };
}

async function expectKept(plugin: WiringPlugin, vif: VIFBase, shared: string) {
  const { host, osVif } = await open([plugin]);
  await osVif.plug(vif, instance());
  expect(await osVif.collectGarbage([vif])).toEqual([]);
  expect(await osVif.check(vif, instance())).toEqual([]);
  expect((await host.links.get(shared))?.alias).toBe('os-vif:shared');
}

describe('a shared device of a valid VIF stays', () => {
  test('read-D1: the bridge of a plugin of others', () =>
    expectKept(new OtherPlugin(() => [{ kind: 'bridge', name: 'br-other', shared: true }]), otherVif(), 'br-other'));

  test('the VLAN device of a plugin of others, under a name of its own', () => {
    const wiring: Wiring = [{ kind: 'vlan', name: 'eth0.7', id: 7, lower: 'eth0', shared: true }];
    return expectKept(new OtherPlugin(() => wiring), otherVif(), 'eth0.7');
  });

  test('the bridge of the network of a VIFBridge', () =>
    expectKept(new LinuxBridgePlugin(), bridgeVif(), bridgeVif().bridgeName ?? ''));

  test('the VLAN device of a VIFDirect', () =>
    expectKept(
      new MacvtapPlugin(),
      directVif({ mode: 'bridge', vlanName: 'vlan7', network: new Network({ vlan: 7 }) }),
      'vlan7',
    ));
});

describe('every shared device stays', () => {
  const wiring: Wiring = [{ kind: 'bridge', name: 'br-other', shared: true }];

  test('if the plugin of a valid VIF is not loaded', async () => {
    const { host, osVif } = await open([new OtherPlugin(() => wiring)]);
    await osVif.plug(otherVif(), instance());
    await using less = await OsVif.open({ host, plugins: [new LinuxBridgePlugin()] });
    expect(await less.collectGarbage([otherVif()])).toEqual([]);
    expect(await host.links.get('br-other')).toBeDefined();
  });

  test('if the wiring of a valid VIF is not known now', async () => {
    let isBroken = false;
    const plugin = new OtherPlugin(() => {
      if (isBroken) throw new Error('the NIC is gone');
      return wiring;
    });
    const { host, osVif } = await open([plugin]);
    await osVif.plug(otherVif(), instance());
    isBroken = true;
    expect(await osVif.collectGarbage([otherVif()])).toEqual([]);
    expect(await host.links.get('br-other')).toBeDefined();
    expect((await osVif.collectGarbage([])).map(({ name }) => name)).toEqual(['br-other']);
  });
});

describe('rel-R1: an object of another copy of the library', () => {
  beforeEach(() => void vi.resetModules());
  afterEach(() => void vi.resetModules());

  test('is refused by each call, and no device goes', async () => {
    const { host, osVif } = await open([new LinuxBridgePlugin()]);
    await osVif.plug(bridgeVif(), instance());
    const copy = await import('./vifs.ts');
    const other = copy.bridgeVif();
    expect(other).not.toBeInstanceOf(bridgeVif().constructor);
    const before = await host.links.list();
    const refusal = {
      code: 'ERR_OSVIF_NOT_A_VIF',
      message: expect.stringContaining('"VIFBridge" of another copy of os-vif'),
    };
    await expect(osVif.collectGarbage([other])).rejects.toMatchObject(refusal);
    await expect(osVif.plug(other, instance())).rejects.toMatchObject(refusal);
    await expect(osVif.unplug(other, instance())).rejects.toMatchObject(refusal);
    await expect(osVif.check(other, instance())).rejects.toMatchObject(refusal);
    expect(await host.links.list()).toEqual(before);
  });

  test.each([null, undefined, {}, 'vif', [], { plugin: 'linux_bridge' }])('so is %j', async (value) => {
    const { osVif } = await open([new LinuxBridgePlugin()]);
    const plug = async () => Reflect.apply(osVif.plug, osVif, [value, instance()]);
    await expect(plug()).rejects.toMatchObject({
      code: 'ERR_OSVIF_NOT_A_VIF',
      message: expect.stringContaining('expected a VIF such as VIFBridge'),
    });
  });
});
