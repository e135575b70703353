/** A sysfs with PCI functions in it, in a temporary folder. */

import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface FakeFunction {
  readonly address: string;
  readonly interfaces?: readonly string[];
  /** Addresses of its virtual functions, by number. */
  readonly virtualFunctions?: readonly string[];
}

/** For LinuxHost.open({ sysfsRoot }); gone when the running test ends. */
export async function makeSysfs(...functions: FakeFunction[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'os-vif-sysfs-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const devices = join(root, 'bus/pci/devices');
  for (const { address, interfaces = [] } of functions) {
    for (const name of interfaces) await mkdir(join(devices, address, 'net', name), { recursive: true });
    await mkdir(join(devices, address), { recursive: true });
  }
  for (const { address, virtualFunctions = [] } of functions) {
    for (const [number, virtual] of virtualFunctions.entries()) {
      await symlink(join('..', virtual), join(devices, address, `virtfn${number}`));
      await symlink(join('..', address), join(devices, virtual, 'physfn'));
    }
  }
  return root;
}
