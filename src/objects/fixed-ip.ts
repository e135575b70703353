/** The addresses of a port. */

import { field } from '../versioned/field.ts';
import { ipAddress } from '../versioned/fields/addresses.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { VersionedObjectList } from '../versioned/versioned-object-list.ts';
import { osVifObject } from './os-vif-object.ts';

/** An address of a port on a subnet. */
@osVifObject({ name: 'FixedIP', version: '1.0' })
export class FixedIP extends VersionedObject {
  /** The address. */
  @field(ipAddress()) address?: string;
  /** The floating IPs of the address. */
  @field(listOf(ipAddress())) floatingIps?: readonly string[];

  constructor(values: FieldValues<FixedIP> = {}) {
    super(values);
  }
}

/** A list of fixed IPs. */
@osVifObject({ name: 'FixedIPList', version: '1.0' })
export class FixedIPList extends VersionedObjectList<FixedIP> {
  @field(listOf(objectOf(FixedIP))) declare objects?: readonly FixedIP[];

  constructor(values: FieldValues<FixedIPList> = {}) {
    super(values);
  }
}
