/** Converts an entry of nova's network_info cache to a VIF. */

import { FixedIP, FixedIPList } from '../objects/fixed-ip.ts';
import type { Network } from '../objects/network.ts';
import { Route, RouteList } from '../objects/route.ts';
import { Subnet, SubnetList } from '../objects/subnet.ts';
import type { VIFBase } from '../objects/vif.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { type Findings, listOf, type Violation } from '../versioned/validation/violations.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { portDeviceName } from './binding.ts';
import { bindingError, convert } from './convert.ts';
import { isTrue, mtuOf } from './lenient-values.ts';
import type { NetworkInfoEntry, NovaNetwork, NovaRoute, NovaSubnet } from './network-info.ts';
import { checkEntry } from './network-info-schema.ts';
import type { NeutronPort, VifDetails } from './port.ts';
import { DETAIL_NAMES } from './port-binding-schema.ts';
import { checkBinding, isBound } from './validate-binding.ts';

/**
 * Converts an entry of nova's network_info cache (nova.network.model.VIF, as JSON) to the same VIF as nova
 * does. The time is linear in the size of the entry, at least up to 1 MiB of JSON.
 *
 * @throws UnboundPortError, BindingFailedError, UnsupportedVifTypeError, PortBindingError with
 *   paths in the entry
 */
export function vifFromNetworkInfo(entry: NetworkInfoEntry): VIFBase {
  if (!isRecord(entry)) throw bindingError('', undefined, validateNetworkInfo(entry));
  const port = portOf(entry);
  const findings = checkBinding(port);
  const violations = listOf(inEntry(findings), checkEntry(entry));
  if (!isBound(port, findings) || violations.length > 0) throw bindingError(entry.id, entry.type, violations);
  const { id, devname } = entry;
  return convert({
    id,
    address: port.mac_address,
    vifType: port['binding:vif_type'],
    vnicType: port['binding:vnic_type'] || 'normal',
    details: port['binding:vif_details'] ?? {},
    profile: port['binding:profile'] ?? {},
    network: networkOf(entry.network),
    deviceName: devname ?? portDeviceName('nic', id),
    interfaceId: entry.ovs_interfaceid || id,
    // As in nova: os-vif takes null for its default, which is true.
    active: entry.active === null || isTrue(entry.active),
    preserveOnDelete: isTrue(entry.preserve_on_delete),
    delegateCreate: isTrue(entry.delegate_create),
  });
}

/**
 * Checks an entry of nova's network_info cache. An entry without violations can be converted to a VIF. The list has the
 * limits of `validateBinding`.
 *
 * @returns the violations, each with its path as a JSON Pointer (RFC 6901): `/details/vhostuser_socket`
 */
export function validateNetworkInfo(entry: unknown): Violation[] {
  if (!isEntry(entry))
    return [{ path: '', message: `expected an entry of network_info, found ${describeValue(entry)}` }];
  return listOf(inEntry(checkBinding(portOf(entry))), checkEntry(entry));
}

/** Whether the value is an object. {@link validateNetworkInfo} checks its members. */
function isEntry(value: unknown): value is NetworkInfoEntry {
  return isRecord(value);
}

/**
 * The port of the entry in the form of Neutron's API.
 * The parameters of 802.1Qbg, which nova keeps apart, become details.
 */
function portOf({ id, address, type, details, profile, vnic_type, qbg_params, network }: NetworkInfoEntry): unknown {
  const lower = type === '802.1qbg' ? network?.meta?.interface : undefined;
  const isUsable = isRecord(details) || !details;
  const port: Partial<NeutronPort> = {
    id,
    'binding:vif_details': isUsable
      ? {
          ...knownDetails(details),
          ...knownDetails(qbg_params),
          ...(typeof lower === 'string' && { physical_interface: lower }),
        }
      : details,
    'binding:profile': profile ?? null,
    ...(address !== undefined && address !== null && { mac_address: address }),
    ...(type !== undefined && type !== null && { 'binding:vif_type': type }),
    ...(vnic_type !== undefined && { 'binding:vnic_type': vnic_type }),
  };
  return port;
}

/** The details that the conversion reads. Other keys are not copied, because there may be very many. */
function knownDetails(details: unknown): VifDetails {
  if (!isRecord(details)) return {};
  const names = DETAIL_NAMES.filter((name) => Object.hasOwn(details, name));
  return Object.fromEntries(names.map((name) => [name, details[name]]));
}

/** Converts the paths of violations from the port to the entry. */
function inEntry({ violations, more }: Findings): Findings {
  return { violations: violations.map(({ path, message }) => ({ path: pathInEntry(path), message })), more };
}

function pathInEntry(path: string): string {
  const [attribute = '', key = ''] = path.slice(1).split('/');
  if (attribute === 'binding:vif_details' && QBG_PARAMS.includes(key)) return `/qbg_params/${key}`;
  const name = NAMES_IN_ENTRY[attribute] ?? attribute;
  return path === '' ? '' : `/${[name, ...path.split('/').slice(2)].join('/')}`;
}

const QBG_PARAMS = ['managerid', 'typeid', 'typeidversion', 'instanceid'];

const NAMES_IN_ENTRY: Readonly<Record<string, string>> = {
  mac_address: 'address',
  'binding:vif_type': 'type',
  'binding:vif_details': 'details',
  'binding:profile': 'profile',
  'binding:vnic_type': 'vnic_type',
};

function networkOf(network: NovaNetwork): FieldValues<Network> {
  const { bridge, label } = network;
  const meta = network.meta ?? {};
  return {
    id: network.id,
    bridgeInterface: meta.bridge_interface ?? null,
    subnets: new SubnetList({ objects: (network.subnets ?? []).map(subnetOf) }),
    mtu: mtuOf(meta.mtu),
    ...(typeof bridge === 'string' && { bridge }),
    ...(typeof label === 'string' && { label }),
    ...(isGiven(meta.multi_host) && { multiHost: isTrue(meta.multi_host) }),
    ...(isGiven(meta.should_create_bridge) && { shouldProvideBridge: isTrue(meta.should_create_bridge) }),
    // As in nova: `vlan` is set only if `should_create_vlan` is present, true or false.
    ...(isGiven(meta.should_create_vlan) && {
      shouldProvideVlan: isTrue(meta.should_create_vlan),
      vlan: Number(meta.vlan),
    }),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
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
