/**
 * Plugs VIFs that need no change of the host: vhost-user sockets of a backend that another program
 * configures, and devices that the hypervisor passes to the guest and configures itself.
 */

import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../objects/host-info.ts';
import { VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '../objects/port-profile.ts';
import { VIFDirect, VIFHostDevice, VIFVHostUser } from '../objects/vif.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** The plugin `noop`. */
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
