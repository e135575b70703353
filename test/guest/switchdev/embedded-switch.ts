/** A switch inside a NIC: netdevsim in switchdev mode, with Open vSwitch's kernel datapath beside it. */

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { SwitchPortRole } from '../../../src/host-contract/pci.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { makeSysfs } from '../../host/fake-sysfs.ts';
import { openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { hostDeviceVif, network, profile, vifId } from '../../plugins/ovs/ovs-vifs.ts';
import { instance } from '../../plugins/vifs.ts';
import { untilSeen } from '../until-seen.ts';

const FUNCTIONS = 4;

export interface EmbeddedSwitch {
  readonly osVif: OsVif;
  /** A VIF on a virtual function of the switch. */
  vif(number: number): ReturnType<typeof hostDeviceVif>;
  setMode(mode: 'switchdev' | 'legacy'): Promise<void>;
  setFunctions(count: number): Promise<void>;
  /** The port names (phys_port_name) of the devices that are ports of br-int. */
  ports(): string[];
  /** The devices that the database has as ports, whether they are there or not. */
  rows(): string[];
  isUp(portName: string): boolean;
  /** A reboot after which two representors have each other's device name. The database keeps its rows, the kernel's datapath is new. */
  rebootWithSwappedNames(portName: string, otherPortName: string): Promise<void>;
  /** What devlink says of the device of this port. */
  roleOf(portName: string): Promise<SwitchPortRole | undefined>;
}

/** With switchdev mode on and four virtual functions. */
export async function openEmbeddedSwitch(): Promise<EmbeddedSwitch> {
  const { netns, server, killSwitch, startSwitch } = await openOvsHost({ kernelDatapath: true, timeout: 60_000 });
  const sh = (line: string) => netns.run('sh', '-c', line);
  // netdevsim puts its devices into the namespace of the process that asks for them.
  sh('echo "1 2" > /sys/bus/netdevsim/new_device');
  onTestFinished(() => void sh('echo 1 > /sys/bus/netdevsim/del_device'));
  const setFunctions = async (count: number) => {
    sh(`echo ${count} > /sys/bus/netdevsim/devices/netdevsim1/sriov_numvfs`);
  };
  const setMode = async (mode: string) => {
    sh(`devlink dev eswitch set netdevsim/netdevsim1 mode ${mode}`);
    if (mode === 'switchdev') await untilSeen(`pf0vf${FUNCTIONS - 1}`, () => [...portNames().keys()].join(' '));
  };
  /** Name of the device by phys_port_name. */
  const portNames = () => {
    const lines = sh('grep -sH . /sys/class/net/*/phys_port_name || true').matchAll(
      /net\/([^/]+)\/phys_port_name:(.+)/g,
    );
    return new Map([...lines].map(([, device = '', port = '']) => [port, device]));
  };
  await setFunctions(FUNCTIONS);
  await setMode('switchdev');
  const uplink = portNames().get('p1') ?? '';
  const host = await LinuxHost.open({
    netns: netns.path,
    ovsdb: { connection: server.connection, timeout: 60_000 },
    sysfsRoot: await sysfsWith(netns.path, uplink),
  });
  onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });
  onTestFinished(() => osVif.close());
  const rows = () =>
    server
      .vsctl('--bare', '--columns=name', 'list', 'Port')
      .split('\n')
      .filter((name) => name !== '' && name !== 'br-int');
  return {
    osVif,
    vif: functionVif,
    setMode,
    setFunctions,
    rows,
    ports: () => {
      const names = portNames();
      return rows().map((row) => [...names].find(([, device]) => device === row)?.[0] ?? `${row}, which is gone`);
    },
    rebootWithSwappedNames: async (portName, otherPortName) => {
      await killSwitch();
      sh('ovs-dpctl del-dp ovs-system');
      const names = portNames();
      const [one = '', other = ''] = [names.get(portName), names.get(otherPortName)];
      sh(`ip link set ${one} down; ip link set ${other} down; ip link set ${one} name swapping`);
      sh(`ip link set ${other} name ${one}; ip link set swapping name ${other}`);
      await startSwitch();
    },
    roleOf: async (portName) => (await host.pci.switchPortOf(portNames().get(portName) ?? ''))?.role,
    isUp: (portName) => {
      const device = portNames().get(portName);
      return netns.links().some(({ ifname, flags }) => ifname === device && flags.includes('UP'));
    },
  };
}

export async function plugFunction({ osVif, vif }: EmbeddedSwitch, number: number): Promise<void> {
  await osVif.plug(vif(number), instance());
}

function functionVif(number: number) {
  const id = vifId(number);
  return hostDeviceVif({
    id,
    address: `fa:16:3e:00:00:0${number}`,
    devAddress: addressOf(number),
    network: network(),
    portProfile: profile({ interfaceId: id, datapathType: 'system' }),
  });
}

/** netdevsim is no PCI device. This sysfs says that it is one, and shows its real network devices. */
async function sysfsWith(netnsPath: string, uplink: string): Promise<string> {
  const functions = Array.from({ length: FUNCTIONS }, (_, number) => addressOf(number));
  const root = await makeSysfs(
    { address: PHYSICAL, interfaces: [uplink], virtualFunctions: functions },
    ...functions.map((address) => ({ address })),
  );
  mkdirSync(join(root, 'class'));
  symlinkSync(join(netnsPath.replace(/\/ns\/net$/, '/root'), 'sys/class/net'), join(root, 'class/net'));
  return root;
}

const PHYSICAL = '0000:03:00.0';

function addressOf(number: number): string {
  return `0000:03:00.${number + 2}`;
}
