/** A plugin of somebody's own: each VIF is a TAP on one bridge that all share. */

import { HostPluginInfo } from '../../src/objects/host-info.ts';
import type { InstanceInfo } from '../../src/objects/instance-info.ts';
import { type VIFBase, VIFGeneric } from '../../src/objects/vif.ts';
import { requireVIF } from '../../src/plugins/vif-plugin.ts';
import { WiringPlugin } from '../../src/plugins/wiring-plugin.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { instance, tapVif } from '../plugins/vifs.ts';

export class BridgedTapPlugin extends WiringPlugin {
  describe(): HostPluginInfo {
    return new HostPluginInfo({ pluginName: 'bridged_tap', vifInfo: [] });
  }

  wire(vif: VIFBase): Wiring {
    const { vifName } = requireVIF(this, vif, VIFGeneric).require('vifName');
    return [
      { kind: 'bridge', name: 'brq-shared', stp: false, forwardDelay: 0, disableIpv6: true, shared: true },
      { kind: 'tap', name: vifName, mtu: 1450, master: 'brq-shared' },
    ];
  }
}

/** So many VIFs, numbered from the first. */
export function bridgedTaps(first: number, count: number): { vif: VIFGeneric; instance: InstanceInfo }[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(first + i).padStart(7, '0');
    const vif = tapVif({
      plugin: 'bridged_tap',
      id: `00000000-0000-4000-8000-00000${number}`,
      vifName: `tap-${number}`,
    });
    return { vif, instance: instance() };
  });
}
