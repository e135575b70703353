/** One guest: QEMU boots a kernel, the guest runs a bundle of tests and tells of them on its second serial line. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PID1 = fileURLToPath(new URL('pid1.sh', import.meta.url));
/** Lines of the console that a failure shows. */
const CONSOLE_LINES = 30;
/** MiB; most of it is for what the guest writes above the machine's file system. */
const MEMORY = 1536;

/**
 * Boots the guest and resolves to its verdict when its tests are done. `folder` is a temporary folder, `limit` in seconds, `onEvent`
 * gets every event of the guest.
 * @returns {Promise<{ fault?: string }>} Without a fault, all tests passed.
 */
export async function runGuest({ qemu, kernel, folder, tests, group, limit, signal, onEvent }) {
  const setup = join(folder, 'setup');
  const consoleFile = join(folder, 'console');
  await writeFile(consoleFile, '');
  await writeFile(setup, setupOf({ kernel, group, tests }));
  const guest = spawnQemu({ qemu, kernel, setup, consoleFile, devices: group.devices ?? [], signal });
  const verdict = await verdictOf(guest, { limit, signal, onEvent });
  if (verdict.diedOf === undefined) return verdict;
  return { fault: `${await withConsole(verdict.diedOf, consoleFile)}\n${guest.errors()}`.trim() };
}

function setupOf({ kernel, group, tests }) {
  const variables = {
    kernel: kernel.root,
    modules: group.modules.join(' '),
    insmod: (group.insmod ?? []).join(' '),
    node: process.execPath,
    tests,
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
}

function spawnQemu({ qemu, kernel, setup, consoleFile, devices, signal }) {
  // QEMU's timer comes late on a busy machine, and the kernel would panic at its check.
  const append = `console=ttyS0 no_timer_check quiet panic=-1 oops=panic pid1=${PID1} setup=${setup}`;
  const [command, ...args] = [
    // QEMU ends with this process, however this process ends.
    ...['setpriv', '--pdeathsig', 'KILL', '--', ...qemu],
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', String(MEMORY)],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', `file:${consoleFile}`, '-serial', 'stdio'],
    ...['-kernel', kernel.image, '-initrd', kernel.initramfs, '-append', append],
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host', '-device', 'virtio-rng-pci', ...devices],
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
  const errors = [];
  child.stderr.on('data', (chunk) => errors.push(chunk));
  return { child, errors: () => Buffer.concat(errors).toString('utf8') };
}

/** `diedOf`: why there is no answer from the guest. */
async function verdictOf({ child }, { limit, signal, onEvent }) {
  let done;
  let late = false;
  const faults = [];
  let failed = 0;
  let running;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limit * 1000);
  const ended = new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  try {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const event = parse(line);
      if (event === undefined) return;
      if (event.event === 'missing') faults.push(`the kernel has no module ${event.module}`);
      if (event.event === 'error') faults.push(`${event.file}: ${event.error}`);
      if (event.event === 'begin') running = event.name;
      if (event.event === 'test' && event.state === 'fail') failed++;
      onEvent(event);
      if (event.event !== 'done') return;
      done = event;
      child.kill('SIGKILL');
    });
    await ended;
  } finally {
    clearTimeout(timer);
  }
  signal?.throwIfAborted();
  const where = running === undefined ? 'before its first test' : `in the test "${running}"`;
  if (late) return { diedOf: `the guest hangs: it was not done after ${limit} s, ${where}` };
  if (done === undefined) return { diedOf: `the guest died ${where}` };
  if (faults.length > 0) return { fault: faults.join('\n') };
  if (failed > 0) return { fault: `${failed} of the tests failed` };
  if (done.status !== 0) return { diedOf: `the process of the tests ended with status ${done.status}` };
  return {};
}

function parse(line) {
  try {
    const event = JSON.parse(line);
    return typeof event?.event === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** A kernel that panics says why first and shows its stack after that. */
async function withConsole(reason, consoleFile) {
  const lines = (await readFile(consoleFile, 'utf8')).split(/\r?\n/).filter(Boolean);
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  if (panic < 0) return [reason, 'the last lines of its console:', ...lines.slice(-CONSOLE_LINES)].join('\n  ');
  const cause = lines[panic].replace(/^.*Kernel panic - not syncing: /, '');
  return [`the kernel of the guest panicked: ${cause}`, ...lines.slice(panic, panic + CONSOLE_LINES)].join('\n  ');
}
