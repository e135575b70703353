/** The network of a VIF. */
import { field } from '../versioned/field.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { boolean, integer, string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';
import { SubnetList } from './subnet.ts';

/** A virtual network, and its bridge and devices on the host. */
@osVifObject({ name: 'Network', version: '1.1' })
export class Network extends VersionedObject {
  /** The UUID of the network in Neutron. */
  @field(uuid()) id?: string;
  /** The name of the bridge of the network on the host. */
  @field(string()) bridge?: string;
  /** The name of the network. */
  @field(string()) label?: string;
  /** The subnets of the network. */
  @field(objectOf(SubnetList), { initial: () => new SubnetList({ objects: [] }) }) subnets?: SubnetList;
  /** Whether each host routes packets of its guests (nova-network). */
  @field(boolean(), { initial: false }) multiHost?: boolean;
  /** Whether the plugin creates the bridge. */
  @field(boolean(), { initial: false }) shouldProvideBridge?: boolean;
  /** Whether the plugin creates a VLAN device below the bridge. */
  @field(boolean(), { initial: false }) shouldProvideVlan?: boolean;
  /** The device through which the bridge reaches the physical network. */
  @field(string(), { nullable: true }) bridgeInterface?: string | null;
  /** The VLAN id, 1 to 4094. */
  @field(integer(), { nullable: true }) vlan?: number | null;
  /** The MTU in bytes, or null for a network without an MTU. */
  @field(integer(), { nullable: true, initial: null, since: '1.1' }) mtu?: number | null;

  constructor(values: FieldValues<Network> = {}) {
    super(values);
  }
}
