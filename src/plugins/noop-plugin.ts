/** For VIFs that need nothing done on the host: vhost-user sockets whose backend is set up by others. */

import { HostPluginInfo, HostVIFInfo } from '../objects/host-info.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** Named `noop`. */
export class NoopPlugin extends WiringPlugin {
  describe(): HostPluginInfo {
    return new HostPluginInfo({
      pluginName: 'noop',
      vifInfo: [
        new HostVIFInfo({
          vifObjectName: 'VIFVHostUser',
          minVersion: '1.0',
          maxVersion: '1.0',
          supportedPortProfiles: [],
        }),
      ],
    });
  }

  wire(): Wiring {
    return [];
  }
}
