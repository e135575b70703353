/** A VIF of an entry of nova's network_info cache. */
import { PortBindingError } from '../errors.ts';
import { FixedIP, FixedIPList } from '../objects/fixed-ip.ts';
import type { Network } from '../objects/network.ts';
import { Route, RouteList } from '../objects/route.ts';
import { Subnet, SubnetList } from '../objects/subnet.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { Violation } from '../versioned/validate.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { portDeviceName } from './binding.ts';
import { bindingError, convert } from './convert.ts';
import type { NetworkInfoEntry, NovaNetwork, NovaRoute, NovaSubnet } from './network-info.ts';
import type { NeutronPort } from './port.ts';
import { isBound, validateBinding } from './validate-binding.ts';

/**
 * The VIF of an entry of nova's network_info cache (nova.network.model.VIF, as JSON): the one that nova makes.
 *
 * @throws UnboundPortError, BindingFailedError, UnsupportedVifTypeError, PortBindingError with paths in the entry
 * @throws FieldValueError where the network has values of another form
 */
export function vifFromNetworkInfo(entry: NetworkInfoEntry): VIFBase {
  const port = portOf(entry);
  if (!isBound(port)) throw bindingError(entry.id, entry.type, validateBinding(port).map(inEntry));
  const { id, devname } = entry;
  return convert({
    id,
    address: port.mac_address,
    vifType: port['binding:vif_type'],
    vnicType: port['binding:vnic_type'] ?? 'normal',
    details: port['binding:vif_details'] ?? {},
    profile: port['binding:profile'] ?? {},
    network: networkOf(entry),
    deviceName: devname ?? portDeviceName('nic', id),
    interfaceId: entry.ovs_interfaceid || id,
    active: entry.active ?? false,
    preserveOnDelete: entry.preserve_on_delete ?? false,
    delegateCreate: entry.delegate_create ?? false,
  });
}

/** The port that the entry was made of, as far as its binding goes. What nova keeps apart for 802.1Qbg is told as details. */
function portOf({ id, address, type, details, profile, vnic_type, qbg_params, network }: NetworkInfoEntry): unknown {
  const lower = type === '802.1qbg' ? network?.meta?.interface : undefined;
  const port: Partial<NeutronPort> = {
    id,
    'binding:vif_details': {
      ...details,
      ...qbg_params,
      ...(typeof lower === 'string' && { physical_interface: lower }),
    },
    'binding:profile': profile ?? null,
    ...(address !== undefined && address !== null && { mac_address: address }),
    ...(type !== undefined && type !== null && { 'binding:vif_type': type }),
    ...(vnic_type !== undefined && { 'binding:vnic_type': vnic_type }),
  };
  return port;
}

/** Where in the entry it is what is wrong with the port. */
function inEntry({ path, message }: Violation): Violation {
  const [attribute = '', key = ''] = path.slice(1).split('/');
  if (attribute === 'binding:vif_details' && QBG_PARAMS.includes(key)) return { path: `/qbg_params/${key}`, message };
  const name = NAMES_IN_ENTRY[attribute] ?? attribute;
  return { path: path === '' ? '' : `/${[name, ...path.split('/').slice(2)].join('/')}`, message };
}

const QBG_PARAMS = ['managerid', 'typeid', 'typeidversion', 'instanceid'];

const NAMES_IN_ENTRY: Readonly<Record<string, string>> = {
  mac_address: 'address',
  'binding:vif_type': 'type',
  'binding:vif_details': 'details',
  'binding:profile': 'profile',
  'binding:vnic_type': 'vnic_type',
};

function networkOf({ id, network }: NetworkInfoEntry): FieldValues<Network> {
  if (network === null || typeof network !== 'object') {
    throw new PortBindingError(id, [{ path: '/network', message: 'missing' }]);
  }
  const { bridge, label, meta = {} } = network;
  return {
    id: network.id,
    bridgeInterface: meta.bridge_interface ?? null,
    subnets: new SubnetList({ objects: (network.subnets ?? []).map(subnetOf) }),
    mtu: meta.mtu ?? null,
    ...(typeof bridge === 'string' && { bridge }),
    ...(typeof label === 'string' && { label }),
    ...(typeof meta.multi_host === 'boolean' && { multiHost: meta.multi_host }),
    ...(typeof meta.should_create_bridge === 'boolean' && { shouldProvideBridge: meta.should_create_bridge }),
    ...vlanOf(id, network),
  };
}

/** Nova says whether a VLAN device goes below the bridge, and then must say which. */
function vlanOf(id: string, { meta = {} }: NovaNetwork): FieldValues<Network> {
  const { should_create_vlan: shouldProvideVlan, vlan } = meta;
  if (typeof shouldProvideVlan !== 'boolean') return {};
  if (vlan !== undefined && vlan !== null) return { shouldProvideVlan, vlan: Number(vlan) };
  const message = 'missing: should_create_vlan is set, so the VLAN id must be';
  throw new PortBindingError(id, [{ path: '/network/meta/vlan', message }]);
}

function subnetOf({ cidr, dns, gateway, ips, routes }: NovaSubnet): Subnet {
  const addresses = (ips ?? []).map(
    ({ address, floating_ips }) =>
      new FixedIP({ address, floatingIps: (floating_ips ?? []).map((floating) => floating.address) }),
  );
  return new Subnet({
    dns: (dns ?? []).map(({ address }) => address),
    ips: new FixedIPList({ objects: addresses }),
    routes: new RouteList({ objects: (routes ?? []).map(routeOf) }),
    ...(cidr ? { cidr } : {}),
    ...(gateway?.address ? { gateway: gateway.address } : {}),
  });
}

function routeOf({ cidr, gateway, interface: device }: NovaRoute): Route {
  return new Route({
    cidr,
    ...(device ? { interface: device } : {}),
    ...(gateway?.address ? { gateway: gateway.address } : {}),
  });
}
