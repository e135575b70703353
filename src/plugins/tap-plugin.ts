/**
 * VIFGeneric as a TAP device that is up, unbridged and without address: what OpenStack calls VIF_TYPE_TAP.
 * Somebody else routes to it (Project Calico), or does with it whatever else they like.
 */

import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../objects/host-info.ts';
import { VIFPortProfileFPTap } from '../objects/port-profile.ts';
import { type VIFBase, VIFGeneric } from '../objects/vif.ts';
import type { TapElement } from '../wiring/elements/tap.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { requireVIF } from './vif-plugin.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** How TAP devices are made. */
export interface TapPluginOptions {
  /** Bytes; for networks that say nothing. Default 1500. */
  readonly networkDeviceMtu?: number;
  /** One queue for each vCPU of the guest can be attached. Default false. */
  readonly multiQueue?: boolean;
  /** User that may attach to the device without privileges, for example QEMU's. */
  readonly owner?: number;
  /** Group that may attach to the device without privileges. */
  readonly group?: number;
}

/**
 * Named `tap`. It asks for no address: a VIF whose network has no subnets, that of an unaddressed port, is plugged as any other. What goes by
 * addresses passes such a port over, though: Neutron's firewalls drop what it sends, l2pop's proxy ARP does not answer for it, and no
 * console or metadata service reaches the guest by it (docs/neutron-and-libvirt.md).
 */
export class TapPlugin extends WiringPlugin {
  readonly #options: TapPluginOptions;

  constructor(options: TapPluginOptions = {}) {
    super();
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

  wire(vif: VIFBase): Wiring {
    const { networkDeviceMtu = 1500, multiQueue = false, owner, group } = this.#options;
    const { vifName } = requireVIF(this, vif, VIFGeneric).require('vifName');
    const tap: TapElement = {
      kind: 'tap',
      name: vifName,
      mtu: vif.network?.mtu || networkDeviceMtu,
      multiQueue,
      ...(owner !== undefined && { owner }),
      ...(group !== undefined && { group }),
      ...hostSideMac(vif),
    };
    return [tap];
  }
}

/** The guest's NIC has the VIF's address; the host's end of the wire must have another. */
function hostSideMac({ portProfile }: VIFBase): { mac?: string } {
  const mac = portProfile instanceof VIFPortProfileFPTap ? portProfile.macAddress : undefined;
  return mac ? { mac } : {};
}
