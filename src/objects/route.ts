/** The routes of a subnet. */

import { field } from '../versioned/field.ts';
import { ipAddress, ipNetwork } from '../versioned/fields/addresses.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { string } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { VersionedObjectList } from '../versioned/versioned-object-list.ts';
import { osVifObject } from './os-vif-object.ts';

/** A route for the guests of a subnet. */
@osVifObject({ name: 'Route', version: '1.0' })
export class Route extends VersionedObject {
  /** The destination. */
  @field(ipNetwork()) cidr?: string;
  /** The next hop. */
  @field(ipAddress()) gateway?: string;
  /** The device for outgoing packets. nova never sets it. */
  @field(string()) interface?: string;

  constructor(values: FieldValues<Route> = {}) {
    super(values);
  }
}

/** A list of routes. */
@osVifObject({ name: 'RouteList', version: '1.0' })
export class RouteList extends VersionedObjectList<Route> {
  @field(listOf(objectOf(Route))) declare objects?: readonly Route[];

  constructor(values: FieldValues<RouteList> = {}) {
    super(values);
  }
}
