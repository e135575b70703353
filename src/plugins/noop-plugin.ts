/**
 * For VIFs that need nothing done on the host: vhost-user sockets whose backend is set up by others, and devices that the
 * hypervisor hands to the guest, telling NIC and switch itself.
 */

import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../objects/host-info.ts';
import { VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '../objects/port-profile.ts';
import { VIFDirect, VIFHostDevice, VIFVHostUser } from '../objects/vif.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** Named `noop`. */
export class NoopPlugin extends WiringPlugin {
  describe(): HostPluginInfo {
    const profiles = [VIFPortProfile8021Qbg, VIFPortProfile8021Qbh].map(
      ({ objectName, version }) =>
        new HostPortProfileInfo({ profileObjectName: objectName, minVersion: '1.0', maxVersion: version }),
    );
    const supported = ({ objectName, version }: SupportedClass, supportedPortProfiles: HostPortProfileInfo[] = []) =>
      new HostVIFInfo({ vifObjectName: objectName, minVersion: '1.0', maxVersion: version, supportedPortProfiles });
    return new HostPluginInfo({
      pluginName: 'noop',
      vifInfo: [supported(VIFVHostUser), supported(VIFDirect, profiles), supported(VIFHostDevice, profiles)],
    });
  }

  wire(): Wiring {
    return [];
  }
}

type SupportedClass = typeof VIFVHostUser | typeof VIFDirect | typeof VIFHostDevice;
