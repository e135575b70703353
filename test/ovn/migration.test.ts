/** Live migration of a port between two hosts, beside Python os-vif in the same run. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { VIFBase, VIFBridge, VIFOpenVSwitch } from '../../src/objects/vif.ts';
import { makeNetns, type Netns } from '../host/netns.ts';
import type { OvsdbServer } from '../host/ovsdb/ovsdb-server.ts';
import { PEER_MISSING, PYTHON } from '../peer/peer.ts';
import { startPythonPlugins } from '../peer/python-plugins.ts';
import { hybridVif, nativeVif, profile, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { instance } from '../plugins/vifs.ts';
import { isThorough } from '../property-runs.ts';
import { OVN_UNAVAILABLE } from './ovn-central.ts';
import { boundTo, type Chassis, openTwoChassis, openTwoSwitches, pidOf, untilPinged } from './two-chassis.ts';

const PEERS = { a: { mac: '0a:00:00:00:00:21', ip: '10.0.0.21' }, b: { mac: '0a:00:00:00:00:22', ip: '10.0.0.22' } };
/** Seconds between two pings, as `ping -i` takes it. */
const INTERVAL = isThorough ? 0.02 : 0.05;
/** ms. In this time, pings show the state of the network before and after a step. */
const A_WHILE = 200;

interface Address {
  readonly mac: string;
  readonly ip: string;
}

type MovedVif = VIFBridge | VIFOpenVSwitch;
type Verb = (verb: 'plug' | 'unplug', vif: VIFBase) => Promise<unknown>;
/** Something of each host. */
type OnBoth<T> = Readonly<Record<'a' | 'b', T>>;

/** The network between the hosts, and what Neutron does for a port during a migration. */
interface Fabric {
  readonly hosts: OnBoth<Chassis>;
  addPort(id: string, address: Address): void;
  removePort(id: string): void;
  /** Asks for the port on these hosts. */
  request(id: string, ...hosts: ('a' | 'b')[]): void;
  /** Resolves when frames can reach the port on this host. */
  untilReady(host: Chassis, id: string): Promise<void>;
  /** Resolves when the port is on host `b` alone. */
  untilMoved(id: string): Promise<void>;
}

describe.skipIf(OVN_UNAVAILABLE ?? PEER_MISSING).each([
  ['under OVN', ovnFabric],
  ['between learning switches', switchFabric],
])('a live migration %s', { timeout: 180_000 }, (_, open) => {
  test.each([
    ['native', nativeVif],
    ['hybrid', (names: ReturnType<typeof named>) => hybridVif({ ...names, bridgeName: bridgeOf(names.id) })],
  ])(
    'of a %s VIF loses at most two pings more than with Python os-vif, and none if it is cancelled',
    async (__, vifWith) => {
      const fabric = await open();
      const { a, b } = fabric.hosts;
      const peers = { a: await peerOn(fabric, a), b: await peerOn(fabric, b) };
      const migrated = (library: OnBoth<Verb>, n: number, isCancelled = false) =>
        migration(fabric, peers, { library, vif: vifWith(named(n)), isCancelled });

      const python = await migrated({ a: await pythonOn(a), b: await pythonOn(b) }, 1);
      const library = { a: await oursOn(a), b: await oursOn(b) };
      const ours = await migrated(library, 2);
      let cancelled = await migrated(library, 3, true);
      // A busy machine may lose a ping by itself, but not three times.
      for (let n = 4; n < 6 && cancelled.a + cancelled.b > 0; n++) cancelled = await migrated(library, n, true);

      const losses = JSON.stringify({ ours, python });
      expect(ours.a, losses).toBeLessThanOrEqual(python.a + 2);
      expect(ours.b, losses).toBeLessThanOrEqual(python.b + 2);
      expect(cancelled).toEqual({ a: 0, b: 0 });
      // On demand, the losses are printed: docs/open-vswitch.md.
      if (isThorough) console.info(losses);
    },
  );
});

/**
 * Plugs a VIF at `a`, migrates its guest to `b`, and unplugs it everywhere.
 *
 * @returns the lost pings of a peer on each host
 */
async function migration(
  fabric: Fabric,
  peers: OnBoth<Netns>,
  { library, vif, isCancelled }: { library: OnBoth<Verb>; vif: MovedVif; isCancelled: boolean },
): Promise<OnBoth<number>> {
  const { id = '' } = vif;
  const address = addressOf(vif);
  const { a, b } = fabric.hosts;
  fabric.addPort(id, address);
  fabric.request(id, 'a');
  const guest = await movingGuest(address);
  await library.a('plug', vif);
  await arrive(fabric, a, guest.netns, vif);
  await guest.move('none', 'nic-a');
  for (const peer of Object.values(peers)) await untilPinged(peer, address.ip);
  const pings = { a: pinging(peers.a, address.ip), b: pinging(peers.b, address.ip) };
  await sleep(A_WHILE);

  fabric.request(id, 'a', 'b');
  await library.b('plug', vif);
  await arrive(fabric, b, guest.netns, vif);
  await sleep(A_WHILE);
  if (isCancelled) {
    fabric.request(id, 'a');
    await leave(b, library.b, vif);
  } else {
    await guest.move('nic-a', 'nic-b');
    await sleep(A_WHILE);
    fabric.request(id, 'b');
    await fabric.untilMoved(id);
    await leave(a, library.a, vif);
  }
  await sleep(2 * A_WHILE);
  const losses = { a: await pings.a.lost(), b: await pings.b.lost() };
  const last = isCancelled ? a : b;
  await leave(last, library[last.name], vif);
  fabric.removePort(id);
  return losses;
}

async function ovnFabric(): Promise<Fabric> {
  const { ovn, a, b } = await openTwoChassis();
  ovn.nbctl('ls-add', 'net');
  return {
    hosts: { a, b },
    addPort: (id, { mac, ip }) => ovn.nbctl('lsp-add', 'net', id, '--', 'lsp-set-addresses', id, `${mac} ${ip}`),
    removePort: (id) => ovn.nbctl('lsp-del', id),
    request: (id, ...hosts) => {
      const options = hosts.length > 1 ? ['activation-strategy=rarp'] : [];
      ovn.nbctl('lsp-set-options', id, `requested-chassis=${hosts.join(',')}`, ...options);
    },
    untilReady: ({ server }, id) => untilListed(server, id, 'ovn-installed=true', 'external_ids'),
    untilMoved: (id) => expect.poll(() => boundTo(ovn, id), { timeout: 20_000 }).toBe('b'),
  };
}

async function switchFabric(): Promise<Fabric> {
  return {
    hosts: await openTwoSwitches(),
    addPort: () => {},
    removePort: () => {},
    request: () => {},
    untilReady: ({ server }, id) => untilListed(server, id, /^\d+$/, 'ofport'),
    untilMoved: async () => {},
  };
}

async function untilListed(server: OvsdbServer, id: string, expected: string | RegExp, column: string): Promise<void> {
  const find = ['--bare', `--columns=${column}`, 'find', 'Interface', `external_ids:iface-id=${id}`];
  await expect.poll(() => server.vsctl(...find), { timeout: 20_000 }).toMatch(expected);
}

/** Each guest has its own addresses, so that no switch knows them from an earlier migration. */
function named(n: number) {
  const id = vifId(n);
  return {
    id,
    vifName: `tap${id.slice(0, 11)}`,
    address: `0a:00:00:00:01:0${n}`,
    portProfile: profile({ interfaceId: id }),
  };
}

function addressOf({ address: mac }: MovedVif): Address {
  return { mac: mac ?? '', ip: `10.0.0.1${mac?.at(-1)}` };
}

/** The hypervisor makes the device of the guest, and for a native VIF its port. */
async function arrive(fabric: Fabric, host: Chassis, guest: Netns, { id = '', vifName = '', type }: MovedVif) {
  const { name, netns, server } = host;
  const ends = `ip link add ${vifName} mtu 1450 type veth peer name nic-${name} netns ${pidOf(guest)}`;
  netns.run('sh', '-ec', `${ends}; ip link set ${vifName} up`);
  guest.run('ip', 'link', 'set', `nic-${name}`, 'up');
  if (type === 'VIFBridge') netns.run('ip', 'link', 'set', vifName, 'master', bridgeOf(id));
  else server.vsctl('add-port', 'br-int', vifName, '--', 'set', 'Interface', vifName, `external_ids:iface-id=${id}`);
  await fabric.untilReady(host, id);
}

/** The guest has left the host. */
async function leave({ netns, server }: Chassis, library: Verb, vif: MovedVif): Promise<void> {
  const { vifName = '' } = vif;
  if (vif.type !== 'VIFBridge') server.vsctl('del-port', 'br-int', vifName);
  netns.run('ip', 'link', 'delete', vifName);
  await library('unplug', vif);
}

function bridgeOf(id: string): string {
  return `qbr${id.slice(0, 11)}`;
}

async function oursOn(host: Chassis): Promise<Verb> {
  const osVif = await host.osVif();
  return (verb, vif) => osVif[verb](vif, instance());
}

async function pythonOn({ netns, server }: Chassis): Promise<Verb> {
  const plugins = await startPythonPlugins(netns, server.connection);
  return (verb, vif) => plugins.call(verb, vif, instance());
}

async function peerOn(fabric: Fabric, { name, netns, server }: Chassis): Promise<Netns> {
  const { mac, ip } = PEERS[name];
  const port = `peer-${name}`;
  fabric.addPort(port, PEERS[name]);
  const peer = await makeNetns();
  netns.run('sh', '-ec', `ip link add ${port} type veth peer name eth0 netns ${pidOf(peer)}; ip link set ${port} up`);
  peer.run('sh', '-ec', `ip link set eth0 address ${mac} mtu 1400 up; ip address add ${ip}/24 dev eth0`);
  server.vsctl('add-port', 'br-int', port, '--', 'set', 'Interface', port, `external_ids:iface-id=${port}`);
  return peer;
}

/** A guest that has no device yet. */
async function movingGuest({
  mac,
  ip,
}: Address): Promise<{ netns: Netns; move(from: string, to: string): Promise<void> }> {
  const netns = await makeNetns();
  const script = fileURLToPath(new URL('moving-guest.py', import.meta.url));
  const command = [`--net=${netns.path}`, PYTHON, script, ip, mac];
  const child = spawn('nsenter', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    netns,
    async move(from, to) {
      child.stdin.write(`${from} ${to}\n`);
      expect(await lines.next()).toMatchObject({ value: 'moved' });
    },
  };
}

/** Pings the guest until the number of lost pings is asked for. The pings after the last answer do not count. */
function pinging(peer: Netns, ip: string): { lost(): Promise<number> } {
  const command = [`--net=${peer.path}`, 'ping', '-n', '-i', `${INTERVAL}`, ip];
  const child = spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answered = new Set<number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, number] = /icmp_seq=(\d+) ttl=/.exec(line) ?? [];
    if (number !== undefined) answered.add(Number(number));
  });
  const lost = async (): Promise<number> => {
    child.kill('SIGINT');
    await once(child, 'close');
    return Math.max(...answered) - answered.size;
  };
  return { lost };
}
