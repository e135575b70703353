/** The subnets of a network. */

import { field } from '../versioned/field.ts';
import { ipAddress, ipNetwork } from '../versioned/fields/addresses.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { VersionedObjectList } from '../versioned/versioned-object-list.ts';
import { FixedIPList } from './fixed-ip.ts';
import { osVifObject } from './os-vif-object.ts';
import { RouteList } from './route.ts';

/** A subnet, with the addresses of one port. */
@osVifObject({ name: 'Subnet', version: '1.0' })
export class Subnet extends VersionedObject {
  /** The range of addresses. */
  @field(ipNetwork()) cidr?: string;
  /** The addresses of name servers. */
  @field(listOf(ipAddress())) dns?: readonly string[];
  /** The address of the default gateway. */
  @field(ipAddress()) gateway?: string;
  /** The addresses of the port on this subnet. */
  @field(objectOf(FixedIPList)) ips?: FixedIPList;
  /** Further routes. */
  @field(objectOf(RouteList)) routes?: RouteList;
  /** The address of the DHCP server. */
  @field(ipAddress()) dhcpServer?: string;

  constructor(values: FieldValues<Subnet> = {}) {
    super(values);
  }
}

/** A list of subnets. It is empty for a port without addresses. */
@osVifObject({ name: 'SubnetList', version: '1.0' })
export class SubnetList extends VersionedObjectList<Subnet> {
  @field(listOf(objectOf(Subnet))) declare objects?: readonly Subnet[];

  constructor(values: FieldValues<SubnetList> = {}) {
    super(values);
  }
}
