/** VIFs of Open vSwitch for tests, with sensible defaults. */

import { Network } from '../../../src/objects/network.ts';
import { VIFPortProfileOpenVSwitch } from '../../../src/objects/port-profile.ts';
import { VIFBridge, VIFHostDevice, VIFOpenVSwitch, VIFVHostUser } from '../../../src/objects/vif.ts';
import { VIF_ID } from '../vifs.ts';

type Values<C extends new (values: never) => unknown> = Exclude<ConstructorParameters<C>[0], undefined>;

export const SHORT_ID = VIF_ID.slice(0, 11);
export const TAP = `tap${SHORT_ID}`;

/** An id for each number; the first eleven characters differ, as names need. */
export function vifId(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-${VIF_ID.slice(9)}`;
}

export function profile(values: Values<typeof VIFPortProfileOpenVSwitch> = {}): VIFPortProfileOpenVSwitch {
  return new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID, profileId: '', datapathType: 'netdev', ...values });
}

export function network(values: Values<typeof Network> = {}): Network {
  return new Network({
    id: 'b82c1929-051e-481d-8110-4669916c7915',
    bridge: 'br-int',
    label: 'net',
    mtu: 1450,
    ...values,
  });
}

const COMMON = { id: VIF_ID, plugin: 'ovs', address: 'fa:16:3e:4a:5b:6c' };

export function nativeVif(values: Values<typeof VIFOpenVSwitch> = {}): VIFOpenVSwitch {
  return new VIFOpenVSwitch({
    ...COMMON,
    vifName: TAP,
    bridgeName: 'br-int',
    network: network(),
    portProfile: profile(),
    ...values,
  });
}

/** One whose TAP and port the plugin makes. */
export function tapVif(n?: number, values: Values<typeof VIFOpenVSwitch> = {}): VIFOpenVSwitch {
  const id = n === undefined ? VIF_ID : vifId(n);
  return nativeVif({
    id,
    vifName: `tap${id.slice(0, 11)}`,
    portProfile: profile({ interfaceId: id, createPort: true, createTap: true }),
    ...values,
  });
}

export function hybridVif(values: Values<typeof VIFBridge> = {}): VIFBridge {
  return new VIFBridge({
    ...COMMON,
    vifName: TAP,
    bridgeName: `qbr${SHORT_ID}`,
    network: network(),
    portProfile: profile(),
    ...values,
  });
}

export function vhostUserVif(values: Values<typeof VIFVHostUser> = {}): VIFVHostUser {
  const path = `/var/run/openvswitch/vhu${SHORT_ID}`;
  return new VIFVHostUser({ ...COMMON, path, mode: 'client', network: network(), portProfile: profile(), ...values });
}

export function hostDeviceVif(values: Values<typeof VIFHostDevice> = {}): VIFHostDevice {
  const system = profile({ datapathType: 'system' });
  return new VIFHostDevice({
    ...COMMON,
    devType: 'ethernet',
    devAddress: '0000:03:00.2',
    network: network(),
    portProfile: system,
    ...values,
  });
}
