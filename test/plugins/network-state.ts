/** What a host looks like, in the form of the vectors in conformance/host-state. */

import type { Host } from '../../src/host-contract/host.ts';
import type { Link } from '../../src/host-contract/links.ts';
import type { IpLink, Netns } from '../host/netns.ts';

export interface NetworkState {
  readonly links: readonly unknown[];
  /** The rules that tell packets for a bridge apart, without the chains that they stand in. */
  readonly forward: readonly string[];
}

/** As iproute2, /proc and iptables tell it. */
export function kernelState(netns: Netns): NetworkState {
  const links = netns.links().map((link) => ({
    name: link.ifname,
    kind: link.linkinfo?.info_kind,
    mtu: link.mtu,
    flags: link.flags.filter((flag) => flag === 'UP' || flag === 'PROMISC').sort(),
    ...(link.master !== undefined && { master: link.master }),
    ...(link.linkinfo?.info_kind === 'veth' && { peer: link.link }),
    ...(link.linkinfo?.info_kind === 'bridge' && {
      bridge: pick(link, 'ageing_time', 'forward_delay', 'stp_state', 'mcast_snooping'),
      sysctl: {
        disable_ipv6: readSysctl(netns, `ipv6/conf/${link.ifname}/disable_ipv6`),
        arp_ignore: readSysctl(netns, `ipv4/conf/${link.ifname}/arp_ignore`),
        arp_announce: readSysctl(netns, `ipv4/conf/${link.ifname}/arp_announce`),
      },
    }),
  }));
  const lines = netns.run('iptables', '-S').split('\n');
  const jumpedTo = lines.flatMap((line) => /^-A FORWARD -j (\S+)$/.exec(line)?.[1] ?? []);
  return {
    links: sorted(links),
    forward: bridgeRules(lines.filter((line) => jumpedTo.some((chain) => line.startsWith(`-A ${chain} `)))),
  };
}

/** As the host's own ports tell it. */
export async function portState(host: Host, bridges: readonly string[]): Promise<NetworkState> {
  const all = (await host.links.list()).filter(({ name }) => name !== 'lo');
  const nameOf = (index: number) => all.find((link) => link.index === index)?.name;
  const links = await Promise.all(
    all.map(async (link) => ({
      name: link.name,
      kind: link.kind,
      mtu: link.mtu,
      flags: [...(link.promiscuous ? ['PROMISC'] : []), ...(link.up ? ['UP'] : [])],
      ...(link.master !== 0 && { master: nameOf(link.master) }),
      ...(link.kind === 'veth' && { peer: nameOf(link.lower) }),
      ...(link.bridge && { bridge: bridgeOf(link), sysctl: await sysctlsOf(host, link) }),
    })),
  );
  const chains = await Promise.all(bridges.map((bridge) => host.filter.get(`os-vif-${bridge}`)));
  return { links: sorted(links), forward: chains.flatMap((chain) => (chain?.jumpedTo ? chain.rules : [])) };
}

/** The rules with a device in them; what is left are jumps from chain to chain. */
export function bridgeRules(lines: readonly string[]): string[] {
  return lines.filter((line) => / -[io] /.test(line)).map((line) => line.replace(/^-A \S+ /, ''));
}

function bridgeOf({ bridge }: Link) {
  if (bridge === undefined) return undefined;
  return {
    ageing_time: bridge.ageingTime * 100,
    forward_delay: bridge.forwardDelay * 100,
    stp_state: Number(bridge.stp),
    mcast_snooping: Number(bridge.multicastSnooping),
  };
}

async function sysctlsOf({ sysctl }: Host, { name }: Link) {
  return {
    disable_ipv6: await sysctl.get(`net/ipv6/conf/${name}/disable_ipv6`),
    arp_ignore: await sysctl.get(`net/ipv4/conf/${name}/arp_ignore`),
    arp_announce: await sysctl.get(`net/ipv4/conf/${name}/arp_announce`),
  };
}

function readSysctl(netns: Netns, key: string): string {
  return netns.run('cat', `/proc/sys/net/${key}`).trim();
}

function pick({ linkinfo }: IpLink, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, linkinfo?.info_data?.[key]]));
}

function sorted<T extends { readonly name: string }>(links: T[]): T[] {
  return links.sort((a, b) => (a.name < b.name ? -1 : 1));
}
