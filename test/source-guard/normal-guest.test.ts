/** A normal guest notices nothing of its source guard. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HAS_EGRESS } from '../host/kernel-version.ts';
import type { Netns } from '../host/netns.ts';
import { GUEST } from './frames.ts';
import {
  GATEWAY,
  PROGRAMS_UNAVAILABLE,
  ping,
  SERVER,
  SLAAC_ADDRESS,
  startDhcpClient,
  startGateway,
  startGuest,
  startTcpServer,
  transfer,
  until,
} from './normal-guest.ts';
import { openPlace, SITES, tapInBridge } from './sites.ts';

const TIMEOUT = 120_000;
/** Of the 4 MiB that iperf3 sends. It stops to count when the sender is done. */
const MOST = 1_000_000;
const ANSWERED = '3 received, 0% packet loss';
const OWN = [GUEST.ip4, SLAAC_ADDRESS];

describe.skipIf(PROGRAMS_UNAVAILABLE).each(Object.entries(SITES))('%s', { timeout: TIMEOUT }, (name, make) => {
  test.skipIf(!HAS_EGRESS && !name.startsWith('TAP'))(
    'a normal guest works, and none of its frames is dropped',
    async () => {
      const place = await openPlace();
      onTestFinished(() => place.host.close());
      const { device, descriptor, gateway } = await make(place, { addresses: OWN });
      const { server } = await startGateway(gateway.netns, gateway.lan);
      const guest = await startGuest(descriptor);

      const dhcp = startDhcpClient(guest);
      await until('the guest has its IPv4 address', () => dhcp.events().length > 0);
      dhcp.renew();
      await until('the guest has renewed its address', () => dhcp.events().length > 1);
      expect(dhcp.events()).toEqual([`bound ${GUEST.ip4}`, `renew ${GUEST.ip4}`]);
      await until('the guest has its IPv6 address', () => ipv6Of(guest.netns).includes(`${SLAAC_ADDRESS}/64`));

      for (const to of [GATEWAY.ip4, GATEWAY.ip6, SERVER.ip4, SERVER.ip6])
        expect(ping(guest.netns, to)).toContain(ANSWERED);
      for (const own of OWN) expect(ping(server, own)).toContain(ANSWERED);
      // Larger than the MTU: in fragments.
      for (const to of [GATEWAY.ip4, GATEWAY.ip6]) expect(ping(guest.netns, to, '-s', '4000')).toContain(ANSWERED);

      await startTcpServer(gateway.netns);
      for (const to of [GATEWAY.ip4, GATEWAY.ip6]) {
        expect(transfer(guest, to)).toBeGreaterThan(MOST);
        expect(transfer(guest, to, '--reverse')).toBeGreaterThan(MOST);
      }
      // The kernel of the guest leaves the segmentation to its NIC.
      await until('a frame of the guest is larger than its MTU', () => guest.largestFrame() > 10_000);

      await startTcpServer(server);
      for (const to of [SERVER.ip4, SERVER.ip6]) {
        expect(transfer(guest, to)).toBeGreaterThan(MOST);
        expect(guest.netns.run('ip', 'route', 'get', to)).toContain(`mtu ${SERVER.mtu}`);
        expect(mtuSaid(guest.netns, to, 1400)).toBe(`${SERVER.mtu}`);
      }

      // The guest is a router itself, and tells the MTU of the network behind it.
      routeThrough(guest.netns, gateway.netns, gateway.lan);
      for (const to of ['10.2.0.2', 'fd02::2']) expect(mtuSaid(server, to, 1290)).toBe('1280');
      // The hook also gets multicast packets of the host, such as router advertisements, if the host
      // itself is in the group (Kernel: dev_loopback_xmit()).
      if (gateway.netns !== place.netns) expect((await place.host.guards.get(device))?.drops).toBe(0);
    },
  );
});

describe.skipIf(PROGRAMS_UNAVAILABLE)('a guard for other addresses', { timeout: TIMEOUT }, () => {
  test('lets the guest ask for its address, and drops its other packets', async () => {
    const place = await openPlace();
    onTestFinished(() => place.host.close());
    const wrong = { addresses: ['10.0.0.99', 'fd00::99'] };
    const { device, descriptor, gateway } = await tapInBridge(place, wrong);
    await startGateway(gateway.netns, gateway.lan);
    const guest = await startGuest(descriptor);
    const dhcp = startDhcpClient(guest, { probe: false });
    await until('the guest has its IPv4 address', () => dhcp.events().length > 0);
    expect(ping(guest.netns, GATEWAY.ip4)).toContain('0 received');
    expect((await place.host.guards.get(device))?.drops).toBeGreaterThan(0);
  });

  test('of another MAC address drops every frame', async () => {
    const place = await openPlace();
    onTestFinished(() => place.host.close());
    const wrong = { mac: '02:00:00:00:00:0b', addresses: OWN };
    const { device, descriptor, gateway } = await tapInBridge(place, wrong);
    await startGateway(gateway.netns, gateway.lan);
    const guest = await startGuest(descriptor);
    const dropsOf = async () => (await place.host.guards.get(device))?.drops ?? 0;
    const dhcp = startDhcpClient(guest);
    for (let seen = 0; seen < 3; seen = await dropsOf()) await sleep(50);
    expect(dhcp.events()).toEqual([]);
  });
});

/** The MTU of the path, as a ping in packets of this size tells it. Otherwise the text of ping. */
function mtuSaid(netns: Netns, to: string, size: number): string {
  const headers = to.includes(':') ? 48 : 28;
  const said = ping(netns, to, '-M', 'do', '-s', `${size - headers}`);
  return /mtu\D{1,3}(\d+)/.exec(said)?.[1] ?? said;
}

function ipv6Of(netns: Netns): string {
  return netns.run('ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global', '-tentative');
}

function routeThrough(guest: Netns, gateway: Netns, lan: string): void {
  guest.run(
    'sh',
    '-ec',
    `ip link add behind0 mtu 1280 type veth peer name behind1; ip link set behind0 up; ip link set behind1 up
    ip address add 10.2.0.1/24 dev behind0; ip address add fd02::1/64 dev behind0 nodad
    echo 2 > /proc/sys/net/ipv6/conf/eth0/accept_ra
    echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`,
  );
  gateway.run(
    'sh',
    '-ec',
    `ip route add 10.2.0.0/24 via ${GUEST.ip4}; ip route add fd02::/64 via ${SLAAC_ADDRESS} dev ${lan}`,
  );
}
