/** What a NIC can have when it becomes a port of a Linux bridge: for the kernel as commands of iproute2, for MemoryHost as a plan. */

import type { AddressPlan } from '../../src/host-contract/addressing.ts';

export interface AddressCase {
  /** Arguments of `ip`. The NIC is eth0. */
  readonly commands: readonly string[];
  /** What the NIC has then. */
  readonly plan: AddressPlan;
}

export const BRIDGE = 'brqb82c1929-05';
const NOPREFIXROUTE = 0x200;
const [RTPROT_KERNEL, RTPROT_BOOT] = [2, 3];
const [LINK, UNIVERSE] = [253, 0];
const MAIN = { table: 254, protocol: RTPROT_BOOT } as const;

/** Moved without a loss. */
export const MOVABLE: Readonly<Record<string, AddressCase>> = {
  'a point-to-point address, and a route by its peer': {
    commands: [
      'addr add 198.51.100.10 peer 198.51.100.1/32 dev eth0',
      'route add 203.0.113.0/24 via 198.51.100.1 dev eth0',
    ],
    plan: {
      addresses: [{ address: '198.51.100.10/32', peer: '198.51.100.1' }],
      routes: [{ destination: '203.0.113.0/24', gateway: '198.51.100.1', scope: UNIVERSE, ...MAIN }],
    },
  },
  'a point-to-point address with a network behind the peer': {
    commands: ['addr add 10.9.0.2 peer 10.8.0.1/24 dev eth0'],
    plan: { addresses: [{ address: '10.9.0.2/24', peer: '10.8.0.1' }], routes: [] },
  },
  'two point-to-point addresses with one peer': {
    commands: [
      'addr add 10.9.0.2 peer 10.8.0.1/32 dev eth0',
      'addr add 10.9.0.3 peer 10.8.0.1/32 dev eth0',
      'route add default via 10.8.0.1 src 10.9.0.3',
    ],
    plan: {
      addresses: [
        { address: '10.9.0.2/32', peer: '10.8.0.1' },
        { address: '10.9.0.3/32', peer: '10.8.0.1' },
      ],
      routes: [{ destination: '0.0.0.0/0', gateway: '10.8.0.1', source: '10.9.0.3', scope: UNIVERSE, ...MAIN }],
    },
  },
  'an address of scope link': {
    commands: ['addr add 169.254.7.7/16 scope link dev eth0'],
    plan: { addresses: [{ address: '169.254.7.7/16', scope: LINK }], routes: [] },
  },
  'an address with a metric': {
    commands: ['addr add 192.0.2.7/24 brd + metric 50 dev eth0'],
    plan: { addresses: [{ address: '192.0.2.7/24', broadcast: '192.0.2.255', metric: 50 }], routes: [] },
  },
  'an address without a route of its own, and the route that another program added': {
    commands: [
      'addr add 192.0.2.7/24 noprefixroute dev eth0',
      'route add 192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.7 metric 100',
      'route add default via 192.0.2.1 metric 100',
    ],
    plan: {
      addresses: [{ address: '192.0.2.7/24', flags: NOPREFIXROUTE }],
      routes: [
        { destination: '0.0.0.0/0', gateway: '192.0.2.1', priority: 100, scope: UNIVERSE, ...MAIN },
        {
          destination: '192.0.2.0/24',
          source: '192.0.2.7',
          priority: 100,
          scope: LINK,
          table: 254,
          protocol: RTPROT_KERNEL,
        },
      ],
    },
  },
  'a primary and a secondary address': {
    commands: ['addr add 192.0.2.7/24 dev eth0', 'addr add 192.0.2.8/24 dev eth0', 'addr add 10.1.1.1/32 dev eth0'],
    plan: {
      addresses: [{ address: '10.1.1.1/32' }, { address: '192.0.2.7/24' }, { address: '192.0.2.8/24' }],
      routes: [],
    },
  },
  'a label of another name': {
    commands: ['addr add 192.0.2.7/24 label service dev eth0'],
    plan: { addresses: [{ address: '192.0.2.7/24', label: 'service' }], routes: [] },
  },
  'two default routes with metrics': {
    commands: [
      'addr add 192.0.2.7/24 dev eth0',
      'route add default via 192.0.2.1 metric 10 mtu 1400 advmss 1300',
      'route add default via 192.0.2.2 metric 20 onlink dev eth0',
      'route add 10.0.0.0/8 via 192.0.2.3 table 1000',
    ],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [
        {
          destination: '10.0.0.0/8',
          gateway: '192.0.2.3',
          table: 1000,
          protocol: RTPROT_BOOT,
          scope: UNIVERSE,
        },
        {
          destination: '0.0.0.0/0',
          gateway: '192.0.2.1',
          priority: 10,
          scope: UNIVERSE,
          ...MAIN,
          metrics: { 2: 1400, 8: 1300 },
        },
        { destination: '0.0.0.0/0', gateway: '192.0.2.2', priority: 20, scope: UNIVERSE, onLink: true, ...MAIN },
      ],
    },
  },
};

/** Moved to a bridge with IPv6. */
export const IPV6: Readonly<Record<string, AddressCase>> = {
  'an IPv6 address and a default route': {
    commands: ['addr add 2001:db8::7/64 nodad dev eth0', '-6 route add default via 2001:db8::1 dev eth0'],
    plan: {
      addresses: [{ address: '2001:db8::7/64', flags: 2 }],
      routes: [{ destination: '::/0', gateway: '2001:db8::1', priority: 1024, scope: UNIVERSE, ...MAIN }],
    },
  },
  'an IPv6 address with a peer and a metric': {
    commands: ['addr add 2001:db8::7 peer 2001:db8:1::1/128 metric 77 nodad dev eth0'],
    plan: { addresses: [{ address: '2001:db8::7/128', peer: '2001:db8:1::1', metric: 77, flags: 2 }], routes: [] },
  },
  'a deprecated IPv6 address without a route of its own': {
    commands: [
      'addr add 2001:db8::7/64 preferred_lft 0 noprefixroute nodad dev eth0',
      '-6 route add 2001:db8::/64 dev eth0 proto kernel metric 100',
    ],
    plan: {
      addresses: [
        { address: '2001:db8::7/64', flags: NOPREFIXROUTE | 2, lifetime: { preferred: 0, valid: 0xffffffff } },
      ],
      routes: [{ destination: '2001:db8::/64', priority: 100, scope: UNIVERSE, table: 254, protocol: RTPROT_KERNEL }],
    },
  },
};

/** Refused, with a text of the reason. */
export const REFUSED: Readonly<Record<string, AddressCase & { readonly reason: string }>> = {
  'a lease': {
    commands: ['addr add 192.0.2.7/24 valid_lft 100 preferred_lft 100 dev eth0'],
    plan: { addresses: [{ address: '192.0.2.7/24', lifetime: { valid: 100, preferred: 100 } }], routes: [] },
    reason: '192.0.2.7/24 has a finite lifetime',
  },
  'a lease beside a permanent address': {
    commands: ['addr add 192.0.2.7/24 dev eth0', 'addr add 10.1.0.7/24 valid_lft 100 preferred_lft 0 dev eth0'],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }, { address: '10.1.0.7/24', lifetime: { valid: 100, preferred: 0 } }],
      routes: [],
    },
    reason: '10.1.0.7/24 has a finite lifetime',
  },
  'a route of a DHCP client': {
    commands: ['addr add 192.0.2.7/24 dev eth0', 'route add default via 192.0.2.1 proto dhcp'],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [{ destination: '0.0.0.0/0', gateway: '192.0.2.1', table: 254, protocol: 16, scope: UNIVERSE }],
    },
    reason: '0.0.0.0/0 has a finite lifetime',
  },
  'an IPv6 address': {
    commands: ['addr add 2001:db8::7/64 nodad dev eth0', 'addr add 192.0.2.7/24 dev eth0'],
    plan: { addresses: [{ address: '192.0.2.7/24' }, { address: '2001:db8::7/64', flags: 2 }], routes: [] },
    reason: `eth0 has the IPv6 address 2001:db8::7/64, and ${BRIDGE} has IPv6 disabled`,
  },
  'an IPv6 address from a router': {
    commands: ['addr add 2001:db8::7/64 nodad valid_lft 100 preferred_lft 100 dev eth0'],
    plan: {
      addresses: [{ address: '2001:db8::7/64', flags: 2, lifetime: { valid: 100, preferred: 100 } }],
      routes: [],
    },
    reason: 'has IPv6 disabled',
  },
  'several next hops': {
    commands: [
      'addr add 192.0.2.7/24 dev eth0',
      'route add 10.0.0.0/8 nexthop via 192.0.2.1 dev eth0 nexthop via 192.0.2.2 dev eth0',
    ],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [],
      immovable: ['the route to 10.0.0.0/8 has several next hops'],
    },
    reason: 'the route to 10.0.0.0/8 has several next hops; move it',
  },
  'a next hop of IPv6': {
    commands: ['addr add 192.0.2.7/24 dev eth0', 'route add 10.0.0.0/8 via inet6 fe80::1 dev eth0'],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [],
      immovable: ['the route to 10.0.0.0/8 has a next hop of IPv6'],
    },
    reason: 'the route to 10.0.0.0/8 has a next hop of IPv6; move it',
  },
  'a next hop object': {
    commands: [
      'addr add 192.0.2.7/24 dev eth0',
      'nexthop add id 5 via 192.0.2.1 dev eth0',
      'route add 10.0.0.0/8 nhid 5',
    ],
    plan: {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [],
      immovable: ['the route to 10.0.0.0/8 uses a next hop object (ip nexthop)'],
    },
    reason: 'uses a next hop object (ip nexthop)',
  },
};
