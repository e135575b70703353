/** Whose VIF it is. */
import { field } from '../versioned/field.ts';
import { string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';

/** The guest that a VIF belongs to. */
@osVifObject({ name: 'InstanceInfo', version: '1.0' })
export class InstanceInfo extends VersionedObject {
  /** Its UUID. */
  @field(uuid()) uuid?: string;
  /** Its name in nova. */
  @field(string()) name?: string;
  /** The project that owns it. */
  @field(string()) projectId?: string;

  constructor(values: FieldValues<InstanceInfo> = {}) {
    super(values);
  }
}
