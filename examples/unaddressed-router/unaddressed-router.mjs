// A router without addresses: the scenario of nova's specification "Boot a VM with an unaddressed port". Three guests on two networks; the
// one in the middle has a port on each, and no address on either. It passes on what is sent to its MAC addresses, by NAT.
// Run as root after `npm run build`: node examples/unaddressed-router/unaddressed-router.mjs
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InstanceInfo } from 'os-vif';
import { LinuxHost, OsVif } from 'os-vif/host';
import { toInterfaceXml } from 'os-vif/libvirt';
import { requireUsableAddressing, vifFromPort } from 'os-vif/neutron';

const NET1 = { id: '1a2b3c4d-0000-4000-8000-000000000001', name: 'net1', mtu: 1450 };
const NET2 = { id: '2a2b3c4d-0000-4000-8000-000000000002', name: 'net2', mtu: 1450 };

/** Nobody has these: what the first guest sends to the third by, and what the third sees it come from. */
const THIRD_AS_SEEN_FROM_NET1 = '10.1.0.99';
const FIRST_AS_SEEN_FROM_NET2 = '10.2.0.99';

/** Each guest's NICs: the port as Neutron's API shows it, and its network. */
const GUESTS = {
  first: [{ nic: 'eth1', network: NET1, port: port('a', NET1, '10.1.0.10') }],
  middle: [
    { nic: 'eth1', network: NET1, port: port('b', NET1) },
    { nic: 'eth2', network: NET2, port: port('c', NET2) },
  ],
  third: [{ nic: 'eth2', network: NET2, port: port('d', NET2, '10.2.0.10') }],
};

/** Runs the scenario in namespaces; returns what the first guest's pings said, with and without NAT, and what was left. */
export async function unaddressedRouter(print = console.log) {
  const suffix = `${process.pid}-${Date.now().toString(36)}`;
  const names = Object.fromEntries(['host', ...Object.keys(GUESTS)].map((name) => [name, `os-vif-${name}-${suffix}`]));
  for (const netns of Object.values(names)) await ip('netns', 'add', netns);
  try {
    const host = await LinuxHost.open({ netns: names.host });
    const osVif = await OsVif.open({ host });

    const plugged = [];
    for (const [guest, nics] of Object.entries(GUESTS)) {
      for (const { nic, network, port } of nics) {
        requireUsableAddressing(port);
        const vif = vifFromPort(port, { network });
        const instance = new InstanceInfo({ uuid: port.device_id, name: guest });
        await osVif.plug(vif, instance);
        plugged.push({ vif, instance });
        const xml = toInterfaceXml(vif, { virtType: 'kvm' });
        print(`${guest}: ${xml}`);
        await startNic(xml, names.host, names[guest], nic, port);
      }
    }

    // In the guests, by hand.
    await configureEnd(names.first, 'eth1', '10.1.0.10/24', THIRD_AS_SEEN_FROM_NET1, macOf('middle', 'eth1'));
    await configureEnd(names.third, 'eth2', '10.2.0.10/24', FIRST_AS_SEEN_FROM_NET2, macOf('middle', 'eth2'));
    await configureMiddle(names.middle);
    const before = await ping(names.first, THIRD_AS_SEEN_FROM_NET1);
    await translate(names.middle);
    const after = await ping(names.first, THIRD_AS_SEEN_FROM_NET1);
    const addresses = await ip('-n', names.middle, '-br', 'addr', 'show', 'up');
    print(after, addresses);

    // The guests go, and with them their NICs; then the VIFs, and what these shared.
    for (const { vif } of plugged) await ip('-n', names.host, 'link', 'del', vif.vifName);
    await osVif.unplugAll(plugged);
    await osVif.collectGarbage([]);
    const left = (await host.links.list()).map(({ name }) => name);
    await osVif.close();
    await host.close();
    return { before, after, addresses, left };
  } finally {
    for (const netns of Object.values(names)) await ip('netns', 'del', netns);
  }
}

/** A bound port, as `GET /v2.0/ports/{id}` shows it. Without an address it is one made with `--no-fixed-ip`. */
function port(digit, network, address) {
  const id = `${digit.repeat(8)}-0000-4000-8000-000000000000`;
  return {
    id,
    network_id: network.id,
    mac_address: `fa:16:3e:00:00:0${digit}`,
    device_id: `${digit.repeat(8)}-1111-4111-8111-111111111111`,
    fixed_ips: address === undefined ? [] : [{ subnet_id: network.id, ip_address: address }],
    ip_allocation: address === undefined ? 'none' : 'immediate',
    // Neutron's firewall would drop everything that an unaddressed port sends.
    port_security_enabled: false,
    admin_state_up: true,
    status: 'ACTIVE',
    'binding:vif_type': 'bridge',
    'binding:vnic_type': 'normal',
    'binding:vif_details': { connectivity: 'l2', port_filter: true },
    'binding:profile': {},
  };
}

function macOf(guest, nic) {
  return GUESTS[guest].find((candidate) => candidate.nic === nic).port.mac_address;
}

/** What libvirt does with the element when the guest starts: the NIC's other end goes into the bridge that it names. */
async function startNic(xml, hostNs, guestNs, nic, { mac_address: mac }) {
  const [, bridge] = /<source bridge="([^"]+)"/.exec(xml);
  const [, device] = /<target dev="([^"]+)"/.exec(xml);
  const [, mtu] = /<mtu size="([^"]+)"/.exec(xml);
  const ends = ['mtu', mtu, 'type', 'veth', 'peer', 'name', nic, 'mtu', mtu, 'address', mac, 'netns', guestNs];
  await ip('-n', hostNs, 'link', 'add', device, ...ends);
  await ip('-n', hostNs, 'link', 'set', device, 'master', bridge, 'up');
  await run('ip', ['netns', 'exec', guestNs, 'sysctl', '-qw', `net.ipv6.conf.${nic}.disable_ipv6=1`]);
  await ip('-n', guestNs, 'link', 'set', nic, 'up');
}

/** An addressed guest, with the entry in its ARP table that nobody would answer for. */
async function configureEnd(netns, nic, address, peer, mac) {
  await ip('-n', netns, 'addr', 'add', address, 'dev', nic);
  await ip('-n', netns, 'neigh', 'add', peer, 'lladdr', mac, 'dev', nic);
}

/** Routes by device alone, and the guests' MAC addresses by hand: who has no address can't ask for them. */
async function configureMiddle(netns) {
  await run('ip', ['netns', 'exec', netns, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await ip('-n', netns, 'route', 'add', '10.1.0.0/24', 'dev', 'eth1');
  await ip('-n', netns, 'route', 'add', '10.2.0.0/24', 'dev', 'eth2');
  await ip('-n', netns, 'neigh', 'add', '10.1.0.10', 'lladdr', macOf('first', 'eth1'), 'dev', 'eth1');
  await ip('-n', netns, 'neigh', 'add', '10.2.0.10', 'lladdr', macOf('third', 'eth2'), 'dev', 'eth2');
}

async function translate(netns) {
  const nat = (...rule) => run('ip', ['netns', 'exec', netns, 'iptables', '-w', '-t', 'nat', '-A', ...rule]);
  await nat('PREROUTING', '-i', 'eth1', '-d', THIRD_AS_SEEN_FROM_NET1, '-j', 'DNAT', '--to-destination', '10.2.0.10');
  await nat('POSTROUTING', '-o', 'eth2', '-s', '10.1.0.10', '-j', 'SNAT', '--to-source', FIRST_AS_SEEN_FROM_NET2);
}

async function ping(netns, address) {
  const args = ['netns', 'exec', netns, 'ping', '-c', '3', '-i', '0.2', '-W', '1', address];
  const { stdout } = await run('ip', args).catch((error) => error);
  return stdout;
}

async function ip(...args) {
  return (await run('ip', args)).stdout;
}

async function run(command, args) {
  return promisify(execFile)(command, args);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await unaddressedRouter();
