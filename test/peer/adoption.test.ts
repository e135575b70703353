/** A host that real Python os-vif has wired changes over to this library and back, while its guests answer pings. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { OvsMap } from '../../src/host-contract/ovsdb.ts';
import { OWNER_KEY } from '../../src/host-contract/ownership.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import type { ElementDrift } from '../../src/wiring/elements/verbs.ts';
import type { Netns } from '../host/netns.ts';
import { OVS_UNAVAILABLE, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { hybridVif, nativeVif, profile, vhostUserVif, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { startPing } from '../plugins/ping.ts';
import { bridgeVif, instance } from '../plugins/vifs.ts';
import { PEER_MISSING } from './peer.ts';
import { type PythonPlugins, startGuests, startPythonPlugins } from './python-plugins.ts';

/** Bridges with an address for pings, and the first two parts of the addresses of the guests behind them. */
const SUBNETS = { 'br-int': '10.0', 'brq-quiet': '10.1', 'brq-rules': '10.2' } as const;

interface Kind {
  readonly count: number;
  readonly vif: (n: number) => VIFBase;
  /** The names of what adoption tags. */
  readonly own: (n: number) => readonly string[];
  /** What differs from what a plug makes: properties that Python leaves, as `device property`. */
  readonly differs?: (n: number) => readonly string[];
  /** The bridge that the hypervisor puts the TAP device into. */
  readonly tapOn?: (n: number) => string;
  /** Where pings come from; nothing answers to a VIF without it. */
  readonly pingFrom?: (n: number) => keyof typeof SUBNETS;
  /** nova creates the TAP device before Python plugs the VIF. Otherwise libvirt creates it afterwards. */
  readonly tapFirst?: true;
  readonly perPortBridge?: true;
}

const KINDS: Readonly<Record<string, Kind>> = {
  hybrid: {
    count: 9,
    vif: (n) => hybridVif({ ...common(n), bridgeName: `qbr${shortId(n)}`, portProfile: profileOf(n) }),
    own: (n) => [`qbr${shortId(n)}`, `qvb${shortId(n)}`, `qvo${shortId(n)}`],
    // pyroute2 0.7 takes no `promisc='on'`.
    differs: (n) => [`qvb${shortId(n)} promiscuous`],
    tapOn: (n) => `qbr${shortId(n)}`,
    pingFrom: () => 'br-int',
  },
  'native, device of the hypervisor': {
    count: 9,
    vif: (n) => nativeVif({ ...common(n), portProfile: profileOf(n, { createPort: true }) }),
    own: (n) => [tap(n)],
    pingFrom: () => 'br-int',
  },
  'native with TAP device': {
    count: 8,
    vif: (n) => nativeVif({ ...common(n), portProfile: profileOf(n, { createPort: true, createTap: true }) }),
    own: (n) => [tap(n)],
    tapFirst: true,
    pingFrom: () => 'br-int',
  },
  'vhost-user': {
    count: 8,
    vif: (n) => {
      const { vifName: _, ...values } = common(n);
      return vhostUserVif({ ...values, path: `/run/vhu${shortId(n)}`, portProfile: profileOf(n) });
    },
    own: (n) => [`vhu${shortId(n)}`],
  },
  'bridge per port': {
    count: 8,
    vif: (n) => nativeVif({ ...common(n), portProfile: profileOf(n, { createPort: true, createTap: true }) }),
    own: (n) => [tap(n), `pb${vifId(n)}`.slice(0, 14), `pbp${vifId(n)}`, `ibp${vifId(n)}`],
    tapFirst: true,
    perPortBridge: true,
    pingFrom: () => 'br-int',
  },
  'Linux bridge': {
    count: 8,
    vif: (n) => {
      const quiet = linuxBridge(n) === 'brq-quiet';
      const network = new Network({
        id: vifId(quiet ? 0xb1 : 0xb2),
        bridge: linuxBridge(n),
        mtu: 1450,
        shouldProvideBridge: true,
        bridgeInterface: quiet ? 'eth0' : 'eth1',
      });
      return bridgeVif({ ...common(n), bridgeName: linuxBridge(n), hasTrafficFiltering: quiet, network });
    },
    own: () => [],
    // Python's rules have their own chains.
    differs: (n) => (linuxBridge(n) === 'brq-rules' ? ['os-vif-brq-rules missing'] : []),
    tapOn: linuxBridge,
    pingFrom: linuxBridge,
  },
};

interface Attached {
  readonly n: number;
  readonly kind: Kind;
  readonly vif: VIFBase;
}

const VIFS: readonly Attached[] = Object.values(KINDS)
  .flatMap((kind) => Array.from({ length: kind.count }, () => kind))
  .map((kind, i) => ({ n: i + 1, kind, vif: kind.vif(i + 1) }));

describe.skipIf(OVS_UNAVAILABLE ?? PEER_MISSING)('50 VIFs of Python os-vif', () => {
  test('come to this library and go back to Python without a lost packet', { timeout: 120_000 }, async () => {
    expect(VIFS.length).toBe(50);
    const { netns, server, host } = await openOvsHost();
    prepare(netns);
    const python = await startPythons(netns, server.connection);
    for (const each of VIFS) if (each.kind.tapFirst) makeTap(netns, each);
    for (const { vif, kind } of VIFS) await python(kind).call('plug', vif, instance());
    for (const each of VIFS) if (each.kind.pingFrom && !each.kind.tapFirst) makeTap(netns, each);
    const pinged = guestsOf();
    await startGuests(
      netns,
      pinged.map(({ n, address }) => ({ tap: tap(n), mac: mac(n), address })),
    );
    addAddresses(netns);
    const pings = await Promise.all(pinged.map(({ address }) => startPing(netns, address)));

    const plain = await OsVif.open({ host, plugins: [new OvsPlugin(), new LinuxBridgePlugin()] });
    const perPort = await OsVif.open({ host, plugins: [new OvsPlugin({ perPortBridge: true })] });
    const osVif = (kind: Kind) => (kind.perPortBridge ? perPort : plain);
    const rows = await rowsOf(host);
    for (const { n, kind, vif } of VIFS) {
      const { adopted, drifts } = await osVif(kind).adopt(vif, instance());
      expect([vif.type, namesOf(adopted)]).toEqual([vif.type, [...kind.own(n)].sort()]);
      expect([n, withoutErrors(drifts).map(short)]).toEqual([n, kind.differs?.(n) ?? []]);
    }
    expect(await rowsOf(host)).toEqual(rows);
    await sleep(200);

    for (const { kind, vif } of VIFS) await osVif(kind).plug(vif, instance());
    for (const { kind, vif } of VIFS) expect(await driftsOf(osVif(kind), vif)).toEqual([]);
    await sleep(200);

    for (const { kind, vif } of VIFS) await python(kind).call('plug', vif, instance());
    for (const { kind, vif } of VIFS) expect(await driftsOf(osVif(kind), vif)).toEqual([]);
    await sleep(200);

    expect(await Promise.all(pings.map((each) => each.stop()))).toEqual(pings.map(() => ({ lost: [], duplicates: 0 })));
    for (const { kind, vif } of VIFS) await python(kind).call('unplug', vif, instance());
    expect((await rowsOf(host)).ports.filter(({ name }) => name !== 'br-int')).toEqual([]);
    const left = netns.links().map(({ ifname }) => ifname);
    const own = new Set(VIFS.flatMap(({ n, kind }) => kind.own(n)));
    expect(left.filter((name) => own.has(name))).toEqual([]);
    expect(await plain.collectGarbage([])).toEqual([]);
  });
});

function common(n: number) {
  return { id: vifId(n), vifName: tap(n), address: mac(n) };
}

function shortId(n: number): string {
  return vifId(n).slice(0, 11);
}

function tap(n: number): string {
  return `tap${shortId(n)}`;
}

function mac(n: number): string {
  return `fa:16:3e:00:00:${n.toString(16).padStart(2, '0')}`;
}

function profileOf(n: number, values: Parameters<typeof profile>[0] = {}) {
  return profile({ interfaceId: vifId(n), ...values });
}

function linuxBridge(n: number): 'brq-quiet' | 'brq-rules' {
  return n % 2 === 0 ? 'brq-quiet' : 'brq-rules';
}

/** The NICs of the Linux bridges. */
function prepare(netns: Netns): void {
  for (const nic of ['eth0', 'eth1']) netns.run('ip', 'link', 'add', nic, 'up', 'type', 'veth', 'peer', `${nic}-wire`);
}

function addAddresses(netns: Netns): void {
  for (const [bridge, subnet] of Object.entries(SUBNETS)) {
    netns.run('ip', 'addr', 'add', `${subnet}.255.1/16`, 'dev', bridge);
    netns.run('ip', 'link', 'set', bridge, 'up');
  }
}

/** As nova does before the plug, or libvirt after it. libvirt lets the address begin with fe. */
function makeTap(netns: Netns, { n, kind: { tapFirst, tapOn } }: Attached): void {
  const address = tapFirst ? mac(n) : mac(n).replace(/^../, 'fe');
  netns.run('ip', 'tuntap', 'add', tap(n), 'mode', 'tap');
  netns.run('ip', 'link', 'set', tap(n), 'address', address, 'mtu', '1450', 'up');
  if (tapOn !== undefined) netns.run('ip', 'link', 'set', tap(n), 'master', tapOn(n));
}

async function startPythons(netns: Netns, connection: string): Promise<(kind: Kind) => PythonPlugins> {
  const plain = await startPythonPlugins(netns, connection);
  const perPort = await startPythonPlugins(netns, connection, ['per_port_bridge=True']);
  return ({ perPortBridge }) => (perPortBridge ? perPort : plain);
}

/** Two of each kind that has a device. */
function guestsOf() {
  return Object.values(KINDS).flatMap((kind) => {
    const { pingFrom } = kind;
    if (pingFrom === undefined) return [];
    const ofKind = VIFS.filter((each) => each.kind === kind).slice(0, 2);
    return ofKind.map(({ n }) => ({ n, address: `${SUBNETS[pingFrom(n)]}.0.${n}` }));
  });
}

function namesOf(adopted: readonly { readonly on: string }[]): string[] {
  return [...new Set(adopted.map(({ on }) => on))].sort();
}

async function driftsOf(osVif: OsVif, vif: VIFBase): Promise<ElementDrift[]> {
  return withoutErrors(await osVif.check(vif, instance()));
}

/** There is no DPDK on this host, so a vhost-user port reports an error whoever made it. */
function withoutErrors(drifts: readonly ElementDrift[]): ElementDrift[] {
  return drifts.filter((drift) => drift.type !== 'differs' || drift.property !== 'error');
}

function short(drift: ElementDrift): string {
  return `${drift.on} ${drift.type === 'differs' ? drift.property : drift.type}`;
}

/** All rows without tags. */
async function rowsOf(host: LinuxHost) {
  const view = await host.ovsdb.view();
  const bridges = [...view.bridges()];
  const withoutTag = ({ [OWNER_KEY]: _, ...externalIds }: OvsMap) => externalIds;
  return {
    bridges: bridges.map((row) => ({ ...row, externalIds: withoutTag(row.externalIds) })),
    ports: bridges
      .flatMap(({ name }) => [...view.ports(name)])
      .map((row) => ({ ...row, externalIds: withoutTag(row.externalIds) })),
    interfaces: [...view.interfaces()].map((row) => ({ ...row })),
  };
}
