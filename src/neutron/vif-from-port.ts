/** Converts a port of Neutron's API to a VIF. */

import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { FieldValueError } from '../errors/model.ts';
import { arrayOf, BOOLEAN, OBJECT, TEXT, type ValueKind } from '../errors/value-kinds.ts';
import { FixedIP, FixedIPList } from '../objects/fixed-ip.ts';
import type { Network } from '../objects/network.ts';
import { Route, RouteList } from '../objects/route.ts';
import { Subnet, SubnetList } from '../objects/subnet.ts';
import type { VIFBase } from '../objects/vif.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { listOf } from '../versioned/validation/violations.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { withApiNames } from './api-names.ts';
import { portDeviceName, shortName } from './binding.ts';
import { bindingError, convert } from './convert.ts';
import { isTrue, mtuOf } from './lenient-values.ts';
import type { NeutronFloatingIp, NeutronNetwork, NeutronPort, NeutronSubnet, VifDetails } from './port.ts';
import { checkBinding, isBound } from './validate-binding.ts';

/** The objects to which a port refers, and options that nova sets. */
export interface PortContext {
  /** The network of the port. */
  readonly network: NeutronNetwork;
  /**
   * The subnets of the addresses of the port. Other subnets are ignored.
   * An address on a subnet that is not in the list is kept, but its subnet has no cidr.
   */
  readonly subnets?: readonly NeutronSubnet[];
  /** Floating IPs. Those of other ports are ignored. */
  readonly floatingIps?: readonly NeutronFloatingIp[];
  /**
   * The bridge of Open vSwitch if the binding contains none: nova's `[neutron] ovs_bridge`. Default:
   * `br-int`.
   */
  readonly ovsBridge?: string;
  /**
   * Whether the port stays when the guest is deleted, because it was created before the guest.
   * Default: false.
   */
  readonly preserveOnDelete?: boolean;
  /**
   * Whether the plugin, and not the hypervisor, creates the port of Open vSwitch. Default: true, as in nova.
   */
  readonly delegateCreate?: boolean;
}

const CONTEXT: OptionKinds<PortContext> = {
  network: OBJECT,
  subnets: arrayOf(OBJECT, 'subnets'),
  floatingIps: arrayOf(OBJECT, 'floating IPs'),
  ovsBridge: TEXT,
  preserveOnDelete: BOOLEAN,
  delegateCreate: BOOLEAN,
};

const NETWORK: ValueKind = { ...OBJECT, expected: 'the option network, the network of the port' };

/**
 * Converts a port, as Neutron's API shows it to an administrator, to the same VIF as nova does.
 * The port may have the names of openstacksdk (`binding_vif_type`).
 * The time is linear in the size of the port and its context, at least up to 1 MiB of JSON.
 *
 * @throws UnboundPortError, BindingFailedError, UnsupportedVifTypeError, PortBindingError for
 *   violations of {@link validateBinding}
 * @throws FieldValueError if the network, a subnet or a floating IP has an invalid value
 */
export function vifFromPort(given: NeutronPort, surroundings: PortContext): VIFBase {
  requireOptions('vifFromPort', surroundings, CONTEXT);
  requireArgument('vifFromPort', surroundings.network, NETWORK);
  const port = withApiNames(given);
  const findings = checkBinding(given);
  if (!isBound(port, findings)) throw bindingError(port?.id, port?.['binding:vif_type'], listOf(findings));
  const { id, admin_state_up: isUp, status } = port;
  const details = port['binding:vif_details'] ?? {};
  const { preserveOnDelete = false, delegateCreate = true } = surroundings;
  return convert({
    id,
    address: port.mac_address,
    vifType: port['binding:vif_type'],
    vnicType: port['binding:vnic_type'] || 'normal',
    details,
    profile: port['binding:profile'] ?? {},
    network: networkOf(port, details, surroundings),
    deviceName: portDeviceName('tap', id),
    interfaceId: id,
    // As in nova: a port that is administratively down does not become active, so nova does not wait for it.
    active: (isUp !== undefined && isUp !== null && !isTrue(isUp)) || status === 'ACTIVE',
    preserveOnDelete,
    delegateCreate,
  });
}

function networkOf(port: NeutronPort, details: VifDetails, surroundings: PortContext): FieldValues<Network> {
  const { network } = surroundings;
  if (port.network_id !== undefined && canonicalUuid(network.id) !== canonicalUuid(port.network_id)) {
    throw new FieldValueError(network.id, `${port.network_id}, the network of port ${port.id}`).within('id', 'network');
  }
  const bridge = bridgeOf(port['binding:vif_type'], details, network.id, surroundings.ovsBridge ?? 'br-int');
  return {
    id: network.id,
    bridgeInterface: null,
    subnets: subnetsOf(port, surroundings),
    mtu: mtuOf(network.mtu),
    ...(bridge !== undefined && { bridge: shortName(bridge) }),
    ...(typeof network.name === 'string' && { label: network.name }),
    // The plugin creates the bridge, unless Neutron's Linux bridge agent created it before.
    ...(port['binding:vif_type'] === 'bridge' && { shouldProvideBridge: true }),
  };
}

/** The name of the bridge of the network on the host, if the vif type has one. */
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

/**
 * The subnets of the addresses of the port, in the order of the addresses. A port without addresses has none.
 */
function subnetsOf(port: NeutronPort, { subnets = [], floatingIps = [] }: PortContext): SubnetList {
  const ownFloatingIps = floatingIps.filter(({ port_id }) => canonical(port_id) === canonicalUuid(port.id));
  const floatingTo = grouped(ownFloatingIps, ({ fixed_ip_address }) => fixed_ip_address);
  const subnetsById = grouped(subnets, ({ id }) => canonical(id));
  const addressesBySubnet = grouped(port.fixed_ips ?? [], ({ subnet_id }) => canonical(subnet_id));
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

/** The id in the form in which ids are compared. Undefined: there is none. */
function canonical(id: string | null | undefined): string | undefined {
  return typeof id === 'string' ? canonicalUuid(id) : undefined;
}

/** The items grouped by key. The keys have the order of their first items. */
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
