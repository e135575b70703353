/** PCI network functions, from sysfs (the kernel's Documentation/ABI/testing/sysfs-bus-pci) and devlink. */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Pci, SwitchPort } from '../../host-contract/pci.ts';
import { openFilesErrorOf } from '../open-files.ts';
import type { PortRoles } from './devlink.ts';

export class LinuxPci implements Pci {
  readonly #devices: string;
  readonly #interfaces: string;
  readonly #roles: () => Promise<PortRoles>;

  /** @param roles reads the roles of the ports of NICs from devlink */
  constructor(sysfsRoot: string, roles: () => Promise<PortRoles> = async () => new Map()) {
    this.#devices = join(sysfsRoot, 'bus/pci/devices');
    this.#interfaces = join(sysfsRoot, 'class/net');
    this.#roles = roles;
  }

  async interfacesOf(address: string): Promise<string[]> {
    return (await readdir(join(this.#devices, address, 'net')).catch(noneIfMissing)).sort();
  }

  async physicalFunctionOf(
    address: string,
  ): Promise<{ readonly address: string; readonly number: number } | undefined> {
    const physical = await this.#linkOf(address, 'physfn');
    if (physical === undefined) return undefined;
    const entries = await readdir(join(this.#devices, physical)).catch(noneIfMissing);
    for (const entry of entries) {
      const number = /^virtfn(\d+)$/.exec(entry)?.[1];
      if (number !== undefined && (await this.#linkOf(physical, entry)) === address)
        return { address: physical, number: Number(number) };
    }
    return undefined;
  }

  async interfaces(): Promise<string[]> {
    return (await readdir(this.#interfaces).catch(noneIfMissing)).sort();
  }

  async switchPortOf(name: string): Promise<SwitchPort | undefined> {
    const [switchId, portName] = await Promise.all([
      this.#attributeOf(name, 'phys_switch_id'),
      this.#attributeOf(name, 'phys_port_name'),
    ]);
    if (!switchId) return undefined;
    const role = (await this.#roles()).get(name);
    return { switchId, ...(portName !== undefined && { portName }), ...(role !== undefined && { role }) };
  }

  /**
   * Reads an attribute. Undefined if the read fails: the kernel reports EOPNOTSUPP if the device lacks the
   * attribute.
   */
  async #attributeOf(name: string, attribute: string): Promise<string | undefined> {
    const text = await readFile(join(this.#interfaces, name, attribute), 'utf8').catch(undefinedIfMissing);
    return text?.split('\n')[0]?.trim();
  }

  /** Returns the PCI address to which a symbolic link in the folder of a function leads. */
  async #linkOf(address: string, name: string): Promise<string | undefined> {
    const target = await readlink(join(this.#devices, address, name)).catch(undefinedIfMissing);
    return target === undefined ? undefined : basename(target);
  }
}

/** A file that cannot be read is missing, unless the reason is the limit of open files. */
function undefinedIfMissing(error: unknown): undefined {
  const outOfFiles = openFilesErrorOf('reading of sysfs', error);
  if (outOfFiles !== undefined) throw outOfFiles;
}

function noneIfMissing(error: unknown): never[] {
  undefinedIfMissing(error);
  return [];
}
