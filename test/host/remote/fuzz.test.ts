/** Requests made up of what may hurt: whatever comes, the helper answers, and devices of others stay as they are. */

import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { VERB_BY_NAME } from '../../../src/host/remote/verbs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { HELLO, helperOf, rawClient } from './helper-host.ts';

/** Each starts several programs. */
const RUNS = 40;
/** Requests of one run, which are under way together. */
const REQUESTS = 20;

describe.skipIf(NETNS_UNAVAILABLE)('a helper', () => {
  test('answers whatever is asked, without a fault of its own, and leaves devices of others alone', async () => {
    const netns = await makeNetns();
    netns.run('sh', '-c', SETUP);
    const indexes = netns.links().map(({ ifindex }) => ifindex);
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const client = await rawClient(await helperOf(host));
    client.send(HELLO);
    await client.next();
    const before = netns.run('sh', '-c', STATE);
    const requests = fc.array(requestFor(indexes), { minLength: REQUESTS, maxLength: REQUESTS });
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        client.send(...asked.map((request, id) => ({ id, ...request })));
        const answered = new Set<number | undefined>();
        for (let i = 0; i < REQUESTS; i++) {
          const { id, error } = (await client.next()) ?? {};
          answered.add(id);
          expect(error?.code ?? 'ERR_OSVIF_', JSON.stringify([asked[id ?? 0], error])).toMatch(
            /^ERR_OSVIF_(?!HELPER_FAULT)/,
          );
        }
        expect(answered.size).toBe(REQUESTS);
        expect(netns.run('sh', '-c', STATE)).toBe(before);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 60_000);
});

/** Verbs as they are, with arguments of about their shape. */
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
  const path = fc
    .tuple(name, fc.constantFrom('arp_ignore', 'forwarding', '../x'))
    .map(([device, key]) => `net/ipv4/conf/${device}/${key}`);
  const chain = name.map((device) => `os-vif-${device}`);
  const rules = fc.array(
    fc.tuple(name, name).map(([a, b]) => `-i ${a} -o ${b} -j DROP`),
    { maxLength: 2 },
  );
  const likely: { [verb: string]: fc.Arbitrary<unknown[]> } = {
    'links.create': fc.tuple(device),
    'links.change': fc.tuple(
      index,
      fc.oneof(
        settings,
        fc.constantFrom({ up: false }, { alias: 'os-vif:fuzz' }, { mtu: 1400 }, { master: indexes[0] }),
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
    'links.changeVirtualFunction': fc.tuple(index, index, settings),
    'addressing.move': fc.tuple(settings, index, index),
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
