/** Open vSwitch with the datapath of the kernel, and VIFs on it. */

import { onTestFinished } from 'vitest';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { attachGuest, type Guest } from '../../plugins/ovs/guest.ts';
import { type OvsHost, type OvsHostOptions, openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { hybridVif, nativeVif, network, profile, SHORT_ID, tapVif, vifId } from '../../plugins/ovs/ovs-vifs.ts';
import { instance } from '../../plugins/vifs.ts';

export interface KernelOvs extends OvsHost {
  readonly osVif: OsVif;
  /** Plugs number `n` with a TAP of the plugin's and attaches its guest. */
  plugTap(n: number, options?: OvsPluginOptions, bridge?: string): Promise<Guest>;
}

export async function openKernelOvs(options: OvsHostOptions = {}, plugin: OvsPluginOptions = {}): Promise<KernelOvs> {
  // ms. A guest is slow.
  const ovs = await openOvsHost({ kernelDatapath: true, timeout: 60_000, ...options });
  const open = async (pluginOptions: OvsPluginOptions) => {
    const osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin(pluginOptions)] });
    onTestFinished(() => osVif.close());
    return osVif;
  };
  const plugTap = async (n: number, pluginOptions: OvsPluginOptions = {}, bridge = 'br-int') => {
    await (await open(pluginOptions)).plug(kernelTap(n, { bridge }), instance());
    return attachGuest(ovs.netns, tapName(n), `02:00:00:00:00:0${n}`);
  };
  return { ...ovs, osVif: await open(plugin), plugTap };
}

export function kernelTap(n: number, { bridge = 'br-int', mtu = 1450 } = {}) {
  return tapVif(n, {
    network: network({ bridge, mtu }),
    portProfile: profile({ interfaceId: vifId(n), datapathType: 'system', createPort: true, createTap: true }),
  });
}

export function kernelHybrid(mtu = 1450) {
  return hybridVif({ network: network({ mtu }), portProfile: profile({ datapathType: 'system' }) });
}

/** One whose port libvirt adds. */
export function kernelBare(n: number, bridge = 'br-int') {
  return nativeVif({
    id: vifId(n),
    vifName: tapName(n),
    bridgeName: bridge,
    network: network({ bridge }),
    portProfile: profile({ interfaceId: vifId(n), datapathType: 'system' }),
  });
}

/** Plugs a hybrid VIF, and its guest's TAP onto the bridge as a hypervisor does. */
export async function plugHybrid({ osVif, netns }: KernelOvs): Promise<Guest> {
  await osVif.plug(kernelHybrid(), instance());
  netns.run('ip', 'tuntap', 'add', 'vnet0', 'mode', 'tap');
  netns.run('ip', 'link', 'set', 'vnet0', 'up', 'master', `qbr${SHORT_ID}`);
  return attachGuest(netns, 'vnet0', '02:00:00:00:00:09');
}

export function tapName(n: number): string {
  return `tap${vifId(n).slice(0, 11)}`;
}
