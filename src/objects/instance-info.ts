/** The guest of a VIF. */
import { field } from '../versioned/field.ts';
import { string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';

/** The guest to which a VIF belongs. */
@osVifObject({ name: 'InstanceInfo', version: '1.0' })
export class InstanceInfo extends VersionedObject {
  /** The UUID of the guest. */
  @field(uuid()) uuid?: string;
  /** The name of the guest in nova. */
  @field(string()) name?: string;
  /** The id of the project that owns the guest. */
  @field(string()) projectId?: string;

  constructor(values: FieldValues<InstanceInfo> = {}) {
    super(values);
  }
}
