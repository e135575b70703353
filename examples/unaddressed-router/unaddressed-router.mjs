// A router without addresses: the scenario of nova's specification "Boot a VM with an unaddressed
// port". Three guests on two networks; the one in the middle has a port on each, and no address on
// either. It passes on what is sent to its MAC addresses, by NAT. Run as root after `npm run build`:
// node examples/unaddressed-router/unaddressed-router.mjs [--guests vm]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
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

/** What a guest is. */
const GUEST_KINDS = { namespace: './guests-in-namespaces.mjs', vm: './guests-in-vm.mjs' };

/**
 * Runs the scenario; returns what the first guest's pings said, with and without NAT, and what was
 * left. `kind`: `namespace` or `vm`.
 */
export async function unaddressedRouter(print = console.log, kind = 'namespace') {
  const { openGuests } = await import(GUEST_KINDS[kind]);
  const hostNs = `os-vif-${process.pid}-${Date.now().toString(36)}`;
  await ip('netns', 'add', hostNs);
  let guests;
  try {
    guests = await openGuests(hostNs);
    const host = await LinuxHost.open({ netns: hostNs });
    const osVif = await OsVif.open({ host });

    const plugged = [];
    for (const [guest, nics] of Object.entries(GUESTS)) {
      const ends = [];
      for (const { nic, network, port } of nics) {
        requireUsableAddressing(port);
        const vif = vifFromPort(port, { network });
        const instance = new InstanceInfo({ uuid: port.device_id, name: guest });
        await osVif.plug(vif, instance);
        plugged.push({ vif, instance });
        const xml = toInterfaceXml(vif, { virtType: kind === 'vm' ? 'qemu' : 'kvm' });
        print(`${guest}: ${xml}`);
        ends.push({ nic, ...endOf(xml) });
      }
      await guests.start(guest, ends);
    }

    // In the guests, by hand.
    await configureEnd(guests, 'first', 'eth1', '10.1.0.10/24', THIRD_AS_SEEN_FROM_NET1, macOf('middle', 'eth1'));
    await configureEnd(guests, 'third', 'eth2', '10.2.0.10/24', FIRST_AS_SEEN_FROM_NET2, macOf('middle', 'eth2'));
    await configureMiddle(guests);
    const before = await ping(guests, 'first', THIRD_AS_SEEN_FROM_NET1);
    await translate(guests);
    const after = await ping(guests, 'first', THIRD_AS_SEEN_FROM_NET1);
    const addresses = await guests.run('middle', 'ip -4 addr show dev eth1; ip -4 addr show dev eth2; ip link');
    print(after, addresses);

    // The guests go, and with them their NICs; then the VIFs, and what these shared.
    for (const { vif } of plugged) await ip('-n', hostNs, 'link', 'del', vif.vifName);
    await osVif.unplugAll(plugged);
    await osVif.collectGarbage([]);
    const left = (await host.links.list()).map(({ name }) => name);
    await osVif.close();
    await host.close();
    return { before, after, addresses, left };
  } finally {
    await guests?.end();
    await ip('netns', 'del', hostNs);
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

/** What libvirt reads of the element when the guest starts. */
function endOf(xml) {
  const attribute = (pattern) => pattern.exec(xml)[1];
  return {
    mac: attribute(/<mac address="([^"]+)"/),
    bridge: attribute(/<source bridge="([^"]+)"/),
    device: attribute(/<target dev="([^"]+)"/),
    mtu: attribute(/<mtu size="([^"]+)"/),
  };
}

/** An addressed guest, with the entry in its ARP table that nobody would answer for. */
async function configureEnd(guests, guest, nic, address, peer, mac) {
  await guests.run(guest, `ip addr add ${address} dev ${nic}; ${guests.neighbour(nic, peer, mac)}`);
}

/** Routes by device alone, and the guests' MAC addresses by hand: who has no address can't ask for them. */
async function configureMiddle(guests) {
  const lines = [
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    'ip route add 10.1.0.0/24 dev eth1',
    'ip route add 10.2.0.0/24 dev eth2',
    guests.neighbour('eth1', '10.1.0.10', macOf('first', 'eth1')),
    guests.neighbour('eth2', '10.2.0.10', macOf('third', 'eth2')),
  ];
  for (const line of lines) await guests.run('middle', line);
}

async function translate(guests) {
  const lines = [
    'add table ip nat',
    'add chain ip nat in { type nat hook prerouting priority dstnat; }',
    'add chain ip nat out { type nat hook postrouting priority srcnat; }',
    `add rule ip nat in iifname eth1 ip daddr ${THIRD_AS_SEEN_FROM_NET1} dnat to 10.2.0.10`,
    `add rule ip nat out oifname eth2 ip saddr 10.1.0.10 snat to ${FIRST_AS_SEEN_FROM_NET2}`,
  ];
  for (const line of lines) await guests.run('middle', `/usr/sbin/nft '${line}'`);
}

function ping(guests, guest, address) {
  return guests.run(guest, `ping -c 3 -i 0.2 -W 2 ${address}`);
}

async function ip(...args) {
  return (await promisify(execFile)('ip', args)).stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { guests } = parseArgs({ options: { guests: { type: 'string', default: 'namespace' } } }).values;
  if (!Object.hasOwn(GUEST_KINDS, guests)) throw new Error(`--guests: expected namespace or vm, found ${guests}`);
  await unaddressedRouter(console.log, guests);
}
