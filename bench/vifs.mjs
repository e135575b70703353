// The VIFs that the benchmarks plug.
import { InstanceInfo, Network, VIFBridge, VIFGeneric, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from 'os-vif';

const TAIL = '-3c8d-4f44-8fb4-e1d33c16a536';

export const instance = new InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'instance-0000000a' });

function common(n, profile) {
  const id = `${n.toString(16).padStart(8, '0')}${TAIL}`;
  return {
    id,
    plugin: 'ovs',
    address: `fa:16:3e:00:${((n >> 8) & 0xff).toString(16).padStart(2, '0')}:${(n & 0xff).toString(16).padStart(2, '0')}`,
    vifName: `tap${id.slice(0, 11)}`,
    network: new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int', label: 'net', mtu: 1450 }),
    portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: id, profileId: '', datapathType: 'netdev', ...profile }),
  };
}

function of(VIF, n, profile, more) {
  return new VIF({ ...common(n, profile), ...more });
}

/** A port whose device the hypervisor makes later. */
export const createPort = (n) => of(VIFOpenVSwitch, n, { createPort: true }, { bridgeName: 'br-int' });
/** A port whose TAP the plugin makes. */
export const createTap = (n) => of(VIFOpenVSwitch, n, { createPort: true, createTap: true }, { bridgeName: 'br-int' });
export const hybrid = (n) => of(VIFBridge, n, {}, { bridgeName: `qbr${n.toString(16).padStart(8, '0')}-3c` });

/** A TAP alone. */
export const tap = (n) => new VIFGeneric({ ...common(n), plugin: 'tap', portProfile: undefined });
