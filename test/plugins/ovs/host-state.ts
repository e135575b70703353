/** What a host with Open vSwitch looks like, in the form of the vectors in conformance/host-state. */

import type { IpLink } from '../../host/netns.ts';
import type { Row } from '../../host/ovsdb/ovsdb-server.ts';
import type { OvsHost } from './ovs-host.ts';

export interface HostState {
  readonly ovs: readonly unknown[];
  readonly ovs_leftover_qos: number;
  readonly links: readonly unknown[];
}

/** The state of a host as ovsdb-client and iproute2 read it. No code of the library is used. */
export function hostState(ovs: OvsHost): HostState {
  const [bridges, ports, interfaces, qos] = ovs.server.rowsOf('Bridge', 'Port', 'Interface', 'QoS').map(byUuid);
  if (!bridges || !ports || !interfaces || !qos) throw new Error('a table is missing');
  const used = new Set([...ports.values()].flatMap((port) => references(port.qos)));
  const internal = [...interfaces.values()].filter(({ type }) => type === 'internal');
  return {
    ovs: sorted([...bridges.values()].map((bridge) => describeBridge(bridge, ports, interfaces, qos))),
    ovs_leftover_qos: [...qos.keys()].filter((uuid) => !used.has(uuid)).length,
    links: linksOf(ovs, new Set(internal.map(({ name }) => name))),
  };
}

type Table = Map<string, Row>;

function describeBridge(bridge: Row, ports: Table, interfaces: Table, qos: Table) {
  const rows = references(bridge.ports)
    .map((uuid) => ports.get(uuid))
    .filter((port) => port !== undefined);
  return {
    name: bridge.name,
    datapath_type: bridge.datapath_type,
    ports: sorted(rows.map((port) => describePort(port, interfaces, qos))),
  };
}

function describePort(port: Row, interfaces: Table, qos: Table) {
  const row = qos.get(references(port.qos)[0] ?? '');
  return {
    name: port.name,
    tag: plain(port.tag),
    vlan_mode: plain(port.vlan_mode),
    trunks: plain(port.trunks),
    qos: row ? { type: row.type, external_ids: plain(row.external_ids) } : null,
    interfaces: references(port.interfaces).flatMap((uuid) => {
      const found = interfaces.get(uuid);
      if (!found) return [];
      const { name, type, options, external_ids, mtu_request } = found;
      return [
        { name, type, options: plain(options), external_ids: plain(external_ids), mtu_request: plain(mtu_request) },
      ];
    }),
  };
}

function linksOf({ netns }: OvsHost, switchOwn: ReadonlySet<unknown>): unknown[] {
  const links = netns.links().filter(({ ifname }) => ifname !== 'ovs-netdev' && !switchOwn.has(ifname));
  const sysctl = (name: string, family: string, key: string) =>
    netns.run('cat', `/proc/sys/net/${family}/conf/${name}/${key}`).trim();
  return sorted(
    links.map((link) => ({
      name: link.ifname,
      kind: link.linkinfo?.info_kind,
      mtu: link.mtu,
      flags: link.flags.filter((flag) => flag === 'UP' || flag === 'PROMISC').sort(),
      ...(link.master !== undefined && { master: link.master }),
      ...(link.linkinfo?.info_kind === 'veth' && { peer: link.link }),
      ...(link.linkinfo?.info_kind === 'tun' && {
        address: link.address,
        tun: pick(link, 'type', 'multi_queue', 'persist', 'vnet_hdr'),
      }),
      ...(link.linkinfo?.info_kind === 'bridge' && {
        bridge: pick(link, 'ageing_time', 'forward_delay', 'stp_state', 'mcast_snooping'),
        sysctl: {
          disable_ipv6: sysctl(link.ifname, 'ipv6', 'disable_ipv6'),
          arp_ignore: sysctl(link.ifname, 'ipv4', 'arp_ignore'),
          arp_announce: sysctl(link.ifname, 'ipv4', 'arp_announce'),
        },
      }),
    })),
  );
}

function pick({ linkinfo }: IpLink, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, linkinfo?.info_data?.[key]]));
}

function byUuid(rows: readonly Row[]): Table {
  return new Map(rows.map((row) => [references(row._uuid)[0] ?? '', row]));
}

function references(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  if (value[0] === 'uuid') return [String(value[1])];
  return value[0] === 'set' && Array.isArray(value[1]) ? value[1].flatMap(references) : [];
}

/** OVSDB's notation without its tags. */
function plain(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value[0] === 'map' ? Object.fromEntries(value[1]) : value[1];
}

function sorted<T extends { readonly name: unknown }>(rows: T[]): T[] {
  return rows.sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
}
