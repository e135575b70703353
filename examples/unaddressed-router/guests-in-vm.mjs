// The guests as virtual machines of QEMU, which needs no virtualization: Debian's kernel for clouds, with
// busybox and nft. Each has a shell on its serial line. The scripts of the tests download the kernel.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { prepareGuestKernel } from '../../scripts/libvirt/kernel.mjs';

const NFT = '/usr/sbin/nft';
/** A line of the guest's serial line that ends the output of a command. */
const END = 'the command ended with status';
const SHELL = `stty -echo; echo "${END} 0"; while read -r line; do eval "$line" 2>&1; echo "${END} $?"; done`;

/** `hostNs`: the network namespace of the host. */
export async function openGuests(hostNs) {
  const kernel = await prepareGuestKernel({
    name: 'initramfs-router',
    modules: ['nf_tables', 'nft_chain_nat', 'nft_nat'],
    programs: [NFT],
  });
  const machines = new Map();
  return {
    /** Boots a guest. `nics`: name in the guest, TAP on the host, MAC address, and MTU in bytes. */
    start: async (guest, nics) => {
      for (const { device, bridge, mtu } of nics) await addTap(hostNs, device, bridge, mtu);
      const machine = boot(hostNs, kernel, nics);
      machines.set(guest, machine);
      await machine.ready;
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

function boot(netns, { image, initramfs }, nics) {
  const script = Buffer.from(SHELL).toString('base64');
  const child = spawn(
    'ip',
    [
      ...['netns', 'exec', netns, 'setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'],
      ...['-machine', 'q35', '-accel', 'tcg', '-cpu', 'max', '-m', '192', '-nodefaults', '-display', 'none'],
      ...['-no-reboot', '-serial', 'stdio', '-kernel', image, '-initrd', initramfs],
      ...['-append', `console=ttyS0 no_timer_check quiet panic=-1 script=${script}`],
      ...nics.flatMap(({ device, mac, mtu }, i) => [
        ...['-netdev', `tap,id=nic${i},ifname=${device},script=no,downscript=no`],
        ...['-device', `virtio-net-pci,netdev=nic${i},mac=${mac},host_mtu=${mtu},romfile=`],
      ]),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const ready = nextAnswer(child, 'the start');
  return {
    ready,
    run: (line) => {
      const answer = nextAnswer(child, line);
      child.stdin.write(`${line}\n`);
      return answer;
    },
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function nextAnswer({ stdout }, line) {
  return new Promise((resolve, reject) => {
    let output = '';
    const close = () => reject(new Error(`the guest ended at "${line}": ${output}`));
    const take = (chunk) => {
      output += chunk;
      const [, answer, status] = new RegExp(`([^]*)${END} (\\d+)`).exec(output) ?? [];
      if (status === undefined) return;
      stdout.off('data', take).off('close', close);
      resolve(answer.replaceAll('\r', ''));
    };
    stdout.on('data', take).once('close', close);
  });
}
