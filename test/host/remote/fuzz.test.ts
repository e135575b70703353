/** Random hostile requests: the helper answers each of them, and devices of other owners stay as they are. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { VERB_BY_NAME } from '../../../src/host/remote/verbs.ts';
import { runs } from '../../property-runs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { HELLO, helperOf, type RawClient, rawClient } from './helper-host.ts';

/** Each run on the kernel starts several programs. */
const KERNEL_RUNS = 20;
const MEMORY_RUNS = 150;
/** Requests of one run, which are in progress at the same time. */
const REQUESTS = 20;

const run = promisify(execFile);

describe.skipIf(NETNS_UNAVAILABLE)('a helper on the kernel', () => {
  test('answers every request without a fault of its own, and leaves devices of other owners alone', async () => {
    const netns = await makeNetns();
    netns.run('sh', '-c', SETUP);
    const indexes = netns.links().map(({ ifindex }) => ifindex);
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const client = await greeted(await helperOf(host));
    const before = netns.run('sh', '-c', STATE);
    await fc.assert(
      fc.asyncProperty(requestsFor([...indexes, ...absentAfter(Math.max(...indexes))]), async (asked) => {
        // An administrator creates devices, whose indexes the client may ask for, while the helper works.
        const administrator = run('nsenter', [`--net=${netns.path}`, 'sh', '-c', ADMINISTRATOR]);
        await expectAnswers(client, asked);
        await administrator;
        expect(netns.run('sh', '-c', STATE)).toBe(before);
        const admin = netns.links().filter(({ ifname }) => ifname.startsWith('admin'));
        expect(admin.map(({ ifalias, master, mtu }) => ({ ifalias, master, mtu }))).toEqual([
          { mtu: 1400 },
          { mtu: 1400 },
        ]);
        netns.run('ip', 'link', 'del', 'admin0');
      }),
      { numRuns: KERNEL_RUNS, endOnFailure: true },
    );
  }, 60_000);
});

describe('a helper in memory', () => {
  test('leaves a device alone that takes an index at any moment', async () => {
    const requests = requestsFor([1, 2, 3, 4, 5, ...absentAfter(5)]);
    await fc.assert(
      fc.asyncProperty(requests, fc.infiniteStream(fc.nat(5)), async (asked, choices) => {
        const host: MemoryHost = new MemoryHost({ beforeChange: () => exchangeOne(host, choices.next().value) });
        const { links } = host;
        for (const name of ['eth0', 'br-host']) links.addNic({ name });
        for (const name of ['mine', 'mine2']) links.addNic({ name, alias: 'os-vif:mine', virtualFunctions: 1 });
        await expectAnswers(await greeted(await helperOf(host)), asked);
        const foreign = (await links.list()).filter(({ name }) => /^(lo|eth0|br-host|admin\d+)$/.test(name));
        expect(foreign.map(({ name }) => name)).toEqual(expect.arrayContaining(['lo', 'eth0', 'br-host']));
        for (const { alias, master, up, mtu, group, name } of foreign)
          expect([alias, master, up, mtu, group]).toEqual(['', 0, false, name === 'lo' ? 65536 : 1500, 0]);
      }),
      runs(MEMORY_RUNS),
    );
  }, 60_000);
});

/** Replaces a device of the client by one of an administrator, or does nothing. */
async function exchangeOne({ links }: MemoryHost, choice: number): Promise<void> {
  const own = (await links.list()).filter(({ alias }) => alias !== '');
  const link = own[choice];
  if (link !== undefined) links.replace(link.index, { name: `admin${link.index}`, kind: 'bridge' });
}

/** Indexes that no device has yet: the kernel counts up. */
function absentAfter(index: number): number[] {
  return [1, 2, 3, 4711].map((further) => index + further);
}

async function greeted(socket: string): Promise<RawClient> {
  const client = await rawClient(socket);
  client.send(HELLO);
  await client.next();
  return client;
}

async function expectAnswers(client: RawClient, asked: readonly { verb: string; args: unknown }[]): Promise<void> {
  client.send(...asked.map((request, id) => ({ id, ...request })));
  const answered = new Set<number | undefined>();
  for (let i = 0; i < asked.length; i++) {
    const { id, error } = (await client.next()) ?? {};
    answered.add(id);
    expect(error?.code ?? 'ERR_OSVIF_', JSON.stringify([asked[id ?? 0], error])).toMatch(/^ERR_OSVIF_(?!HELPER_FAULT)/);
  }
  expect(answered.size).toBe(asked.length);
}

function requestsFor(indexes: readonly number[]): fc.Arbitrary<{ verb: string; args: unknown }[]> {
  return fc.array(requestFor(indexes), { minLength: REQUESTS, maxLength: REQUESTS });
}

const ADMINISTRATOR = 'ip link add admin0 mtu 1400 type veth peer name admin1 mtu 1400';

/** Verbs that exist, with arguments of about their shape. */
function requestFor(indexes: readonly number[]): fc.Arbitrary<{ verb: string; args: unknown }> {
  const index = fc.constantFrom<unknown>(...indexes, 0, -1, 2 ** 31, 1.5, '1', null);
  const name = fc.constantFrom<unknown>(...NAMES);
  const value = fc.oneof(index, name, fc.boolean(), fc.constantFrom<unknown>({}, [], 68, 70_000, '1'));
  const inner = fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 4 });
  const settings = fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(value, inner, fc.array(inner, { maxLength: 2 })), {
    maxKeys: 5,
  });
  const device = fc
    .tuple(fc.oneof(fc.constant({}), settings), kindOfDevice(index), name)
    .map(([some, kind, device]) => ({
      alias: 'os-vif:fuzz',
      ...some,
      ...kind,
      name: device,
    }));
  const refusal = fc
    .tuple(name, fc.constantFrom('02:00:00:00:00:01', 'x'))
    .map(([device, mac]) => ({ device, mac, owner: 'fuzz' }));
  const guard = fc.record({
    device: name,
    hook: fc.constantFrom('ingress', 'egress'),
    mac: fc.constantFrom('02:00:00:00:00:01', 'x'),
    mode: fc.constantFrom('mac', 'mac-and-ip'),
    addresses: fc.subarray(['10.0.0.1', '::/0', 'x']),
    owner: fc.constantFrom('fuzz', 'other'),
    anyDevice: fc.boolean(),
  });
  const path = fc
    .tuple(name, fc.constantFrom('arp_ignore', 'forwarding', '../x'))
    .map(([device, key]) => `net/ipv4/conf/${device}/${key}`);
  const chain = name.map((device) => `os-vif-${device}`);
  const rules = fc.array(
    fc
      .tuple(name, name, fc.constantFrom('DROP', 'ACCEPT', 'LOG', 'FORWARD'))
      .map(([a, b, c]) => `-i ${a} -o ${b} -j ${c}`),
    { maxLength: 2 },
  );
  const likely: { [verb: string]: fc.Arbitrary<unknown[]> } = {
    'links.create': fc.tuple(device),
    'links.change': fc.tuple(
      index,
      fc.oneof(
        settings,
        fc.constantFrom<unknown>(
          ...[{ up: false }, { alias: 'os-vif:fuzz' }, { mtu: 1300 }, { master: indexes[0] }, { master: 0 }],
          ...[{ group: 0, alias: 'os-vif:fuzz' }, { group: 0, up: false }, { port: { hairpin: true } }],
        ),
      ),
    ),
    'links.delete': fc.tuple(index),
    'links.deleteAll': fc.tuple(fc.array(index, { maxLength: 4 })),
    'sysctl.set': fc.tuple(path, fc.constantFrom('1', '../x', 1)),
    'sysctl.get': fc.tuple(path),
    'filter.set': fc.tuple(chain, rules),
    'filter.delete': fc.tuple(chain),
    'ingress.create': fc.tuple(refusal),
    'ingress.delete': fc.tuple(refusal),
    'guards.set': fc.tuple(guard),
    'guards.delete': fc.tuple(guard.map(({ device, owner }) => ({ device, owner }))),
    'links.changeVirtualFunction': fc.tuple(index, index, settings),
    'links.changeEmbeddedSwitchMode': fc.tuple(index, fc.constantFrom('vepa', 'veb', 'pepa')),
    'addressing.move': fc.tuple(settings, index, index),
    'addressing.copy': fc.tuple(settings, index, index),
  };
  const anything = fc.array(fc.oneof(value, settings, device), { maxLength: 3 });
  return fc.constantFrom(...VERB_BY_NAME.keys()).chain((verb) =>
    fc.record({
      verb: fc.constant(verb),
      args: fc.oneof({ arbitrary: likely[verb] ?? anything, weight: 4 }, anything),
    }),
  );
}

function kindOfDevice(index: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.oneof(
    fc.constantFrom<Record<string, unknown>>(
      { kind: 'bridge' },
      { kind: 'tap' },
      { kind: 'veth', peer: { name: 'peer' } },
      { kind: 'veth', peer: { name: 'peer', alias: 'os-vif:fuzz' } },
    ),
    index.map((lower) => ({ kind: 'macvtap', lower, macvtap: { mode: 'passthru' } })),
    index.map((lower) => ({ kind: 'vlan', lower, vlan: { id: 7 } })),
  );
}

const NAMES = [
  ...[
    'eth0',
    'far0',
    'br-host',
    'lo',
    'all',
    'default',
    'mine',
    'new',
    'new2',
    '',
    '.',
    '..',
    '../..',
    'eth*',
    'eth+',
    '*',
    '+',
  ],
  ...[
    '-i',
    '!',
    '"',
    "'",
    ';',
    '#',
    '$(x)',
    '\\',
    'a b',
    'a\nb',
    'a\u0000b',
    '\ud800',
    'é',
    'x'.repeat(16),
    'eth%d',
    '__proto__',
    'constructor',
  ],
];
const KEYS = [
  ...[
    'mac',
    'mtu',
    'up',
    'promiscuous',
    'alias',
    'group',
    'master',
    'bridge',
    'macvtap',
    'port',
    'name',
    'kind',
    'lower',
    'vlan',
    'tap',
    'peer',
    'id',
  ],
  ...[
    'addresses',
    'routes',
    'address',
    'destination',
    'table',
    'ageingTime',
    'hairpin',
    'mode',
    'constructor',
    'toString',
    'netns',
  ],
];

/** Of devices that others made. */
const STATE = [
  // A rule between one of these and another is about the one.
  "OURS='mine|new2?|-i|\\$\\(x\\)|[#;é]|eth\\*|\\*|__proto__|constructor'",
  'for each in eth0 far0 br-host lo; do ip -d link show $each; ip -4 address show $each | grep -v valid_lft; done',
  'ip route show',
  'iptables-save | grep -E "eth0|far0|br-host|^-P" | grep -vE "^-A os-vif-.* -[io] ($OURS)( |$)"',
  'nft list ruleset netdev | grep -E "device .(eth0|far0|br-host|lo|[^ ]*[*]).( |$)"',
  'for each in all default eth0 far0 br-host lo; do grep . /proc/sys/net/ipv4/conf/$each/arp_ignore /proc/sys/net/ipv4/conf/$each/forwarding; done',
  'true',
].join('; ');

const SETUP = `
  ip link add eth0 type veth peer name far0
  ip address add 192.0.2.1/24 dev eth0
  ip link set eth0 up; ip link set far0 up; ip link set lo up
  ip link add br-host type bridge
  ip link add mine type bridge
  ip link set mine alias os-vif:somebody
`;
