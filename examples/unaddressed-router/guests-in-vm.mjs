// The guests as virtual machines, which have nft: examples/virtual-machine.mjs.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { prepareGuestKernel } from '../../scripts/libvirt/kernel.mjs';
import { startMachine } from '../virtual-machine.mjs';

/** `hostNs`: the network namespace of the host. */
export async function openGuests(hostNs) {
  const kernel = await prepareGuestKernel({
    name: 'initramfs-router',
    modules: ['nf_tables', 'nft_chain_nat', 'nft_nat'],
    programs: ['/usr/sbin/nft'],
  });
  const machines = new Map();
  return {
    /** Boots a guest. `nics`: name in the guest, TAP on the host, MAC address, and MTU in bytes. */
    start: async (guest, nics) => {
      for (const { device, bridge, mtu } of nics) await addTap(hostNs, device, bridge, mtu);
      const machine = await startMachine(hostNs, kernel, nics);
      machines.set(guest, machine);
      // A name may be that of another NIC at first.
      for (const [i] of nics.entries()) await machine.run(`ip link set eth${i} name nic${i}`);
      for (const [i, { nic }] of nics.entries())
        await machine.run(`ip link set nic${i} name ${nic}; ip link set ${nic} up`);
    },
    /** Runs a line of a shell in a guest and resolves to its output. */
    run: (guest, line) => machines.get(guest).run(line),
    /** The command that makes an entry in the guest's ARP table. */
    neighbour: (nic, address, mac) => `arp -i ${nic} -s ${address} ${mac}`,
    /** Ends all guests. */
    end: async () => {
      for (const machine of machines.values()) await machine.end();
    },
  };
}

async function addTap(netns, device, bridge, mtu) {
  const ip = (...args) => promisify(execFile)('ip', ['-n', netns, ...args]);
  await ip('tuntap', 'add', device, 'mode', 'tap');
  await ip('link', 'set', device, 'mtu', mtu, 'master', bridge, 'up');
}
