// The guests as network namespaces. A NIC is one end of a veth pair. The other end is on the host.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** `hostNs`: the network namespace of the host. */
export async function openGuests(hostNs) {
  const names = new Map();
  return {
    /** Starts a guest. `nics`: name in the guest, device on the host, MAC address, MTU in bytes. */
    start: async (guest, nics) => {
      const netns = `${hostNs}-${guest}`;
      await ip('netns', 'add', netns);
      names.set(guest, netns);
      for (const { nic, device, bridge, mac, mtu } of nics) {
        const ends = ['mtu', mtu, 'type', 'veth', 'peer', 'name', nic, 'mtu', mtu, 'address', mac, 'netns', netns];
        await ip('-n', hostNs, 'link', 'add', device, ...ends);
        await ip('-n', hostNs, 'link', 'set', device, 'master', bridge, 'up');
        await ip('netns', 'exec', netns, 'sysctl', '-qw', `net.ipv6.conf.${nic}.disable_ipv6=1`);
        await ip('-n', netns, 'link', 'set', nic, 'up');
      }
    },
    /** Runs a line of a shell in a guest and resolves to its output. */
    run: (guest, line) => ip('netns', 'exec', names.get(guest), 'sh', '-c', `{ ${line}; } 2>&1 || true`),
    /** The command that makes an entry in the guest's ARP table. */
    neighbour: (nic, address, mac) => `ip neigh add ${address} lladdr ${mac} dev ${nic}`,
    /** Ends all guests. */
    end: async () => {
      for (const netns of names.values()) await ip('netns', 'del', netns);
    },
  };
}

async function ip(...args) {
  return (await promisify(execFile)('ip', args)).stdout;
}
