/** The virtual functions of QEMU's igb. The guest has two such NICs, with seven functions each. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { Network } from '../../../src/objects/network.ts';
import type { VIFDirect } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { VIFPlugin } from '../../../src/plugins/vif-plugin.ts';
import { directVif, VIF_ID } from '../../plugins/vifs.ts';
import { untilSeen } from '../until-seen.ts';

const CLASS = '/sys/class/net';
const COUNT = 4;

export interface PhysicalFunction {
  readonly name: string;
  /** PCI address of a virtual function. */
  address(number: number): string;
  /** The virtual function's network device; '' without a driver. */
  device(number: number): string;
  /** What `ip link show` says of a virtual function. */
  state(number: number): string;
  /** Makes so many virtual functions; 0 takes all of them away. */
  setCount(count: number): Promise<void>;
  /** Takes a virtual function from its driver, as vfio-pci does. */
  unbind(number: number): void;
}

export interface SriovHost {
  readonly host: LinuxHost;
  readonly osVif: OsVif;
  /** The first one with four new virtual functions, the second one without any. */
  readonly physical: readonly [PhysicalFunction, PhysicalFunction];
}

export async function openSriovHost(plugins?: readonly VIFPlugin[]): Promise<SriovHost> {
  const [first, second] = readdirSync(CLASS)
    .filter((name) => existsSync(join(CLASS, name, 'device/sriov_totalvfs')))
    .map(physicalFunction);
  if (first === undefined || second === undefined) throw new Error('the guest has no two NICs with virtual functions');
  for (const each of [first, second]) {
    ip(`link set ${each.name} up`);
    await each.setCount(0);
  }
  await first.setCount(COUNT);
  const host = await LinuxHost.open();
  onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host, ...(plugins && { plugins: [...plugins] }) });
  onTestFinished(() => osVif.close());
  onTestFinished(() => osVif.collectGarbage([]).then(() => undefined));
  return { host, osVif, physical: [first, second] };
}

function physicalFunction(name: string): PhysicalFunction {
  const folder = join(CLASS, name, 'device');
  const address = (number: number) => basename(readlinkSync(join(folder, `virtfn${number}`)));
  const device = (number: number) => {
    const net = join(folder, `virtfn${number}`, 'net');
    return existsSync(net) ? (readdirSync(net)[0] ?? '') : '';
  };
  return {
    name,
    address,
    device,
    state: (number) => new RegExp(`^ *vf ${number} .*$`, 'm').exec(ip(`link show ${name}`))?.[0]?.trim() ?? '',
    setCount: async (count) => {
      writeFileSync(join(folder, 'sriov_numvfs'), String(count));
      for (let number = 0; number < count; number++)
        await untilSeen('device', () => (device(number) === '' ? '' : 'a device'));
    },
    unbind: (number) => {
      const function_ = address(number);
      writeFileSync(`/sys/bus/pci/devices/${function_}/driver/unbind`, function_);
    },
  };
}

export function ip(line: string): string {
  return execFileSync('ip', line.split(' '), { encoding: 'utf8' });
}

export function macOfDevice(name: string): string {
  return readFileSync(join(CLASS, name, 'address'), 'utf8').trim();
}

/** Number `n` on a virtual function, on VLAN 7. */
export function functionVif(
  n: number,
  devAddress: string,
  { vlan = 7, vifName = `mvt${n}` }: { vlan?: number; vifName?: string | undefined } = {},
): VIFDirect {
  return directVif({
    id: vifId(n),
    vifName,
    address: macOf(n),
    devAddress,
    mode: 'passthrough',
    network: new Network({ vlan, mtu: 1450 }),
  });
}

/** The same where the hypervisor makes the macvtap device, or gives the function itself to the guest. */
export function bareFunctionVif(n: number, devAddress: string, vlan = 7): VIFDirect {
  const vif = functionVif(n, devAddress, { vlan });
  vif.unset('vifName');
  return vif;
}

export function macOf(n: number): string {
  return `fa:16:3e:00:00:${n.toString(16).padStart(2, '0')}`;
}

function vifId(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-${VIF_ID.slice(9)}`;
}
