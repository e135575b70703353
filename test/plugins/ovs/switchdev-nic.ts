/** A NIC in switchdev mode with representors, in memory and as a sysfs tree beside real devices. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { VIFHostDevice } from '../../../src/objects/vif.ts';
import { type PluggedHost, pluggedHost } from './both-hosts.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { hostDeviceVif, profile, vifId } from './ovs-vifs.ts';
import { SysfsTree } from './sysfs-tree.ts';

const PF = '0000:03:00.0';
const SWITCH = 'e41d2d0000a1b2c3';
export const VFS = ['0000:03:00.2', '0000:03:00.3', '0000:03:00.4'] as const;

export interface Nic extends PluggedHost {
  /** The kernel names the representors: the first is that of virtual function 0. Devices that are new are created. */
  name(...representors: string[]): Promise<void>;
  removeFunction(number: number): Promise<void>;
  leaveSwitchdev(): Promise<void>;
  isUp(name: string): Promise<boolean>;
}

export function onBothNics(suite: (open: () => Promise<Nic>) => void): void {
  describe('in memory', () => suite(memoryNic));
  describe.skipIf(OVS_UNAVAILABLE)('on a real ovsdb-server and real devices', () => suite(linuxNic));
}

/** A VIF whose guest has a virtual function of the NIC. */
export function functionVif(n: number, functionNumber: number): VIFHostDevice {
  const id = vifId(n);
  return hostDeviceVif({
    id,
    devAddress: VFS[functionNumber] ?? '',
    portProfile: profile({ interfaceId: id, datapathType: 'system' }),
  });
}

async function memoryNic(): Promise<Nic> {
  const host = new MemoryHost();
  host.links.addNic({ name: 'ens1f0' });
  host.pci.add(PF, { interfaces: ['ens1f0'] });
  host.pci.addSwitchPort('ens1f0', { switchId: SWITCH, portName: 'p0' });
  for (const [number, address] of VFS.entries())
    host.pci.add(address, { interfaces: [], physicalFunction: { address: PF, number } });
  return {
    ...pluggedHost(host),
    name: async (...representors) => {
      for (const [number, name] of representors.entries()) {
        if ((await host.links.get(name)) === undefined) host.links.addNic({ name });
        host.pci.addSwitchPort(name, { switchId: SWITCH, portName: `pf0vf${number}` });
      }
    },
    removeFunction: async (number) => host.pci.add(VFS[number] ?? '', { interfaces: [] }),
    leaveSwitchdev: async () => {
      for (const name of await host.pci.interfaces()) host.pci.addSwitchPort(name, { switchId: '' });
    },
    isUp: async (name) => (await host.links.get(name))?.up === true,
  };
}

async function linuxNic(): Promise<Nic> {
  const tree = new SysfsTree();
  tree.addPhysicalFunction(PF, VFS);
  tree.addInterface('ens1f0', { phys_switch_id: SWITCH, phys_port_name: 'p0' }, PF);
  const { host, netns } = await openOvsHost({ withSwitch: false, host: { sysfsRoot: tree.root } });
  return {
    ...pluggedHost(host),
    name: async (...representors) => {
      for (const [number, name] of representors.entries()) {
        if ((await host.links.get(name)) === undefined)
          netns.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', `x${name}`);
        tree.addInterface(name, { phys_switch_id: SWITCH, phys_port_name: `pf0vf${number}` });
      }
    },
    removeFunction: async (number) => {
      rmSync(join(tree.root, 'bus/pci/devices', PF, `virtfn${number}`));
      rmSync(join(tree.root, 'bus/pci/devices', VFS[number] ?? ''), { recursive: true });
    },
    leaveSwitchdev: async () => rmSync(join(tree.root, 'class/net/ens1f0/phys_switch_id')),
    isUp: async (name) => (await host.links.get(name))?.up === true,
  };
}
