import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import { subscribeOperations } from '../src/host-contract/diagnostics/subscribe.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import type { Link, LinkSettings } from '../src/host-contract/links.ts';
import { VIFGeneric } from '../src/objects/vif.ts';
import { OsVif } from '../src/os-vif.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { instance, tapVif, VIF_ID } from './plugins/vifs.ts';
import { CASES, type Case, prepareHost } from './wiring/cases.ts';

const { plugin, vif } = caseNamed('hybrid');

/** What somebody does to the host, what check says of it, and how many changes mend it. */
const DRIFTS: [string, (host: Host) => Promise<void>, object[]][] = [
  [
    'a device deleted',
    async ({ links }) => links.delete((await present(links, 'tap0')).index),
    [{ element: 'tap tap0', type: 'missing', on: 'tap0' }],
  ],
  [
    'an MTU changed',
    set('tap0', { mtu: 1400 }),
    [{ element: 'tap tap0', type: 'differs', on: 'tap0', property: 'mtu', want: 1450, have: 1400 }],
  ],
  [
    'a device taken out of its bridge',
    set('tap0', { master: 0 }),
    [{ element: 'tap tap0', type: 'differs', on: 'tap0', property: 'master', want: 'qbr0', have: undefined }],
  ],
  [
    'a device set down',
    set('tap0', { up: false }),
    [{ element: 'tap tap0', type: 'differs', on: 'tap0', property: 'up', want: true, have: false }],
  ],
  [
    'hairpin off',
    set('spare0', { port: { hairpin: false } }),
    [{ element: 'port spare0', type: 'differs', on: 'spare0', property: 'port.hairpin', want: true, have: false }],
  ],
  [
    'a bridge that forgets nothing',
    set('qbr0', { bridge: { ageingTime: 300 } }),
    [{ element: 'bridge qbr0', type: 'differs', on: 'qbr0', property: 'bridge.ageingTime', want: 0, have: 300 }],
  ],
  [
    "a veth's other end set down",
    set('qvo0', { up: false }),
    [{ element: 'veth qvb0', type: 'differs', on: 'qvo0', property: 'up', want: true, have: false }],
  ],
  [
    'a sysctl changed',
    async ({ sysctl }) => sysctl.set('net/ipv4/conf/qbr0/arp_ignore', '0'),
    [
      {
        element: 'bridge qbr0',
        type: 'differs',
        on: 'qbr0',
        property: 'net/ipv4/conf/qbr0/arp_ignore',
        want: '1',
        have: '0',
      },
    ],
  ],
];

describe('in memory', () => checkSuite(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  checkSuite(openLinux);

  test.each(DRIFTS.slice(0, 5))(
    'after %s a plug sends one netlink request that changes something',
    async (_, spoil) => {
      const host = await openLinux();
      await prepareHost(host);
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      await osVif.plug(vif, instance());
      await spoil(host);
      const sent = await netlinkChanges(() => osVif.plug(vif, instance()));
      expect(sent).toHaveLength(1);
      expect(await netlinkChanges(() => osVif.plug(vif, instance()))).toEqual([]);
    },
  );
});

function checkSuite(open: () => Promise<Host>): void {
  test('before a plug everything is missing, after it nothing differs', async () => {
    const host = await open();
    await prepareHost(host);
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    expect(await osVif.plan(vif, instance())).toMatchObject([
      { element: 'bridge qbr0', on: 'qbr0', action: 'create' },
      { element: 'veth qvb0', on: 'qvb0', action: 'create' },
      { element: 'veth qvb0', on: 'qvo0', action: 'create' },
      { element: 'port spare0', on: 'spare0', action: 'change', property: 'master', to: 'qbr0' },
      { element: 'port spare0', on: 'spare0', action: 'change', property: 'up', from: false, to: true },
      { element: 'port spare0', on: 'spare0', action: 'change', property: 'port.hairpin', to: true },
      { element: 'tap tap0', on: 'tap0', action: 'create' },
    ]);
    await osVif.plug(vif, instance());
    expect(await osVif.check(vif, instance())).toEqual([]);
    expect(await osVif.plan(vif, instance())).toEqual([]);
  });

  test.each(DRIFTS)('check finds %s, and a plug mends exactly that', async (_, spoil, expected) => {
    const host = await open();
    await prepareHost(host);
    let changes = 0;
    const counting = interceptHost(host, async (call, proceed) => {
      if (call.changes) changes += 1;
      return proceed();
    });
    await using osVif = await OsVif.open({ host: counting, plugins: [plugin] });
    await osVif.plug(vif, instance());

    await spoil(host);
    expect(await osVif.check(vif, instance())).toEqual(expected);

    changes = 0;
    await osVif.plug(vif, instance());
    expect(changes).toBe(1);
    expect(await osVif.check(vif, instance())).toEqual([]);
  });

  test('check tells a device of others from ours, and a plan that the plug would be refused', async () => {
    const host = await open();
    await host.links.create({ kind: 'bridge', name: 'tapdc065497-3c' });
    await using osVif = await OsVif.open({ host });
    expect(await osVif.check(tapVif(), instance())).toMatchObject([
      { type: 'conflict', on: 'tapdc065497-3c', reason: expect.stringContaining('bridge') },
    ]);
    expect(await osVif.plan(tapVif(), instance())).toMatchObject([{ action: 'refuse', on: 'tapdc065497-3c' }]);
  });

  test('a plugin that can not check says so', async () => {
    const host = await open();
    const bare = { describe: () => plugin.describe(), plug: async () => {}, unplug: async () => {} };
    await using osVif = await OsVif.open({ host, plugins: [bare] });
    const generic = new VIFGeneric({ id: VIF_ID, plugin: 'hybrid', vifName: 'tap0' });
    await expect(osVif.check(generic, instance())).rejects.toMatchObject({ code: 'ERR_OSVIF_PLUGIN' });
    await expect(osVif.plan(generic, instance())).rejects.toMatchObject({ code: 'ERR_OSVIF_PLUGIN' });
  });
}

test('check asks for all elements of a VIF at the same time', async () => {
  const memory = new MemoryHost();
  await prepareHost(memory);
  let rounds = 0;
  let answers: Promise<void> | undefined;
  // The host answers all queries that have arrived in one round of the event loop.
  const host = interceptHost(memory, async (_, proceed) => {
    answers ??= setImmediate().then(() => {
      rounds += 1;
      answers = undefined;
    });
    await answers;
    return proceed();
  });
  await using osVif = await OsVif.open({ host, plugins: [plugin] });
  await osVif.plug(vif, instance());
  rounds = 0;
  expect(await osVif.check(vif, instance())).toEqual([]);
  expect(rounds).toBeLessThanOrEqual(3);
});

function caseNamed(name: string): Case {
  const found = CASES[name];
  if (found === undefined) throw new Error(`no case is named ${name}`);
  return found;
}

async function openLinux(): Promise<Host> {
  const host = await LinuxHost.open({ netns: (await makeNetns()).path });
  onTestFinished(() => host.close());
  return host;
}

function set(name: string, settings: LinkSettings): (host: Host) => Promise<void> {
  return async ({ links }) => links.change((await present(links, name)).index, settings);
}

async function present(links: Host['links'], name: string): Promise<Link> {
  const link = await links.get(name);
  if (link === undefined) throw new Error(`${name} is missing`);
  return link;
}

/** What was asked of the kernel meanwhile that changes something. */
async function netlinkChanges(action: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const unsubscribe = subscribeOperations(['os-vif:netlink'], {
    start: ({ what, changes }) => void (changes && sent.push(what)),
  });
  try {
    await action();
  } finally {
    unsubscribe();
  }
  return sent;
}
