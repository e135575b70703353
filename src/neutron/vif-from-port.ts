/** A VIF of what Neutron's API says. */

import { FieldValueError } from '../errors/model.ts';
import { FixedIP, FixedIPList } from '../objects/fixed-ip.ts';
import type { Network } from '../objects/network.ts';
import { Route, RouteList } from '../objects/route.ts';
import { Subnet, SubnetList } from '../objects/subnet.ts';
import type { VIFBase } from '../objects/vif.ts';
import { listOf } from '../versioned/validation/violations.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { portDeviceName, shortName } from './binding.ts';
import { bindingError, convert } from './convert.ts';
import type { NeutronFloatingIp, NeutronNetwork, NeutronPort, NeutronSubnet, VifDetails } from './port.ts';
import { checkBinding, isBound } from './validate-binding.ts';

/** What a port refers to, and what nova knows besides. */
export interface PortContext {
  /** The port's network. */
  readonly network: NeutronNetwork;
  /** The subnets that the port has addresses on; others are left out. Addresses on one that is not here are kept, without its cidr. */
  readonly subnets?: readonly NeutronSubnet[];
  /** Floating IPs; those of other ports are left out. */
  readonly floatingIps?: readonly NeutronFloatingIp[];
  /** The host's bridge of Open vSwitch, unless the binding names one: nova's `[neutron] ovs_bridge`. Default `br-int`. */
  readonly ovsBridge?: string;
  /** Whether the port stays when the guest goes: it was there before. Default false. */
  readonly preserveOnDelete?: boolean;
  /** Whether the plugin adds the port of Open vSwitch, rather than the hypervisor. Default true, as nova does. */
  readonly delegateCreate?: boolean;
}

/**
 * The VIF of a port, as Neutron's API shows it to an administrator: the one that nova would make.
 * The time is linear in the size of the port and its surroundings, up to 1 MiB of JSON at least.
 *
 * @throws UnboundPortError, BindingFailedError, UnsupportedVifTypeError, PortBindingError as {@link validateBinding} finds
 * @throws FieldValueError where network, subnets or floating IPs have values of another form
 */
export function vifFromPort(port: NeutronPort, surroundings: PortContext): VIFBase {
  const findings = checkBinding(port);
  if (!isBound(port, findings)) throw bindingError(port?.id, port?.['binding:vif_type'], listOf(findings));
  const { id, admin_state_up: isUp, status } = port;
  const details = port['binding:vif_details'] ?? {};
  const { preserveOnDelete = false, delegateCreate = true } = surroundings;
  return convert({
    id,
    address: port.mac_address,
    vifType: port['binding:vif_type'],
    vnicType: port['binding:vnic_type'] ?? 'normal',
    details,
    profile: port['binding:profile'] ?? {},
    network: networkOf(port, details, surroundings),
    deviceName: portDeviceName('tap', id),
    interfaceId: id,
    // As nova: a port that is switched off will not become active, so nobody waits for it.
    active: isUp === false || status === 'ACTIVE',
    preserveOnDelete,
    delegateCreate,
  });
}

function networkOf(port: NeutronPort, details: VifDetails, surroundings: PortContext): FieldValues<Network> {
  const { network } = surroundings;
  if (port.network_id !== undefined && network.id !== port.network_id) {
    throw new FieldValueError(network.id, `${port.network_id}, the network of port ${port.id}`).within('id', 'network');
  }
  const bridge = bridgeOf(port['binding:vif_type'], details, network.id, surroundings.ovsBridge ?? 'br-int');
  return {
    id: network.id,
    bridgeInterface: null,
    subnets: subnetsOf(port, surroundings),
    mtu: network.mtu ?? null,
    ...(bridge !== undefined && { bridge: shortName(bridge) }),
    ...(typeof network.name === 'string' && { label: network.name }),
    // Neutron's Linux bridge agent expects the bridge to be there, or makes it itself: who comes first does.
    ...(port['binding:vif_type'] === 'bridge' && { shouldProvideBridge: true }),
  };
}

/** The bridge that stands for the network on the host, where there is one. */
function bridgeOf(
  vifType: string | undefined,
  { bridge_name: named, vhostuser_ovs_plug: onOvs, vhostuser_fp_plug: onFastPath }: VifDetails,
  networkId: string,
  ovsBridge: string,
): string | undefined {
  if (vifType === 'ovs' || vifType === 'agilio_ovs' || (vifType === 'vhostuser' && onOvs)) return named ?? ovsBridge;
  if (vifType === 'bridge' || (vifType === 'vhostuser' && onFastPath)) return named ?? `brq${networkId}`;
  return undefined;
}

/** A subnet for each that the port has addresses on, in the order of its addresses. An unaddressed port has none. */
function subnetsOf(port: NeutronPort, { subnets = [], floatingIps = [] }: PortContext): SubnetList {
  const ownFloatingIps = floatingIps.filter(({ port_id }) => port_id === port.id);
  const floatingTo = grouped(ownFloatingIps, ({ fixed_ip_address }) => fixed_ip_address);
  const subnetsById = grouped(subnets, ({ id }): string | undefined => id);
  const addressesBySubnet = grouped(port.fixed_ips ?? [], ({ subnet_id }) => subnet_id);
  const fixedIp = (address: string) =>
    new FixedIP({
      address,
      floatingIps: (floatingTo.get(address) ?? []).map(({ floating_ip_address }) => floating_ip_address),
    });
  const objects = [...addressesBySubnet].map(([id, addresses]) => {
    const ips = addresses.map(({ ip_address }) => fixedIp(ip_address));
    return subnetObject(subnetsById.get(id)?.[0], new FixedIPList({ objects: ips }));
  });
  return new SubnetList({ objects });
}

/** The items of each key, in the order in which the keys come first. */
function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function subnetObject(subnet: NeutronSubnet | undefined, ips: FixedIPList): Subnet {
  const routes = (subnet?.host_routes ?? []).map(
    ({ destination, nexthop }) => new Route({ cidr: destination, gateway: nexthop }),
  );
  return new Subnet({
    ips,
    dns: subnet?.dns_nameservers ?? [],
    routes: new RouteList({ objects: routes }),
    ...(subnet !== undefined && { cidr: subnet.cidr }),
    ...(subnet?.gateway_ip && { gateway: subnet.gateway_ip }),
  });
}
