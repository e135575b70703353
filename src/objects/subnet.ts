/** Subnets of a network. */

import { field } from '../versioned/field.ts';
import { ipAddress, ipNetwork } from '../versioned/fields/addresses.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { VersionedObjectList } from '../versioned/versioned-object-list.ts';
import { FixedIPList } from './fixed-ip.ts';
import { osVifObject } from './os-vif-object.ts';
import { RouteList } from './route.ts';

/** A subnet, as one port sees it. */
@osVifObject({ name: 'Subnet', version: '1.0' })
export class Subnet extends VersionedObject {
  /** Its addresses. */
  @field(ipNetwork()) cidr?: string;
  /** Name servers. */
  @field(listOf(ipAddress())) dns?: readonly string[];
  /** The default gateway. */
  @field(ipAddress()) gateway?: string;
  /** What the port has of it. */
  @field(objectOf(FixedIPList)) ips?: FixedIPList;
  /** Further routes. */
  @field(objectOf(RouteList)) routes?: RouteList;
  /** The DHCP server. */
  @field(ipAddress()) dhcpServer?: string;

  constructor(values: FieldValues<Subnet> = {}) {
    super(values);
  }
}

/** Subnets; empty for an unaddressed port. */
@osVifObject({ name: 'SubnetList', version: '1.0' })
export class SubnetList extends VersionedObjectList<Subnet> {
  @field(listOf(objectOf(Subnet))) declare objects?: readonly Subnet[];

  constructor(values: FieldValues<SubnetList> = {}) {
    super(values);
  }
}
