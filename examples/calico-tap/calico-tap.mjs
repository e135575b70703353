// VIF_TYPE_TAP as Project Calico uses it: the host side of the guest's NIC is a plain TAP device, and the host routes.
// No bridge, no address on the device: a host route leads to the guest, and proxy ARP answers for everything beyond.
// A source guard on the TAP drops what the guest sends from addresses of others.
// Run as root after `npm run build`: node examples/calico-tap/calico-tap.mjs [--guests vm]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import {
  FixedIP,
  FixedIPList,
  InstanceInfo,
  Network,
  Subnet,
  SubnetList,
  VIFGeneric,
  VIFPortProfileFPTap,
} from 'os-vif';
import { LinuxHost, OsVif, TapPlugin } from 'os-vif/host';

const TAP = 'cali4a5b6c';
const GUEST_ADDRESS = '10.65.0.2';
/** An address that the guest does not have. */
const ADDRESS_OF_ANOTHER = '10.65.0.3';
const WORLD_ADDRESS = '192.0.2.1';
/** The guest's gateway: nobody has this address, the host answers ARP requests for it. */
const GATEWAY = '169.254.1.1';

const ips = new FixedIPList({ objects: [new FixedIP({ address: GUEST_ADDRESS })] });
const vif = new VIFGeneric({
  id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
  plugin: 'tap',
  vifName: TAP,
  address: 'fa:16:3e:4a:5b:6c',
  network: new Network({ mtu: 1450, subnets: new SubnetList({ objects: [new Subnet({ ips })] }) }),
  portProfile: new VIFPortProfileFPTap({ macAddress: 'ee:ee:ee:ee:ee:ee' }),
});
const instance = new InstanceInfo({ name: 'instance-0000000a' });

/** What the guest is. */
const GUEST_KINDS = { namespace: './guest-in-namespace.mjs', vm: './guest-in-vm.mjs' };

/**
 * Namespaces for the world and the host, and a guest, whose kind is `namespace` or `vm`. Returns
 * what the pings said, and how many frames the source guard dropped while the guest pinged from the
 * address of another.
 */
export async function calicoTap(print = console.log, kind = 'namespace') {
  const { startGuest } = await import(GUEST_KINDS[kind]);
  const suffix = `${process.pid}-${Date.now().toString(36)}`;
  const [world, hostNs] = ['world', 'host'].map((name) => `os-vif-${name}-${suffix}`);
  for (const netns of [world, hostNs]) await ip('netns', 'add', netns);
  let guest;
  try {
    await connectHostToWorld(hostNs, world);
    const host = await LinuxHost.open({ netns: hostNs });
    const osVif = await OsVif.open({ host, plugins: [new TapPlugin({ sourceGuard: 'mac-and-ip' })] });

    await osVif.plug(vif, instance);
    print(await ip('-n', hostNs, '-d', 'link', 'show', TAP));
    guest = await startGuest(hostNs, { tap: TAP, mac: vif.address, mtu: vif.network.mtu });
    await configureGuest(guest);
    await routeToGuest(host, hostNs);
    print(await ip('-n', hostNs, 'route'));

    const toWorld = await guest.run(`ping -c 3 -i 0.2 -W 2 ${WORLD_ADDRESS}`);
    const toGuest = await ping(world, GUEST_ADDRESS);
    const arp = await guest.run('ip neigh');
    print(toWorld, toGuest, arp);

    const before = await dropsOf(host);
    await guest.run(`ip addr add ${ADDRESS_OF_ANOTHER}/32 dev eth0`);
    const spoofed = await guest.run(`ping -c 3 -i 0.2 -W 1 -I ${ADDRESS_OF_ANOTHER} ${WORLD_ADDRESS}`);
    const drops = (await dropsOf(host)) - before;
    print(spoofed, `The source guard dropped ${drops} frames.`);

    await guest.end();
    guest = undefined;
    await osVif.unplug(vif, instance);
    const left = (await host.links.list()).map(({ name }) => name);
    await osVif.close();
    await host.close();
    return { toWorld, toGuest, arp, spoofed, drops, left };
  } finally {
    await guest?.end();
    for (const netns of [world, hostNs]) await ip('netns', 'del', netns);
  }
}

/** The number of frames that the source guard has dropped. */
async function dropsOf({ guards }) {
  return (await guards.get(TAP)).drops;
}

async function connectHostToWorld(host, world) {
  await ip('-n', host, 'link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', world);
  await ip('-n', host, 'addr', 'add', '192.0.2.2/24', 'dev', 'uplink0');
  await ip('-n', world, 'addr', 'add', `${WORLD_ADDRESS}/24`, 'dev', 'eth0');
  await ip('-n', host, 'link', 'set', 'uplink0', 'up');
  await ip('-n', world, 'link', 'set', 'eth0', 'up');
  await ip('-n', host, 'route', 'add', 'default', 'via', WORLD_ADDRESS);
  await ip('-n', world, 'route', 'add', '10.65.0.0/16', 'via', '192.0.2.2');
}

/** Gives the guest its address and gateway, as DHCP would. */
async function configureGuest(guest) {
  const lines = [
    'ip link set eth0 up',
    `ip addr add ${GUEST_ADDRESS}/32 dev eth0`,
    `ip route add ${GATEWAY} dev eth0`,
    `ip route add default via ${GATEWAY}`,
  ];
  for (const line of lines) await guest.run(line);
}

/** What Calico's agent does next. */
async function routeToGuest(host, hostNs) {
  await host.sysctl.set('net/ipv4/ip_forward', '1');
  await host.sysctl.set(`net/ipv4/conf/${TAP}/proxy_arp`, '1');
  await host.sysctl.set(`net/ipv4/neigh/${TAP}/proxy_delay`, '0');
  await ip('-n', hostNs, 'route', 'add', `${GUEST_ADDRESS}/32`, 'dev', TAP);
}

async function ping(netns, address) {
  const args = ['netns', 'exec', netns, 'ping', '-c', '3', '-i', '0.2', '-W', '2', address];
  const { stdout } = await run('ip', args).catch((error) => error);
  return stdout;
}

async function ip(...args) {
  return (await run('ip', args)).stdout;
}

async function run(command, args) {
  return promisify(execFile)(command, args);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { guests } = parseArgs({ options: { guests: { type: 'string', default: 'namespace' } } }).values;
  if (!Object.hasOwn(GUEST_KINDS, guests)) throw new Error(`--guests: expected namespace or vm, found ${guests}`);
  const { left } = await calicoTap(console.log, guests);
  console.log('Left on the host after the unplug:', left.join(', '));
}
