/** Routes of a subnet. */

import { field } from '../versioned/field.ts';
import { ipAddress, ipNetwork } from '../versioned/fields/addresses.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { string } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { VersionedObjectList } from '../versioned/versioned-object-list.ts';
import { osVifObject } from './os-vif-object.ts';

/** A route that guests of a subnet are told. */
@osVifObject({ name: 'Route', version: '1.0' })
export class Route extends VersionedObject {
  /** Where it leads. */
  @field(ipNetwork()) cidr?: string;
  /** The next hop. */
  @field(ipAddress()) gateway?: string;
  /** The device to leave by; nova never sets it. */
  @field(string()) interface?: string;

  constructor(values: FieldValues<Route> = {}) {
    super(values);
  }
}

/** Routes. */
@osVifObject({ name: 'RouteList', version: '1.0' })
export class RouteList extends VersionedObjectList<Route> {
  @field(listOf(objectOf(Route))) declare objects?: readonly Route[];

  constructor(values: FieldValues<RouteList> = {}) {
    super(values);
  }
}
