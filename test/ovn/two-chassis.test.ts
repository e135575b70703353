/** Guests on two hosts under a real OVN: VIFs of this library carry their traffic. */

import { describe, expect, test } from 'vitest';
import type { VIFBase } from '../../src/objects/vif.ts';
import { waitForOvn } from '../../src/plugins/ovs/wait-for-ovn.ts';
import { openTap } from '../host/frames.ts';
import { makeNetns, type Netns } from '../host/netns.ts';
import { hybridVif, nativeVif, network, profile, tapVif, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { instance } from '../plugins/vifs.ts';
import { startGuest } from '../source-guard/normal-guest.ts';
import { OVN_UNAVAILABLE } from './ovn-central.ts';
import {
  type Address,
  addRoutedNetworks,
  boundTo,
  type Chassis,
  configure,
  openTwoChassis,
  pidOf,
  pinged,
  untilPinged,
} from './two-chassis.ts';

const ADDRESSES: Readonly<Record<'tap' | 'hybrid' | 'native', Address>> = {
  tap: { mac: '0a:00:00:00:00:11', ip: '10.0.0.11', gateway: '10.0.0.1' },
  hybrid: { mac: '0a:00:00:00:00:12', ip: '10.0.0.12', gateway: '10.0.0.1' },
  native: { mac: '0a:00:00:00:01:13', ip: '10.0.1.13', gateway: '10.0.1.1' },
};

describe.skipIf(OVN_UNAVAILABLE)('two hosts under OVN', { timeout: 120_000 }, () => {
  test('guests of TAP, hybrid and native VIFs reach each other, on their network and through the router', async () => {
    const { ovn, a, b } = await openTwoChassis();
    const tap = tapVif(1, { address: ADDRESSES.tap.mac });
    const hybrid = hybridOf(2, ADDRESSES.hybrid.mac);
    const native = nativeOf(3, ADDRESSES.native.mac);
    addRoutedNetworks(ovn, [
      [
        [tap, ADDRESSES.tap],
        [hybrid, ADDRESSES.hybrid],
      ],
      [[native, ADDRESSES.native]],
    ]);
    const [onA, onB] = [await a.osVif(), await b.osVif()];

    await onA.plug(tap, instance());
    const { netns: first } = await startGuest(await openTap(a.netns, `${tap.vifName}`, { offloads: true }));
    await onB.plug(hybrid, instance());
    const second = await guestInBridge(b, `${hybrid.vifName}`, `${hybrid.bridgeName}`);
    await onB.plug(native, instance());
    const third = await guestOfDevice(b, `${native.vifName}`);
    await waitForOvn(b.host, native);
    configure(first, ADDRESSES.tap);
    configure(second, ADDRESSES.hybrid);
    configure(third, ADDRESSES.native);

    for (const { ip } of [ADDRESSES.hybrid, ADDRESSES.native]) {
      await untilPinged(first, ip);
      expect(pinged(first, ip, '-c', '5', '-i', '0.05', '-W', '2')).toBe(true);
      // 1,400 bytes with the headers of ICMP and IP, in a tunnel over 1,500.
      expect(pinged(first, ip, '-M', 'do', '-s', '1372', '-c', '3', '-i', '0.05', '-W', '2')).toBe(true);
    }
    await untilPinged(third, ADDRESSES.tap.ip);
    expect(boundTo(ovn, tap.id)).toBe(a.name);
    expect(boundTo(ovn, native.id)).toBe(b.name);

    const all: [Chassis, typeof onA, VIFBase][] = [
      [a, onA, tap],
      [b, onB, hybrid],
      [b, onB, native],
    ];
    for (const [, osVif, vif] of all) {
      expect(await osVif.check(vif, instance())).toEqual([]);
      expect(await osVif.plug(vif, instance())).toMatchObject({ changed: false });
    }
    expect(pinged(first, ADDRESSES.hybrid.ip, '-c', '5', '-i', '0.05', '-W', '2')).toBe(true);

    for (const [{ server }, osVif, vif] of all) {
      await osVif.unplug(vif, instance());
      expect(server.vsctl('--columns=name', 'find', 'Interface', `external_ids:iface-id=${vif.id}`)).toBe('');
    }
    await expect.poll(() => boundTo(ovn, tap.id), { timeout: 20_000 }).toBe('');
  });
});

function hybridOf(n: number, address: string) {
  const id = vifId(n);
  const names = { vifName: `tap${id.slice(0, 11)}`, bridgeName: `qbr${id.slice(0, 11)}` };
  return hybridVif({ id, ...names, address, network: network(), portProfile: profile({ interfaceId: id }) });
}

/** The plugin adds the port, and the hypervisor makes the device. */
function nativeOf(n: number, address: string) {
  const id = vifId(n);
  const portProfile = profile({ interfaceId: id, createPort: true });
  return nativeVif({ id, vifName: `tap${id.slice(0, 11)}`, address, portProfile });
}

/** A guest whose device is a veth: its hypervisor makes the end on the host, with the MTU of the network. */
async function guestOfDevice({ netns }: Chassis, name: string): Promise<Netns> {
  const guest = await makeNetns();
  const ends = `ip link add ${name} mtu 1450 type veth peer name eth0 netns ${pidOf(guest)}`;
  netns.run('sh', '-ec', `${ends}; ip link set ${name} up`);
  return guest;
}

async function guestInBridge(chassis: Chassis, name: string, bridge: string): Promise<Netns> {
  const guest = await guestOfDevice(chassis, name);
  chassis.netns.run('ip', 'link', 'set', name, 'master', bridge);
  return guest;
}
