/** A sysfs in a temporary folder, with the parts that SR-IOV look-ups read. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { onTestFinished } from 'vitest';

export class SysfsTree {
  readonly root = mkdtempSync(join(tmpdir(), 'sysfs-'));

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
  }

  /** A physical function; its virtual ones get the numbers of their places in the list. */
  addPhysicalFunction(address: string, virtualFunctions: readonly string[] = []): void {
    const folder = this.#folder('bus/pci/devices', address);
    for (const [number, virtual] of virtualFunctions.entries()) {
      symlinkSync(join('..', virtual), join(folder, `virtfn${number}`));
      symlinkSync(join('..', address), join(this.#folder('bus/pci/devices', virtual), 'physfn'));
    }
  }

  /** A network device, of a function when `address` is given; `attributes` are files such as phys_switch_id. */
  addInterface(name: string, attributes: Readonly<Record<string, string>> = {}, address?: string): void {
    const folder = this.#folder('class/net', name);
    for (const [attribute, value] of Object.entries(attributes)) writeFileSync(join(folder, attribute), `${value}\n`);
    if (address === undefined) return;
    const device = join(this.root, 'bus/pci/devices', address);
    this.#folder('bus/pci/devices', address, 'net', name);
    symlinkSync(relative(folder, device), join(folder, 'device'));
  }

  #folder(...parts: string[]): string {
    const folder = join(this.root, ...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}
