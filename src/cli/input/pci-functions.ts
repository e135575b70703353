/** Finds the devices of PCI functions of this host in sysfs. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this host has the function. */
export function isOnThisHost(address: string, sysfs = SYSFS): boolean {
  return existsSync(join(sysfs, 'bus/pci/devices', address));
}

/** The network device of a function, or undefined. Kernel: Documentation/ABI/testing/sysfs-class-net. */
export function interfaceNameOf(address: string, sysfs = SYSFS): string | undefined {
  return namesIn(join(sysfs, 'bus/pci/devices', address, 'net'))[0];
}

/**
 * The character device of the vDPA device of a function, such as `/dev/vhost-vdpa-0`. Undefined if the function
 * has no vDPA device, or if the driver `vhost_vdpa` is not bound to it. In the kernel, vdpa_alloc_device() adds the
 * device below its function, and vhost_vdpa_probe() adds `vhost-vdpa-N` below the device.
 */
export function vdpaDeviceOf(address: string, sysfs = SYSFS): string | undefined {
  const functionFolder = join(sysfs, 'bus/pci/devices', address);
  const devices = namesIn(functionFolder).filter((name) => /^vdpa\d+$/.test(name));
  const nodes = devices.flatMap((device) => namesIn(join(functionFolder, device)));
  const node = nodes.find((name) => /^vhost-vdpa-\d+$/.test(name));
  return node === undefined ? undefined : `/dev/${node}`;
}

const SYSFS = '/sys';

/** The names in a folder. A missing folder has none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
