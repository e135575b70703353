// What the host looks like, as iproute2, ovs-vsctl, iptables and /proc tell it; the library is not asked.
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './namespace.mjs';

export function observe(host) {
  return { links: linksByName(), ...switchOf(host), chains: chainNames(), addresses: addresses() };
}

/** A sysctl of a device, such as `ipv4/arp_ignore`. */
export function sysctlOf(device, key) {
  const [family, name] = key.split('/');
  return readFileSync(`/proc/sys/net/${family}/conf/${device}/${name}`, 'utf8').trim();
}

/** The processes that have a TAP open, such as `ovs-vswitchd (12)`: the kernel keeps the device for them. */
export function holdersOf(tap) {
  return readdirSync('/proc')
    .filter((pid) => /^[0-9]+$/.test(pid) && holds(pid, tap))
    .map((pid) => `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (${pid})`);
}

function holds(pid, tap) {
  try {
    const folder = `/proc/${pid}/fdinfo`;
    return readdirSync(folder).some((fd) => readFileSync(`${folder}/${fd}`, 'utf8').includes(`iff:\t${tap}\n`));
  } catch {
    // The process, or the descriptor, is gone.
    return false;
  }
}

function linksByName() {
  const links = JSON.parse(run('ip', '-j', '-d', 'link', 'show')).map((link) => ({
    name: link.ifname,
    index: link.ifindex,
    kind: link.linkinfo?.info_kind,
    mtu: link.mtu,
    up: link.flags.includes('UP'),
    promiscuous: link.flags.includes('PROMISC'),
    master: link.master,
    lower: link.link,
    alias: link.ifalias,
    mac: link.address,
    group: link.group,
  }));
  return new Map(links.map((link) => [link.name, link]));
}

/** Every IPv4 address of a device, with its remaining seconds, and every default route. */
function addresses() {
  const addresses = JSON.parse(run('ip', '-j', '-4', 'address', 'show')).flatMap(({ ifname, addr_info }) =>
    addr_info.map(({ local, prefixlen, valid_life_time }) => ({
      address: `${local}/${prefixlen}`,
      on: ifname,
      lifetime: valid_life_time,
    })),
  );
  const routes = JSON.parse(run('ip', '-j', '-4', 'route', 'show', 'default')).map(({ gateway, dev }) => ({
    address: `default via ${gateway}`,
    on: dev,
  }));
  return [...addresses, ...routes].filter(({ on }) => on !== 'lo');
}

function switchOf({ vsctl }) {
  const table = (name) => {
    const { headings, data } = JSON.parse(vsctl('--format=json', 'list', name));
    return data.map((row) => Object.fromEntries(row.map((value, i) => [headings[i], plain(value)])));
  };
  const [bridges, ports, interfaces, qos] = ['Bridge', 'Port', 'Interface', 'QoS'].map(table);
  const rows = bridges.flatMap((bridge) =>
    [bridge.ports].flat().map((uuid) => {
      const port = ports.find(({ _uuid }) => _uuid === uuid);
      const found = interfaces.find(({ _uuid }) => [port.interfaces].flat().includes(_uuid));
      return {
        name: port.name,
        bridge: bridge.name,
        owner: port.external_ids['os-vif'],
        ids: found?.external_ids,
        ofport: found?.ofport,
        ifindex: found?.ifindex,
        error: found?.error,
      };
    }),
  );
  return {
    bridges: new Set(bridges.map(({ name }) => name)),
    rows: new Map(rows.map((row) => [row.name, row])),
    // Rows that nothing refers to are garbage of the database's own, but QoS is not collected by it.
    qos: qos.length,
  };
}

/** OVSDB's notation without its tags (RFC 7047 5.1); an empty set is undefined. */
function plain(value) {
  if (!Array.isArray(value)) return value;
  const [tag, content] = value;
  if (tag === 'map') return Object.fromEntries(content);
  if (tag === 'uuid') return content;
  return content.length === 0 ? undefined : content.map(plain);
}

function chainNames() {
  const lines = run('iptables-save', '-t', 'filter').split('\n');
  return new Set(lines.flatMap((line) => /^:(os-vif-\S+) /.exec(line)?.[1] ?? []));
}
