/** The command line of QEMU, by the name that a group gives. */
import { join } from 'node:path';
import { openSuites } from './apt.mjs';
import { run } from './command.mjs';

export const QEMU = new Map([
  ['machine', machine],
  ['backports', backports],
]);

/** The QEMU that is installed. */
async function machine({ signal }) {
  await run('qemu-system-x86_64', ['--version'], { signal });
  return ['qemu-system-x86_64'];
}

/** Debian 12 has QEMU 7.2. The device igb, a NIC with virtual functions, came with QEMU 8.0. */
async function backports(context) {
  const folder = join(context.cache, 'qemu-backports');
  const debian = await openSuites(['bookworm-backports'], context);
  await debian.unpack(['qemu-system-x86', 'qemu-system-common', 'qemu-system-data', 'seabios'], folder);
  const share = join(folder, 'usr/share');
  return [
    join(folder, 'usr/bin/qemu-system-x86_64'),
    ...['qemu', 'seabios'].flatMap((name) => ['-L', join(share, name)]),
  ];
}
