/** The network that a VIF is on. */
import { field } from '../versioned/field.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { boolean, integer, string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';
import { SubnetList } from './subnet.ts';

/** A virtual network, and how a Linux bridge host joins it. */
@osVifObject({ name: 'Network', version: '1.1' })
export class Network extends VersionedObject {
  /** Its UUID in Neutron. */
  @field(uuid()) id?: string;
  /** The bridge that stands for it on the host. */
  @field(string()) bridge?: string;
  /** Its name. */
  @field(string()) label?: string;
  /** Its subnets. */
  @field(objectOf(SubnetList), { initial: () => new SubnetList({ objects: [] }) }) subnets?: SubnetList;
  /** Whether every host routes for itself (nova-network). */
  @field(boolean(), { initial: false }) multiHost?: boolean;
  /** Whether the plugin makes the bridge. */
  @field(boolean(), { initial: false }) shouldProvideBridge?: boolean;
  /** Whether the plugin makes a VLAN device below the bridge. */
  @field(boolean(), { initial: false }) shouldProvideVlan?: boolean;
  /** The device that the bridge reaches the wire by. */
  @field(string(), { nullable: true }) bridgeInterface?: string | null;
  /** The VLAN id, 1 to 4094. */
  @field(integer(), { nullable: true }) vlan?: number | null;
  /** The largest packet in bytes, or null where the network does not say. */
  @field(integer(), { nullable: true, initial: null, since: '1.1' }) mtu?: number | null;

  constructor(values: FieldValues<Network> = {}) {
    super(values);
  }
}
