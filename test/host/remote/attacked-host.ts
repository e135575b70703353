/** A host with devices of other owners, and a client of its helper that attacks them. */

import { expect, onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { PolicyOptions } from '../../../src/host/remote/policy.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { interceptHost } from '../../../src/host-contract/intercept.ts';
import { type AtEnd, forAllTests } from '../for-all-tests.ts';
import { makeNetns, type Netns } from '../netns.ts';
import { HELLO, helperOf, rawClient } from './helper-host.ts';

/** The answer to one request. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly errno?: string };
}

export interface AttackedHost {
  readonly netns: Netns;
  /** Path of the helper's socket. */
  readonly socket: string;
  /** Sends one request, and resolves to its answer. */
  ask(verb: string, ...args: unknown[]): Promise<Answer>;
  /** The index of a device; `ip link` must know it. */
  indexOf(name: string): number;
  /** What must stay as it is: devices, addresses, routes and rules, without values that the kernel changes by itself. */
  state(): string;
}

/** Without IPv6, because the kernel adds and changes link-local addresses by itself. */
const SETUP = `
  for each in all default; do echo 1 > /proc/sys/net/ipv6/conf/$each/disable_ipv6; done
  ip link set lo up
  ip link add eth0 type veth peer name far0
  ip link add eth1 type veth peer name far1
  ip address add 192.0.2.1/24 dev eth0
  ip address add 198.51.100.1/24 dev eth1
  for each in eth0 far0 eth1 far1; do ip link set $each up; done
  ip route add default via 198.51.100.254 dev eth1
  ip link add br-host type bridge
  ip link add port0 type veth peer name port1
  ip link set port0 master br-host
  iptables -N ADMIN-CHAIN
  iptables -A FORWARD -i eth0 -j ADMIN-CHAIN
  ip6tables -N ADMIN-CHAIN
  nft add table netdev admin
  nft add chain netdev admin in '{ type filter hook ingress device eth0 priority 0 ; }'
`;

/** An alias that a client may give its devices. */
export const MINE = { alias: 'os-vif:mine' };

/**
 * Has another process act on the host when the policy of the helper has looked at a device, before the request is made.
 * `device` is absent when the policy has listed all devices.
 */
export type AfterLook = (netns: Netns, device: unknown) => void;

/**
 * eth0, br-host and its port port0 have another owner; the helper may use eth1 when `devices` names it.
 *
 * @param setup further commands of a shell in the namespace
 */
export async function attackedHost(
  allowed: PolicyOptions = {},
  { setup = '', afterLook, atEnd = onTestFinished }: { setup?: string; afterLook?: AfterLook; atEnd?: AtEnd } = {},
): Promise<AttackedHost> {
  const netns = await makeNetns(atEnd);
  netns.run('sh', '-ec', SETUP + setup);
  const host = await LinuxHost.open({ netns: netns.path });
  atEnd(() => host.close());
  const watched = afterLook === undefined ? host : interceptLooks(host, (device) => afterLook(netns, device));
  const socket = await helperOf(watched, allowed, atEnd);
  return {
    netns,
    socket,
    ask: await asker(socket, atEnd),
    indexOf: (name) => indexIn(netns, name),
    state: () => stateOf(netns),
  };
}

function interceptLooks(host: Host, afterLook: (device: unknown) => void): Host {
  return interceptHost(host, async ({ port, method, args }, proceed) => {
    const result = await proceed();
    if (port === 'links' && (method === 'get' || method === 'list')) afterLook(args[0]);
    return result;
  });
}

/** A host that refuses each request of the tests of a `describe`, and stays as it is. */
export interface UnchangedHost {
  /** Sends a request, and resolves to the error. Fails if the host is not as it was before. */
  refusal(verb: string, ...args: unknown[]): Promise<Answer['error']>;
  indexOf(name: string): number;
}

/**
 * One host for all tests of a `describe`.
 *
 * @param prepare makes requests before the tests
 */
export function unchangedHost(
  allowed: PolicyOptions = {},
  prepare: (ask: AttackedHost['ask']) => Promise<unknown> = async () => {},
): UnchangedHost {
  const made = forAllTests(async (atEnd) => {
    const host = await attackedHost(allowed, { atEnd });
    await prepare(host.ask);
    return { ...host, last: host.state() };
  });
  return {
    refusal: async (verb, ...args) => {
      const host = made();
      const before = host.last;
      const { error } = await host.ask(verb, ...args);
      host.last = host.state();
      expect(host.last).toBe(before);
      return error;
    },
    indexOf: (name) => made().indexOf(name),
  };
}

/** A connection of its own to the helper. */
export async function asker(socket: string, atEnd: AtEnd = onTestFinished): Promise<AttackedHost['ask']> {
  const client = await rawClient(socket, atEnd);
  client.send(HELLO);
  await client.next();
  const waiting = new Map<number, (answer: Answer) => void>();
  const read = async (): Promise<void> => {
    for (let frame = await client.next(); frame !== undefined; frame = await client.next())
      waiting.get(frame.id ?? -1)?.(frame);
  };
  void read();
  let last = 0;
  return (verb, ...args) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      client.send({ id: last, verb, args });
    });
}

function indexIn(netns: Netns, name: string): number {
  const found = netns.links().find(({ ifname }) => ifname === name);
  if (found === undefined) throw new Error(`${name} is missing`);
  return found.ifindex;
}

/** The kernel changes these by itself: carrier, lifetimes, counters. */
const VOLATILE = new Set(['operstate', 'valid_life_time', 'preferred_life_time', 'linkmode', 'stats', 'stats64']);

function stateOf(netns: Netns): string {
  const json = (...command: [string, ...string[]]): unknown => JSON.parse(netns.run(...command) || '[]', stable);
  return JSON.stringify(
    {
      links: json('ip', '-d', '-j', 'link', 'show'),
      addresses: json('ip', '-j', 'address', 'show'),
      routes: json('ip', '-j', 'route', 'show', 'table', 'all'),
      iptables: netns.run('iptables-save').replaceAll(/^[#:].*\n/gm, ''),
      nft: json('nft', '-j', 'list', 'ruleset', 'netdev'),
    },
    undefined,
    1,
  );
}

function stable(key: string, value: unknown): unknown {
  if (VOLATILE.has(key)) return undefined;
  if (key === 'flags' && Array.isArray(value))
    return value.filter((flag) => !['LOWER_UP', 'NO-CARRIER', 'M-DOWN'].includes(flag)).sort();
  return value;
}
