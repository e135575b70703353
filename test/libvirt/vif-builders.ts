/** VIFs of every class, for tests of the XML. */
import {
  Network,
  VIFBridge,
  VIFDirect,
  type VIFDirectMode,
  VIFGeneric,
  VIFHostDevice,
  VIFOpenVSwitch,
  type VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '../../src/entries/index.ts';

type Values<C extends new (values: never) => unknown> = Exclude<ConstructorParameters<C>[0], undefined>;

export const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
export const PCI = '0000:0a:00.1';

export function common(network: Values<typeof Network> = {}) {
  return {
    id: ID,
    plugin: 'noop',
    address: 'fa:16:3e:00:00:01',
    network: new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int', mtu: 1450, ...network }),
  };
}

export function genericVif(values: Values<typeof VIFGeneric> = {}): VIFGeneric {
  return new VIFGeneric({ ...common(), vifName: 'tapdc065497-3c', ...values });
}

export function bridgeVif(values: Values<typeof VIFBridge> = {}): VIFBridge {
  return new VIFBridge({ ...common(), vifName: 'tapdc065497-3c', bridgeName: 'brq0a1b2c3d-4e', ...values });
}

export function ovsVif(profile: Values<typeof VIFPortProfileOpenVSwitch> = {}): VIFOpenVSwitch {
  const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: ID, ...profile });
  return new VIFOpenVSwitch({ ...common(), vifName: 'tapdc065497-3c', bridgeName: 'br-int', portProfile });
}

/** On eth0, or on a PCI device. */
export function directVif(mode: VIFDirectMode, values: Values<typeof VIFDirect> = {}): VIFDirect {
  return new VIFDirect({ ...common({ bridgeInterface: 'eth0' }), mode, ...values });
}

export function vhostUserVif(values: Values<typeof VIFVHostUser> = {}): VIFVHostUser {
  return new VIFVHostUser({ ...common(), vifName: 'vhudc065497-3c', path: '/run/vhu1', mode: 'server', ...values });
}

export function hostDeviceVif(portProfile?: VIFPortProfileBase, network: Values<typeof Network> = {}): VIFHostDevice {
  const values = { ...common(network), devType: 'ethernet', devAddress: PCI } as const;
  return new VIFHostDevice({ ...values, ...(portProfile && { portProfile }) });
}
