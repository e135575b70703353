/** The probe of the switch next to an uplink. The switch is a Linux bridge in the namespace of the test. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost, MemoryHost, OsVif, probeReflectiveRelay } from '../../../src/entries/host.ts';
import { interceptHost } from '../../../src/host-contract/intercept.ts';
import { makeSwitch } from '../../plugins/switch.ts';
import { attachTap } from '../frames.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

describe.skipIf(NETNS_UNAVAILABLE)('the switch next to an uplink', () => {
  test('reflects frames only while its port is in hairpin mode', async () => {
    const { host, hairpin, left } = await uplinkToSwitch();
    for (const on of [true, false, true]) {
      await hairpin(on);
      expect(await probeReflectiveRelay(host, 'eth0')).toBe(on);
      expect(await left()).toEqual([]);
    }
  });

  test('sees one frame of the probe, a broadcast of the local experimental EtherType', async () => {
    const { netns, host } = await uplinkToSwitch();
    const station = await attachTap(netns, 'probe');
    await probeReflectiveRelay(host, 'eth0', { timeout: 300 });
    expect(await station.takeAll()).toEqual([expect.stringMatching(/^os-vif reflective relay [-0-9a-f]{36}$/)]);
  });

  test('is probed beside guests, which stay, and by several probes at once', async () => {
    const { netns, host, hairpin, left } = await uplinkToSwitch();
    netns.run('ip', 'link', 'add', 'guest0', 'link', 'eth0', 'type', 'macvtap', 'mode', 'bridge');
    await hairpin(true);
    const probes = Array.from({ length: 4 }, () => probeReflectiveRelay(host, 'eth0'));
    expect(await Promise.all(probes)).toEqual([true, true, true, true]);
    expect(await left()).toEqual(['guest0']);
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('a probe that fails leaves nothing behind', () => {
  test('on an uplink that is down', async () => {
    const { netns, host, left } = await uplinkToSwitch();
    netns.run('ip', 'link', 'set', 'eth0', 'down');
    await expect(probeReflectiveRelay(host, 'eth0', { timeout: 100 })).rejects.toMatchObject({
      errno: 'ENETDOWN',
      message: expect.stringMatching(/eth0 is down or has no carrier.*set eth0 up/),
    });
    expect(await left()).toEqual([]);
  });

  test('on an uplink whose switch is off', async () => {
    const { netns, host, left } = await uplinkToSwitch();
    netns.run('ip', 'link', 'set', 'far0', 'down');
    await expect(probeReflectiveRelay(host, 'eth0', { timeout: 100 })).rejects.toMatchObject({ errno: 'ENETDOWN' });
    expect(await left()).toEqual([]);
  });

  test('on an uplink that does not exist', async () => {
    const { host } = await uplinkToSwitch();
    await expect(probeReflectiveRelay(host, 'eth9')).rejects.toMatchObject({ code: 'ERR_OSVIF_MISSING_LINK' });
  });

  test('on a port of a bridge', async () => {
    const { host, left } = await uplinkToSwitch();
    await expect(probeReflectiveRelay(host, 'far0')).rejects.toMatchObject({ errno: 'EBUSY' });
    expect(await left()).toEqual([]);
  });

  test.each(['sysctl.set', 'links.change'])('whose signal is aborted during %s', async (verb) => {
    const { host, left } = await uplinkToSwitch();
    const controller = new AbortController();
    const aborting = interceptHost(host, async ({ port, method }, proceed) => {
      if (`${port}.${method}` === verb) controller.abort(new Error('no more'));
      return proceed();
    });
    await expect(probeReflectiveRelay(aborting, 'eth0', controller)).rejects.toThrow('no more');
    expect(await left()).toEqual([]);
  });

  test('whose signal is aborted while it waits for the frame', async () => {
    const { netns, host, left } = await uplinkToSwitch();
    const station = await attachTap(netns, 'probe');
    const controller = new AbortController();
    const { signal } = controller;
    const probing = expect(probeReflectiveRelay(host, 'eth0', { signal, timeout: 60_000 })).rejects.toThrow('no more');
    while (!(await station.receives('os-vif reflective relay'))) expect(await left()).not.toEqual([]);
    controller.abort(new Error('no more'));
    await probing;
    expect(await left()).toEqual([]);
  });

  test.each([1, 2])('whose device number %i cannot be set up', async (nth) => {
    const { host, left } = await uplinkToSwitch();
    let count = 0;
    const failing = interceptHost(host, async ({ method }, proceed) => {
      if (method === 'change' && ++count === nth) throw new Error('refused');
      return proceed();
    });
    await expect(probeReflectiveRelay(failing, 'eth0')).rejects.toThrow('refused');
    expect(await left()).toEqual([]);
  });

  test('whose process is killed: garbage collection removes its devices', async () => {
    const { host, left } = await uplinkToSwitch();
    const killed = interceptHost(host, ({ method }, proceed) =>
      method === 'deleteAll' ? Promise.reject(new Error('killed')) : proceed(),
    );
    await expect(probeReflectiveRelay(killed, 'eth0', { timeout: 100 })).rejects.toThrow('killed');
    expect(await left()).toHaveLength(2);
    await using osVif = await OsVif.open({ host });
    await osVif.collectGarbage([]);
    expect(await left()).toEqual([]);
  });

  test('in memory, where no frame can be sent', async () => {
    const host = new MemoryHost();
    host.links.addNic({ name: 'eth0', up: true });
    await expect(probeReflectiveRelay(host, 'eth0')).rejects.toMatchObject({ errno: 'ENODEV' });
    expect((await host.links.list()).map(({ name }) => name)).toEqual(['lo', 'eth0']);
  });
});

test('wrong arguments are refused', async () => {
  const host = new MemoryHost();
  await expect(probeReflectiveRelay(host, 'eth0', { timeout: 0 })).rejects.toThrow(/timeout: expected an integer/);
  await expect(Reflect.apply(probeReflectiveRelay, undefined, [host, 7])).rejects.toThrow(/expected a string, found 7/);
  await expect(Reflect.apply(probeReflectiveRelay, undefined, [{}, 'eth0'])).rejects.toThrow(/a LinuxHost or a Remote/);
});

async function uplinkToSwitch() {
  const netns = await makeNetns();
  makeSwitch(netns);
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  const port = await host.links.get('far0');
  return {
    netns,
    host,
    hairpin: (on: boolean) => host.links.change(port?.index ?? 0, { port: { hairpin: on } }),
    /** The names of the devices on eth0. */
    left: async () => {
      const links = await host.links.list();
      const eth0 = links.find(({ name }) => name === 'eth0');
      return links.filter(({ kind, lower }) => kind === 'macvtap' && lower === eth0?.index).map(({ name }) => name);
    },
  };
}
