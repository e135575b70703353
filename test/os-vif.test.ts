import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import type { Link } from '../src/host-contract/links.ts';
import { Network } from '../src/objects/network.ts';
import { VIFPortProfileFPTap } from '../src/objects/port-profile.ts';
import { VIFBridge, VIFGeneric } from '../src/objects/vif.ts';
import { OsVif } from '../src/os-vif.ts';
import { TapPlugin } from '../src/plugins/tap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { instance, tapVif, VIF_ID } from './plugins/vifs.ts';

describe('on the model in memory', () => tapSuite(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  tapSuite(async () => {
    const host = await LinuxHost.open({ netns: (await makeNetns()).path });
    onTestFinished(() => host.close());
    return host;
  });

  test('the device is what ip shows: up, with MTU, MAC and alias, without master and address', async () => {
    const netns = await makeNetns();
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host });
    await osVif.plug(tapVif({ portProfile: new VIFPortProfileFPTap({ macAddress: '02:fe:00:00:00:01' }) }), instance());
    const [link, ...others] = netns.links();
    expect(others).toEqual([]);
    expect(link).toMatchObject({
      ifname: 'tapdc065497-3c',
      mtu: 1450,
      address: '02:fe:00:00:00:01',
      flags: expect.arrayContaining(['UP']),
      ifalias: `os-vif:${VIF_ID}`,
      group: 'default',
      linkinfo: {
        info_kind: 'tun',
        info_data: expect.objectContaining({ type: 'tap', persist: true, pi: false, multi_queue: false }),
      },
    });
    expect(link).not.toHaveProperty('master');
    expect(netns.run('ip', '-4', 'addr', 'show', 'dev', 'tapdc065497-3c')).not.toContain('inet ');
  });

  test('a name that a bridge has taken is an error, and the bridge stays as it was', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'tapdc065497-3c', 'type', 'bridge');
    const before = netns.links();
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host });
    await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      element: 'tap tapdc065497-3c',
      left: [],
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK', message: expect.stringContaining('kind bridge') },
    });
    await expect(osVif.unplug(tapVif(), instance())).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNPLUG',
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK' },
    });
    expect(netns.links()).toEqual(before);
  });

  test('a TAP of that name that others made is neither changed nor deleted', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'tuntap', 'add', 'tapdc065497-3c', 'mode', 'tap');
    const before = netns.links();
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host });
    await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK', message: expect.stringContaining('os-vif adopt') },
    });
    await expect(osVif.unplug(tapVif(), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK' },
    });
    expect(netns.links()).toEqual(before);
  });
});

/** What plugging a TAP means on any host. */
function tapSuite(open: () => Promise<Host>): void {
  test('a plug makes the TAP and an unplug removes it', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(tapVif(), instance());
    expect(await host.links.get('tapdc065497-3c')).toMatchObject({
      kind: 'tap',
      mtu: 1450,
      up: true,
      master: 0,
      alias: `os-vif:${VIF_ID}`,
    });
    await osVif.unplug(tapVif(), instance());
    expect(await names(host)).toEqual(['lo']);
  });

  test('a plug that repeats changes nothing, not even the index', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(tapVif(), instance());
    const before = await host.links.list();
    const quiet = withoutChanges(host);
    await using again = await OsVif.open({ host: quiet });
    await again.plug(tapVif(), instance());
    expect(await host.links.list()).toEqual(before);
  });

  test('an unplug that repeats, or that nothing was plugged for, is fine', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.unplug(tapVif(), instance());
    await osVif.plug(tapVif(), instance());
    await osVif.unplug(tapVif(), instance());
    await osVif.unplug(tapVif(), instance());
    expect(await names(host)).toEqual(['lo']);
  });

  test('a plug puts right what somebody changed, on the same device', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(tapVif(), instance());
    const before = await device(host);
    await host.links.change(before.index, { mtu: 1000, up: false });
    await osVif.plug(tapVif(), instance());
    expect(await device(host)).toEqual(before);
  });

  test('the MTU is the option where the network says nothing', async () => {
    const host = await open();
    await using osVif = await OsVif.open({
      host,
      plugins: [new TapPlugin({ networkDeviceMtu: 9000, multiQueue: true })],
    });
    await osVif.plug(tapVif({ network: null }), instance());
    expect(await device(host)).toMatchObject({ mtu: 9000, tap: { multiQueue: true } });
  });

  test('queues are for life: a plug that wants others says so', async () => {
    const host = await open();
    await using one = await OsVif.open({ host });
    await one.plug(tapVif(), instance());
    await using many = await OsVif.open({ host, plugins: [new TapPlugin({ multiQueue: true })] });
    await expect(many.plug(tapVif(), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_IMMUTABLE_LINK' },
    });
    expect(await device(host)).toMatchObject({ tap: { multiQueue: false } });
  });

  test('many calls for one VIF at once leave it as the last one wants it', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    const calls = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0 ? osVif.plug(tapVif(), instance()) : osVif.unplug(tapVif(), instance()),
    );
    await Promise.all([...calls, osVif.plug(tapVif(), instance())]);
    expect(await names(host)).toEqual(['lo', 'tapdc065497-3c']);
  });

  test.each(['', '.', '..', 'sixteen-bytes-ab', 'a/b', 'a b', 'a\0b'])(
    'the name %j is an error before anything is done',
    async (vifName) => {
      const host = await open();
      await using osVif = await OsVif.open({ host });
      await expect(osVif.plug(tapVif({ vifName }), instance())).rejects.toMatchObject({
        code: 'ERR_OSVIF_PLUG',
        cause: { code: 'ERR_OSVIF_LINK_VALUE' },
      });
      expect(await names(host)).toEqual(['lo']);
    },
  );

  test.each([67, 70000])('the MTU %i is an error before anything is done', async (mtu) => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    await expect(osVif.plug(tapVif({ network: new Network({ mtu }) }), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_LINK_VALUE', message: expect.stringContaining('MTU') },
    });
    expect(await names(host)).toEqual(['lo']);
  });

  test.each(['01:00:5e:00:00:01', '00:00:00:00:00:00'])(
    'the MAC address %s is an error before anything is done',
    async (macAddress) => {
      const host = await open();
      await using osVif = await OsVif.open({ host });
      const plug = osVif.plug(tapVif({ portProfile: new VIFPortProfileFPTap({ macAddress }) }), instance());
      await expect(plug).rejects.toMatchObject({
        cause: { code: 'ERR_OSVIF_LINK_VALUE', message: expect.stringContaining('MAC') },
      });
      expect(await names(host)).toEqual(['lo']);
    },
  );

  test('an MTU that only the kernel refuses leaves no device behind', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host, plugins: [new TapPlugin({ networkDeviceMtu: 65535 })] });
    await expect(osVif.plug(tapVif({ network: null }), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_NETLINK', errno: 'EINVAL', text: 'mtu greater than device maximum' },
    });
    expect(await names(host)).toEqual(['lo']);
  });

  test('a call that was aborted before it began does nothing', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    const signal = AbortSignal.abort();
    await expect(osVif.plug(tapVif(), instance(), { signal })).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      cause: { name: 'AbortError' },
    });
    expect(await names(host)).toEqual(['lo']);
  });
}

test('a VIF for a plugin that is not there names those that are', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  await expect(osVif.plug(tapVif({ plugin: 'nosuch' }), instance())).rejects.toMatchObject({
    code: 'ERR_OSVIF_NO_MATCHING_PLUGIN',
    message: 'no plugin is named "nosuch"; there are: linux_bridge, macvtap, noop, ovs, tap',
  });
});

test('a VIF of a class that the plugin does not take is an error', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  const vif = new VIFBridge({ id: VIF_ID, plugin: 'tap', vifName: 'tap0', bridgeName: 'br0' });
  await expect(osVif.plug(vif, instance())).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_UNSUPPORTED_VIF' } });
});

test('a VIF without a name says which field is missing', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  await expect(osVif.plug(new VIFGeneric({ id: VIF_ID, plugin: 'tap' }), instance())).rejects.toMatchObject({
    cause: { code: 'ERR_OSVIF_UNSET_FIELD' },
  });
});

test('host info lists the plugins by name, and on demand only those for some VIF types', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  expect(osVif.hostInfo().pluginInfo?.map(({ pluginName }) => pluginName)).toEqual([
    'linux_bridge',
    'macvtap',
    'noop',
    'ovs',
    'tap',
  ]);
  const [only, ...others] = osVif.hostInfo({ permittedVifTypes: ['VIFGeneric'] }).pluginInfo ?? [];
  expect(others).toEqual([]);
  expect(
    only?.vifInfo?.map(({ vifObjectName, minVersion, maxVersion }) => [vifObjectName, minVersion, maxVersion]),
  ).toEqual([['VIFGeneric', '1.0', '1.0']]);
});

async function names(host: Host): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name);
}

async function device(host: Host): Promise<Link> {
  const link = await host.links.get('tapdc065497-3c');
  if (link === undefined) throw new Error('the device is missing');
  return link;
}

/** The same host, on which every change is an error. */
function withoutChanges(host: Host): Host {
  return interceptHost(host, async ({ changes, method }, proceed) => {
    if (changes) throw new Error(`${method}: this was to change nothing`);
    return proceed();
  });
}
