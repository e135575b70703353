/** The check of many guarded VIFs reads all guards together. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { OsVif } from '../../src/os-vif.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { EVERYTHING, remoteOf } from '../host/remote/helper-host.ts';
import { vifId } from '../plugins/ovs/ovs-vifs.ts';
import { instance, tapVif } from '../plugins/vifs.ts';

test('a helper reads the guards of 100 VIFs in one request, and the first few alone', async () => {
  const memory = new MemoryHost();
  const { osVif, attachments, asked } = await plugged(100, (host) => remoteOf(host, { policy: EVERYTHING }), memory);
  expect(await osVif.checkAll(attachments)).toEqual(attachments.map(() => []));
  expect(asked.filter((method) => method === 'guards.states')).toHaveLength(1);
  expect(asked.length).toBeLessThan(20);
});

test('a missing guard, a changed guard and the guard of another VIF are found among many', async () => {
  const memory = new MemoryHost();
  const { osVif, attachments } = await plugged(30, async (host) => host, memory);
  await memory.guards.delete({ device: 'tap20', owner: vifId(20) });
  memory.guards.breakRules('tap21');
  await memory.guards.delete({ device: 'tap22', owner: vifId(22) });
  await memory.guards.set({
    ...{ device: 'tap22', hook: 'ingress', mac: 'fa:16:3e:00:00:01', mode: 'mac', addresses: [] },
    owner: vifId(40),
  });
  const drifts = await osVif.checkAll(attachments);
  expect(drifts.flat().map(({ type, on }) => `${type} ${on}`)).toEqual([
    'missing source guard of tap20',
    'differs source guard of tap21',
    'conflict source guard of tap22',
  ]);
  const alone = await Promise.all(attachments.map(({ vif }) => osVif.check(vif, instance())));
  expect(drifts).toEqual(alone);
});

test('guards are read one by one if a host cannot list their states', async () => {
  const memory = new MemoryHost();
  const refusing = async (host: Host) =>
    interceptHost(host, async ({ method }, proceed) => {
      if (method === 'states') throw new Error('the rules kept changing');
      return proceed();
    });
  const { osVif, attachments, asked } = await plugged(30, refusing, memory);
  expect(await osVif.checkAll(attachments)).toEqual(attachments.map(() => []));
  expect(asked.filter((method) => method === 'guards.get')).toHaveLength(30);
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('twice as many VIFs need no more requests', { timeout: 120_000 }, async () => {
    const { path } = await makeNetns();
    const linux = await LinuxHost.open({ netns: path });
    onTestFinished(() => linux.close());
    const { osVif, attachments } = await plugged(60, async (host) => host, linux);
    const half = await requestsOf(() => osVif.checkAll(attachments.slice(0, 30)));
    expect(await requestsOf(() => osVif.checkAll(attachments))).toEqual(half);
    expect(half.filter((what) => what === 'rules of source guards')).toHaveLength(1);
  });
});

/** Plugs guarded VIFs, and counts the requests that the given host gets later. */
async function plugged(count: number, hostOn: (host: Host) => Promise<Host>, host: Host) {
  const asked: string[] = [];
  const counted = interceptHost(host, async ({ port, method }, proceed) => {
    asked.push(`${port}.${method}`);
    return proceed();
  });
  const osVif = await OsVif.open({ host: await hostOn(counted), plugins: [new TapPlugin({ sourceGuard: 'mac' })] });
  onTestFinished(() => osVif.close());
  const attachments = Array.from({ length: count }, (_, i) => ({
    vif: tapVif({ id: vifId(i), vifName: `tap${i}` }),
    instance: instance(),
  }));
  await osVif.plugAll(attachments);
  asked.length = 0;
  return { osVif, attachments, asked };
}

/** The purposes of the netlink requests of a call, in alphabetical order. */
async function requestsOf(call: () => Promise<readonly (readonly unknown[])[]>): Promise<string[]> {
  const requests: string[] = [];
  const note = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && 'what' in message) requests.push(String(message.what));
  };
  subscribe('tracing:os-vif:netlink:start', note);
  try {
    expect((await call()).flat()).toEqual([]);
  } finally {
    unsubscribe('tracing:os-vif:netlink:start', note);
  }
  return requests.sort();
}
