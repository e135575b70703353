/** VIFs on VLANs of eth0, with sensible defaults. */

import { Network } from '../../../src/objects/network.ts';
import type { VIFBridge, VIFDirect } from '../../../src/objects/vif.ts';
import { bridgeVif, directVif, VIF_ID } from '../../plugins/vifs.ts';

interface Wanted {
  readonly bridge?: string;
  /** Absent: a flat network. */
  readonly vlan?: number;
  readonly mtu?: number;
  readonly nic?: string;
}

/** Number `n` on a Linux bridge whose wire is a VLAN device. */
export function vlanVif(n: number, wanted: Wanted = { vlan: 100 }): VIFBridge {
  const { bridge = 'brqA', vlan, mtu = 1450, nic = 'eth0' } = wanted;
  return bridgeVif({
    id: vifId(n),
    vifName: `tap${n}`,
    address: macOf(n),
    bridgeName: bridge,
    network: new Network({
      id: 'b82c1929-051e-481d-8110-4669916c7915',
      bridge,
      mtu,
      shouldProvideBridge: true,
      bridgeInterface: nic,
      ...(vlan !== undefined && { shouldProvideVlan: true, vlan }),
    }),
  });
}

/** Number `n` with a macvtap device on VLAN 7 of eth0. */
export function macvtapVif(n: number, mode: 'bridge' | 'vepa' | 'passthrough'): VIFDirect {
  return directVif({
    id: vifId(n),
    vifName: `mvt${n}`,
    address: macOf(n),
    devAddress: undefined,
    mode,
    vlanName: 'eth0.7',
    network: new Network({ vlan: 7, bridgeInterface: 'eth0', mtu: 1450 }),
  });
}

export function macOf(n: number): string {
  return `fa:16:3e:00:00:${n.toString(16).padStart(2, '0')}`;
}

function vifId(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-${VIF_ID.slice(9)}`;
}
