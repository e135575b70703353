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
  untilAnswered,
  untilMtuSaid,
} from './normal-guest.ts';
import { openPlace, SITES, tapInBridge } from './sites.ts';

const TIMEOUT = 300_000;
/** Of the 2 MiB that iperf3 sends. It stops to count when the sender is done. */
const MOST = 500_000;
const OWN = [GUEST.ip4, SLAAC_ADDRESS];

/** @param names the devices: keys of SITES */
export function normalGuestSuite(names: readonly string[] = Object.keys(SITES)): void {
  // A suite without a test would fail, so a site that the kernel cannot guard has no suite.
  const isGuarded = (name: string) => HAS_EGRESS || name.startsWith('TAP');
  const sites = Object.entries(SITES).filter(([name]) => names.includes(name) && isGuarded(name));
  describe.skipIf(PROGRAMS_UNAVAILABLE).each(sites)('%s', { timeout: TIMEOUT }, (_, make) => {
    test('a normal guest works, and none of its frames is dropped', async () => {
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

      for (const to of [GATEWAY.ip4, GATEWAY.ip6, SERVER.ip4, SERVER.ip6]) await untilAnswered(guest.netns, to);
      for (const own of OWN) await untilAnswered(server, own);
      // Larger than the MTU: in fragments.
      for (const to of [GATEWAY.ip4, GATEWAY.ip6]) await untilAnswered(guest.netns, to, '-s', '4000');

      await startTcpServer(gateway.netns);
      for (const to of [GATEWAY.ip4, GATEWAY.ip6]) {
        expect(transfer(guest, to)).toBeGreaterThan(MOST);
        expect(transfer(guest, to, '--reverse')).toBeGreaterThan(MOST);
      }
      // The kernel of the guest leaves the segmentation to its NIC.
      await until('a frame of the guest is larger than its MTU', () => guest.largestFrame() > 2_000);

      await startTcpServer(server);
      for (const to of [SERVER.ip4, SERVER.ip6]) {
        expect(transfer(guest, to)).toBeGreaterThan(MOST);
        // Before Linux 6.1, the server limits the segments of IPv6 by its own MTU.
        if (to === SERVER.ip4) expect(guest.netns.run('ip', 'route', 'get', to)).toContain(`mtu ${SERVER.mtu}`);
        await untilMtuSaid(guest.netns, to, 1400, SERVER.mtu);
      }

      // The guest is a router itself, and tells the MTU of the network behind it.
      routeThrough(guest.netns, gateway.netns, gateway.lan);
      for (const to of ['10.2.0.2', 'fd02::2']) await untilMtuSaid(server, to, 1290, 1280);
      // The hook also gets multicast packets of the host, such as router advertisements, if the
      // host itself is in the group (Kernel: dev_loopback_xmit()).
      if (gateway.netns !== place.netns) expect((await place.host.guards.get(device))?.drops).toBe(0);
    });
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
