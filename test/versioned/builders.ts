/** What the tests of the model start from: a VIF with everything in it, and parts of it. */
import {
  DatapathOffloadRepresentor,
  type FieldValues,
  FixedIP,
  FixedIPList,
  Network,
  Route,
  RouteList,
  Subnet,
  SubnetList,
  VIFBridge,
  VIFPortProfileOpenVSwitch,
} from '../../src/entries/index.ts';

export const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

export function subnet(values: FieldValues<Subnet> = {}): Subnet {
  return new Subnet({
    cidr: '10.0.0.0/24',
    dns: ['10.0.0.2'],
    gateway: '10.0.0.1',
    ips: new FixedIPList({ objects: [new FixedIP({ address: '10.0.0.5', floatingIps: ['192.0.2.7'] })] }),
    routes: new RouteList({ objects: [new Route({ cidr: '0.0.0.0/0', gateway: '10.0.0.1' })] }),
    ...values,
  });
}

export function network(values: FieldValues<Network> = {}): Network {
  return new Network({
    id: ID,
    label: 'private',
    mtu: 1450,
    subnets: new SubnetList({ objects: [subnet()] }),
    ...values,
  });
}

export function profile(values: FieldValues<VIFPortProfileOpenVSwitch> = {}): VIFPortProfileOpenVSwitch {
  return new VIFPortProfileOpenVSwitch({
    interfaceId: ID,
    datapathType: 'system',
    createPort: true,
    createTap: true,
    datapathOffload: new DatapathOffloadRepresentor({ representorName: 'rep0' }),
    ...values,
  });
}

export function bridge(values: FieldValues<VIFBridge> = {}): VIFBridge {
  return new VIFBridge({
    id: ID,
    address: 'fa:16:3e:00:00:01',
    vifName: 'tap0',
    bridgeName: 'br0',
    network: network(),
    portProfile: profile(),
    ...values,
  });
}
