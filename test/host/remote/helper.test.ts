import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { InstanceInfo } from '../../../src/objects/instance-info.ts';
import { VIFGeneric } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { type AtEnd, forAllTests } from '../for-all-tests.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';
import { EVERYTHING, HELLO, helperOf, rawClient, remoteOf } from './helper-host.ts';

const OURS = { kind: 'tap', name: 'tap0', alias: 'os-vif:dc065497-3c8d-4f44-8fb4-e1d33c16a536' };

describe.skipIf(NETNS_UNAVAILABLE)('a helper that is attacked', () => {
  const host = forAllTests(attacked);

  test.each<[string, string, unknown[]]>([
    ['makes no device without an owner', 'links.create', [{ kind: 'tap', name: 'x' }]],
    ['makes no device with half an owner', 'links.create', [{ kind: 'tap', name: 'x', alias: 'os-vif:' }]],
    ['makes no veth with a nameless end', 'links.create', [{ ...OURS, kind: 'veth', peer: { name: 'y', alias: 'z' } }]],
    [
      'puts nothing on devices of others',
      'links.create',
      [{ ...OURS, kind: 'macvtap', lower: 'eth0', macvtap: { mode: 'passthru' } }],
    ],
    ['puts no VLAN on devices of others', 'links.create', [{ ...OURS, kind: 'vlan', lower: 'eth0', vlan: { id: 5 } }]],
    ['makes no ports of bridges of others', 'links.create', [{ ...OURS, master: 'br-host' }]],
    ['makes no device with a path for its name', 'links.create', [{ ...OURS, name: '../../etc' }]],
    ['makes no device that stands for all', 'links.create', [{ ...OURS, name: 'all' }]],
    ['makes no device with what it does not know', 'links.create', [{ ...OURS, netns: '/proc/1/ns/net' }]],
    ['makes no device of a kind it does not know', 'links.create', [{ ...OURS, kind: 'wireguard' }]],
    ['sets no device of others down', 'links.change', ['eth0', { up: false }]],
    ['does not take over a device of others', 'links.change', ['eth0', { alias: OURS.alias }]],
    ['does not take over a device that it may use', 'links.change', ['eth1', { alias: OURS.alias }]],
    ['does not put a device that it may use into our group', 'links.change', ['eth1', { group: 0x4f000001 }]],
    ['gives a device that it may use no other address', 'links.change', ['eth1', { mac: '02:00:00:00:00:66' }]],
    ['takes no device that it may use into a bridge of others', 'links.change', ['eth1', { master: 'br-host' }]],
    ['does not disown a device', 'links.change', ['mine', { alias: '' }]],
    ['deletes no device of others', 'links.delete', ['eth0']],
    ['deletes no device that it may use', 'links.delete', ['eth1']],
    ['deletes nothing when one of many is of others', 'links.deleteAll', [['mine', 'br-host']]],
    ['sets up no virtual functions of others', 'links.changeVirtualFunction', ['eth0', 0, { vlan: 5 }]],
    ['sets no embedded switch of others', 'links.changeEmbeddedSwitchMode', ['eth0', 'vepa']],
    ['reads no file outside', 'sysctl.get', ['net/ipv4/conf/../../../kernel/hostname']],
    ['reads no file by dots', 'sysctl.get', ['net/ipv4/conf/../arp_ignore']],
    ['writes no sysctl of others', 'sysctl.set', ['net/ipv4/conf/eth0/arp_ignore', '1']],
    ['writes no sysctl of all', 'sysctl.set', ['net/ipv4/conf/all/arp_ignore', '1']],
    ['writes no sysctl of those to come', 'sysctl.set', ['net/ipv6/conf/default/disable_ipv6', '1']],
    ['writes no sysctl that is not needed', 'sysctl.set', ['net/ipv4/conf/mine/forwarding', '1']],
    ['writes no long text', 'sysctl.set', ['net/ipv4/conf/mine/arp_ignore', '1\n2']],
    ['fills no chain of others', 'filter.set', ['FORWARD', []]],
    ['fills no chain about devices of others', 'filter.set', ['os-vif-br-host', ['-i br-host -j DROP']]],
    ['fills no chain with rules about others', 'filter.set', ['os-vif-mine', ['-i eth0 -j DROP']]],
    ['fills no chain with rules about all', 'filter.set', ['os-vif-mine', ['-i + -o mine -j DROP']]],
    ['takes one rule for one', 'filter.set', ['os-vif-mine', ['-i mine -j DROP\n-A FORWARD -j DROP']]],
    ['deletes no chain of others', 'filter.delete', ['FORWARD']],
    [
      'has no device of others refuse addresses',
      'ingress.create',
      [{ device: 'eth0', mac: '02:00:00:00:00:01', owner: 'x' }],
    ],
    [
      'has nobody refuse addresses who may come later',
      'ingress.create',
      [{ device: 'eth9', mac: '02:00:00:00:00:01', owner: 'x' }],
    ],
    [
      'has no pattern of devices refuse addresses',
      'ingress.create',
      [{ device: 'mine*', mac: '02:00:00:00:00:01', owner: 'x' }],
    ],
    ['lists no folder outside', 'pci.interfacesOf', ['../../../../etc']],
    ['refuses a PCI address with slot 20', 'pci.physicalFunctionOf', ['0000:03:20.1']],
    ['reads no file outside by a name', 'pci.switchPortOf', ['../../..']],
    [
      'moves no addresses of others',
      'addressing.move',
      [{ addresses: [{ address: '192.0.2.1/24' }], routes: [] }, 'eth0', 'mine'],
    ],
    [
      'gives no device an address',
      'addressing.move',
      [{ addresses: [{ address: '192.0.2.9/24' }], routes: [] }, 'eth1', 'mine'],
    ],
    [
      'gives no device a route that another had with less weight',
      'addressing.move',
      [
        {
          addresses: [],
          routes: [{ destination: '203.0.113.0/24', priority: 1, table: 254, protocol: 3, scope: 253 }],
        },
        'eth1',
        'mine',
      ],
    ],
    ['knows no other verbs', 'links.constructor', []],
    ['knows no verbs of every object', '__proto__', []],
    ['closes nothing', 'close', []],
    ['takes no more arguments than there are', 'links.list', [1]],
    ['takes no fewer', 'links.delete', []],
    ['takes no index that is none', 'links.delete', [-1]],
  ])('%s', async (_, verb, args) => {
    const { netns, socket, named } = host();
    const client = await rawClient(socket);
    const before = netns.run('sh', '-c', STATE);
    client.send(HELLO, { id: 1, verb, args: named(args) }, { id: 2, verb: 'links.get', args: ['lo'] });
    expect(await client.next()).toMatchObject(HELLO);
    const answers = [await client.next(), await client.next()];
    expect(answers.find((answer) => answer?.id === 1)?.error?.code).toMatch(/^ERR_OSVIF_(HELPER_|LINK_VALUE)/);
    expect(answers.find((answer) => answer?.id === 2)?.value).toMatchObject({ name: 'lo' });
    expect(netns.run('sh', '-c', STATE)).toBe(before);
  });

  test.each<[string, string | Buffer]>([
    ['no greeting', '{"id":1,"verb":"links.delete","args":[1]}\n'],
    ['another version', '{"protocol":"os-vif-helper","version":99}\n'],
    ['no JSON', `${JSON.stringify(HELLO)}\nGET / HTTP/1.1\n`],
    ['no object', `${JSON.stringify(HELLO)}\n[1,2]\n`],
    ['no id', `${JSON.stringify(HELLO)}\n{"verb":"links.list","args":[]}\n`],
    ['a second greeting', `${JSON.stringify(HELLO)}\n${JSON.stringify(HELLO)}\n`],
    ['bytes of nothing', Buffer.alloc(100_000, 0xff).fill(10, 99_999)],
    ['a frame that has no end', Buffer.alloc(3 << 20, 0x20)],
    ['deep nesting', `${JSON.stringify(HELLO)}\n${'['.repeat(500_000)}\n`],
  ])('ends the connection of a client that sends %s, and of no other', async (_, text) => {
    const { socket } = host();
    const [client, other] = [await rawClient(socket), await rawClient(socket)];
    other.send(HELLO);
    expect(await other.next()).toMatchObject(HELLO);
    client.sendText(text);
    let last: unknown;
    for (let frame = await client.next(); frame !== undefined; frame = await client.next()) last = frame;
    expect(last).toMatchObject({ error: { code: 'ERR_OSVIF_HELPER_PROTOCOL' } });
    other.send({ id: 7, verb: 'links.get', args: ['lo'] });
    expect(await other.next()).toMatchObject({ id: 7, value: { name: 'lo' } });
  });

  test('answers 5,000 requests that come at once, each with its own', async () => {
    const client = await rawClient(host().socket);
    client.send(
      HELLO,
      ...Array.from({ length: 5000 }, (_, id) => ({ id, verb: 'links.get', args: [id % 2 ? 'lo' : 'none'] })),
    );
    await client.next();
    const seen = new Map<number | undefined, unknown>();
    for (let i = 0; i < 5000; i++) {
      const { id, value } = (await client.next()) ?? {};
      seen.set(id, value === undefined ? 'none' : 'lo');
    }
    expect(seen).toEqual(new Map(Array.from({ length: 5000 }, (_, id) => [id, id % 2 ? 'lo' : 'none'])));
  }, 30_000);

  test('serves 200 clients at once, a half of which dies in the middle of a request', async () => {
    const { netns, socket } = host();
    const clients = await Promise.all(Array.from({ length: 200 }, () => rawClient(socket)));
    clients.forEach((client, i) => {
      client.send(HELLO, { id: i, verb: 'links.list', args: [] });
      if (i % 2) client.socket.end('{"id":1,"verb":"links.del', () => client.socket.destroy());
    });
    for (const [i, client] of clients.entries()) {
      if (i % 2) continue;
      expect(await client.next()).toMatchObject(HELLO);
      expect(await client.next()).toMatchObject({ id: i, value: { length: 8 } });
    }
    expect(netns.links()).toHaveLength(7);
  }, 30_000);

  test('does what a client asked for that is gone when it is done', async () => {
    const { netns, socket } = await attacked();
    const client = await rawClient(socket);
    client.send(HELLO, { id: 1, verb: 'links.create', args: [OURS] });
    client.socket.end(() => client.socket.destroy());
    const made = () => netns.links().find(({ ifname }) => ifname === 'tap0');
    // The device gets its alias after its creation.
    for (let i = 0; i < 100 && made()?.ifalias === undefined; i++) await new Promise((go) => setTimeout(go, 20));
    expect(made()).toMatchObject({ ifalias: OURS.alias });
  });

  test('does not read from a client that does not read its answers', async () => {
    const { socket } = host();
    const client = await rawClient(socket);
    client.socket.pause();
    client.send(HELLO);
    const request = `${JSON.stringify({ id: 1, verb: 'links.list', args: [] })}\n`.repeat(1000);
    for (let i = 0; i < 300; i++) client.sendText(request);
    const other = await rawClient(socket);
    other.send(HELLO, { id: 7, verb: 'links.get', args: ['lo'] });
    await other.next();
    expect(await other.next()).toMatchObject({ id: 7 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(client.socket.writableLength).toBeGreaterThan(request.length);
  }, 30_000);
});

describe.skipIf(NETNS_UNAVAILABLE)('a helper that is used as it should be', () => {
  test('answers other requests while many wait for changes', async () => {
    const host = await remoteOf(new MemoryHost(), { policy: EVERYTHING });
    onTestFinished(() => host.close());
    const { cursor } = await host.links.changes();
    const order: string[] = [];
    const waits = Array.from({ length: 40 }, () =>
      host.links.changes(cursor, { wait: 200 }).then(() => order.push('wait')),
    );
    await host.links.get('lo');
    order.push('get');
    await Promise.all(waits);
    expect(order.indexOf('get')).toBe(0);
  });

  test('plugs and unplugs for OsVif', async () => {
    const netns = await makeNetns();
    const linux = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => linux.close());
    const osVif = await OsVif.open({ host: await remoteOf(linux) });
    const vif = new VIFGeneric({ id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', plugin: 'tap', vifName: 'tap0' });
    await osVif.plug(vif, new InstanceInfo());
    expect(await osVif.check(vif, new InstanceInfo())).toEqual([]);
    expect(netns.links()).toMatchObject([{ ifname: 'tap0', ifalias: OURS.alias }]);
    await osVif.unplug(vif, new InstanceInfo());
    expect(netns.links()).toEqual([]);
  });

  test('enslaves a device that it may use, and moves its addresses', async () => {
    const { socket, netns, indexOf } = await attacked();
    const client = await rawClient(socket);
    const plan = { addresses: [{ address: '198.51.100.7/24' }], routes: [] };
    const steps: [string, unknown[]][] = [
      ['links.create', [{ ...OURS, kind: 'bridge', name: 'br0', up: true }]],
      ['links.change', [indexOf('eth1'), { up: true, mtu: 1400, master: indexOf('mine') }]],
      ['addressing.move', [plan, indexOf('eth1'), indexOf('mine')]],
    ];
    client.send(HELLO, ...steps.map(([verb, args], id) => ({ id, verb, args })));
    await client.next();
    for (const _ of steps) expect(await client.next()).not.toHaveProperty('error');
    expect(netns.links().find(({ ifname }) => ifname === 'eth1')).toMatchObject({ master: 'mine', mtu: 1400 });
    expect(netns.run('ip', '-4', '-o', 'address', 'show', 'dev', 'mine')).toContain('198.51.100.7/24');
  });
});

/** What must be as before: devices without what the kernel counts, addresses, rules, and settings. */
const STATE = [
  'ip -d link show',
  'ip -4 address show | grep -v valid_lft',
  'ip route show',
  'iptables-save | grep -v "^[#:]"',
  'nft list ruleset netdev',
  'grep . /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv6/conf/*/disable_ipv6',
  'true',
].join('; ');

interface Attacked {
  readonly netns: Netns;
  readonly socket: string;
  indexOf(name: string): number;
  /** The same arguments, with indexes for the names of devices where an index is meant. */
  named(args: unknown[]): unknown[];
}

/** A host with a NIC of its own, one that the helper may use, a bridge of its own, and a device of ours. */
async function attacked(atEnd: AtEnd = onTestFinished): Promise<Attacked> {
  const netns = await makeNetns(atEnd);
  netns.run('sh', '-c', SETUP);
  const host = await LinuxHost.open({ netns: netns.path });
  atEnd(() => host.close());
  const socket = await helperOf(host, { devices: ['eth1'] }, atEnd);
  const indexes = new Map(netns.links().map(({ ifname, ifindex }) => [ifname, ifindex]));
  const indexOf = (name: string): number => indexes.get(name) ?? 0;
  const atIndex = (value: unknown): unknown => {
    if (typeof value === 'string') return indexes.get(value) ?? value;
    if (Array.isArray(value)) return value.map(atIndex);
    if (typeof value !== 'object' || value === null || 'device' in value) return value;
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      ['master', 'lower'].includes(key) ? atIndex(each) : each,
    ]);
    return Object.fromEntries(entries);
  };
  return { netns, socket, indexOf, named: (args) => args.map(atIndex) };
}

const SETUP = `
  ip link add eth0 type veth peer name far0
  ip link add eth1 type veth peer name far1
  ip address add 192.0.2.1/24 dev eth0
  ip address add 198.51.100.7/24 dev eth1
  ip link set eth0 up; ip link set far0 up
  ip link set eth1 up; ip route add 203.0.113.0/24 dev eth1 metric 500
  ip link add br-host type bridge
  ip link add mine type bridge
  ip link add 'mine*' type bridge
  ip link set 'mine*' alias os-vif:somebody
  ip link set mine alias os-vif:somebody
`;
