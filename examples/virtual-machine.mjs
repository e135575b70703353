// A virtual machine for examples: QEMU without virtualization, Debian's kernel for clouds and busybox.
// It has a shell on its serial line. The scripts of the tests download the kernel.
import { spawn } from 'node:child_process';

/** The line that ends the output of a command. */
const END = 'the command ended with status';
const SHELL = `stty -echo; echo "${END} 0"; while read -r line; do eval "$line" 2>&1; echo "${END} $?"; done`;

/**
 * Starts a virtual machine in a network namespace. Resolves when its shell can run lines.
 * `kernel`: from `prepareGuestKernel`. `nics`: eth0, eth1, ..., each with its TAP, which exists, its
 * MAC address, and its MTU in bytes.
 */
export async function startMachine(netns, { image, initramfs }, nics) {
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
  await nextAnswer(child, 'the start');
  return {
    /** Runs a line of a shell and resolves to its output. */
    run: (line) => {
      const answer = nextAnswer(child, line);
      child.stdin.write(`${line}\n`);
      return answer;
    },
    /** Ends the machine at once. */
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
