/**
 * Plugs VIFGeneric: a TAP device that is up, has no bridge and no IP address (OpenStack: VIF_TYPE_TAP).
 * Another program, such as Project Calico, routes packets to the device.
 */

import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { BOOLEAN, either, FUNCTION, integerFrom, MTU } from '../errors/value-kinds.ts';
import type { Host } from '../host-contract/host.ts';
import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../objects/host-info.ts';
import { InstanceInfo } from '../objects/instance-info.ts';
import { VIFPortProfileFPTap } from '../objects/port-profile.ts';
import { type VIFBase, VIFGeneric } from '../objects/vif.ts';
import type { TapElement } from '../wiring/elements/tap.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { formerSourceGuard, SOURCE_GUARD_OPTIONS, sourceGuardOn } from './source-guard.ts';
import type { SourceGuardOptions } from './source-guard-options.ts';
import { requireVIF } from './vif-plugin.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** Options of TapPlugin. */
export interface TapPluginOptions extends SourceGuardOptions {
  /** The MTU, in bytes, for networks without an MTU. Default: 1500. */
  readonly networkDeviceMtu?: number;
  /**
   * The device accepts several queues, such as one for each vCPU of the guest. A guest with one queue cannot open such a
   * device. In code, a function decides for each VIF: nova decides by the vCPUs and the model of the guest. The plug, the check and
   * the unplug of a VIF call it, and it must give the same answer each time. Default: false.
   */
  readonly multiQueue?: boolean | ((vif: VIFBase, instance: InstanceInfo) => boolean);
  /** The id of a user that may attach to the device without privileges, for example the user of QEMU. */
  readonly owner?: number;
  /** The id of a group that may attach to the device without privileges. */
  readonly group?: number;
}

const OPTIONS: OptionKinds<TapPluginOptions> = {
  networkDeviceMtu: MTU,
  multiQueue: either(BOOLEAN, FUNCTION),
  owner: integerFrom(0),
  group: integerFrom(0),
  ...SOURCE_GUARD_OPTIONS,
};

/**
 * The plugin `tap`. It also plugs a VIF without addresses, of a network without subnets. Such a port has
 * limits: Neutron's firewalls drop its packets, the proxy ARP of l2pop does not answer for it, and the
 * console and metadata services do not reach the guest (docs/neutron-and-libvirt.md).
 */
export class TapPlugin extends WiringPlugin {
  readonly #options: TapPluginOptions;

  constructor(options: TapPluginOptions = {}) {
    super();
    requireOptions('TapPlugin', options, OPTIONS);
    this.#options = options;
  }

  describe(): HostPluginInfo {
    return new HostPluginInfo({
      pluginName: 'tap',
      vifInfo: [
        new HostVIFInfo({
          vifObjectName: 'VIFGeneric',
          minVersion: '1.0',
          maxVersion: VIFGeneric.version,
          supportedPortProfiles: [
            new HostPortProfileInfo({
              profileObjectName: VIFPortProfileFPTap.objectName,
              minVersion: '1.0',
              maxVersion: VIFPortProfileFPTap.version,
            }),
          ],
        }),
      ],
    });
  }

  wire(vif: VIFBase, instance: InstanceInfo = new InstanceInfo()): Wiring {
    const tap = this.#tap(vif, instance);
    return [tap, ...sourceGuardOn({ name: tap.name, hook: 'ingress' }, vif, this.#options)];
  }

  /** An unplug removes the guard after the device, so that the guest never works without it. */
  override async unwireOn(_host: Host, vif: VIFBase, instance: InstanceInfo): Promise<Wiring> {
    const tap = this.#tap(vif, instance);
    return [...formerSourceGuard(tap.name, this.#options), tap];
  }

  #tap(vif: VIFBase, instance: InstanceInfo): TapElement {
    const { networkDeviceMtu = 1500, multiQueue = false, owner, group } = this.#options;
    const { vifName } = requireVIF(this, vif, VIFGeneric).require('vifName');
    return {
      kind: 'tap',
      name: vifName,
      mtu: vif.network?.mtu || networkDeviceMtu,
      multiQueue: typeof multiQueue === 'function' ? multiQueue(vif, instance) : multiQueue,
      ...(owner !== undefined && { owner }),
      ...(group !== undefined && { group }),
      ...hostSideMac(vif),
    };
  }
}

/**
 * The MAC address of the TAP device.
 * It must differ from the address of the VIF, because the guest's NIC has that address.
 */
function hostSideMac({ portProfile }: VIFBase): { mac?: string } {
  const mac = portProfile instanceof VIFPortProfileFPTap ? portProfile.macAddress : undefined;
  return mac ? { mac } : {};
}
