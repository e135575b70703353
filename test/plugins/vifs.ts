/** VIFs for tests, with sensible defaults. */

import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { Network } from '../../src/objects/network.ts';
import { VIFBridge, VIFDirect, VIFGeneric } from '../../src/objects/vif.ts';

type Values<C extends new (values: never) => unknown> = Exclude<ConstructorParameters<C>[0], undefined>;

export const VIF_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

export function instance(): InstanceInfo {
  return new InstanceInfo({
    uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a',
    name: 'instance-0000000a',
    projectId: '0b5e1d8e5ccf4d5d9b1c6b2f9d6f4b1a',
  });
}

export function tapVif(values: Values<typeof VIFGeneric> = {}): VIFGeneric {
  return new VIFGeneric({
    id: VIF_ID,
    plugin: 'tap',
    vifName: 'tapdc065497-3c',
    address: 'fa:16:3e:4a:5b:6c',
    network: new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: '', mtu: 1450 }),
    ...values,
  });
}

/** On a bridge that the plugin provides, with eth0 for the wire. */
export function bridgeVif(values: Values<typeof VIFBridge> = {}): VIFBridge {
  return new VIFBridge({
    id: VIF_ID,
    plugin: 'linux_bridge',
    vifName: 'tapdc065497-3c',
    bridgeName: 'brqb82c1929-05',
    address: 'fa:16:3e:4a:5b:6c',
    hasTrafficFiltering: true,
    network: new Network({
      id: 'b82c1929-051e-481d-8110-4669916c7915',
      bridge: 'brqb82c1929-05',
      mtu: 1450,
      shouldProvideBridge: true,
      bridgeInterface: 'eth0',
    }),
    ...values,
  });
}

/** A macvtap device on the function at 0000:03:00.0. */
export function directVif(values: Values<typeof VIFDirect> = {}): VIFDirect {
  return new VIFDirect({
    id: VIF_ID,
    plugin: 'macvtap',
    vifName: 'macvtap0',
    address: 'fa:16:3e:4a:5b:6c',
    devAddress: '0000:03:00.0',
    mode: 'vepa',
    ...values,
  });
}
