/** Source guards of VIFs of Open vSwitch: where the kernel sees the frames of the guest. */

import { PluginError } from '../../errors/plugin.ts';
import type { Host } from '../../host-contract/host.ts';
import { type VIFBase, VIFBridge, VIFOpenVSwitch } from '../../objects/vif.ts';
import type { SourceGuardElement } from '../../wiring/elements/source-guard.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { formerSourceGuard, sourceGuardMode, sourceGuardOn } from '../source-guard.ts';
import type { SourceGuardOptions } from '../source-guard-options.ts';
import { namesOf } from './names.ts';
import type { OvsVif } from './ovs-wiring.ts';

/**
 * Adds the guard of the VIF to its wiring. A hybrid VIF has it where frames leave the Linux bridge,
 * before any datapath. On the datapath of the kernel, a native VIF has it on its TAP.
 *
 * @throws PluginError for a VIF whose frames the kernel does not see
 */
export function guarded(wiring: Wiring, vif: VIFBase, known: OvsVif, options: SourceGuardOptions): Wiring {
  if (sourceGuardMode(vif, options) === 'off') return wiring;
  const last = wiring.findLastIndex(({ kind }) => kind === 'tap' || kind === 'veth');
  const anyDevice = last === -1;
  const device = deviceOf(vif, known);
  const guard = sourceGuardOn({ ...device, ...(anyDevice && { anyDevice }) }, vif, options);
  // The guard comes after its device and before the port, so that the switch gets no unchecked frame.
  return wiring.toSpliced(last + 1, 0, ...guard);
}

/** Returns the guards that an unplug removes, also those of a former wiring of the VIF. */
export function formerGuards(vif: VIFBase, { id }: OvsVif, options: SourceGuardOptions): SourceGuardElement[] {
  const native = vif instanceof VIFOpenVSwitch ? vif.vifName : undefined;
  return [namesOf(id).bridgeEnd, native].flatMap((name) => formerSourceGuard(name, options));
}

/**
 * Checks the datapath of the bridge, if the port profile has no datapath type.
 *
 * @throws PluginError for a native VIF on a userspace datapath
 */
export async function requireKernelDatapath(
  host: Host,
  vif: VIFBase,
  known: OvsVif,
  options: SourceGuardOptions,
): Promise<void> {
  if (!(vif instanceof VIFOpenVSwitch) || sourceGuardMode(vif, options) === 'off') return;
  const bridge = (await host.ovsdb.view()).bridge(known.bridge);
  requireKernel(known, known.datapathType ?? bridge?.datapathType);
}

function deviceOf(vif: VIFBase, known: OvsVif): Pick<SourceGuardElement, 'name' | 'hook'> {
  if (vif instanceof VIFBridge) return { name: namesOf(known.id).bridgeEnd, hook: 'egress' };
  if (vif instanceof VIFOpenVSwitch) {
    requireKernel(known, known.datapathType);
    return { name: vif.require('vifName').vifName, hook: 'ingress' };
  }
  throw new PluginError(
    `sourceGuard: the kernel does not see the frames of VIF ${known.id} (${vif.type}); set sourceGuard to off for this VIF`,
  );
}

/** Open vSwitch in user space reads a TAP with a packet socket, before the hook of the guard. */
function requireKernel({ id, bridge }: OvsVif, datapathType = ''): void {
  if (datapathType === '' || datapathType === 'system') return;
  throw new PluginError(
    `sourceGuard: the datapath ${datapathType} of ${bridge} reads frames of VIF ${id} before a source guard; plug it hybrid (VIFBridge), or set sourceGuard to off for this VIF`,
  );
}
