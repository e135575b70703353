/** Datapath offloads: hardware that forwards packets of a port in place of the host's switch. */
import { field } from '../versioned/field.ts';
import { string } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';

/** The base of every datapath offload. */
@osVifObject({ name: 'DatapathOffloadBase', version: '1.0' })
export class DatapathOffloadBase extends VersionedObject {}

/** Offload through the representor of a virtual function, in the kernel's switchdev model. */
@osVifObject({ name: 'DatapathOffloadRepresentor', version: '1.0' })
export class DatapathOffloadRepresentor extends DatapathOffloadBase {
  /** The name of the representor after a plug. */
  @field(string(), { nullable: true }) representorName?: string | null;
  /** The PCI address of the virtual function. */
  @field(string(), { nullable: true }) representorAddress?: string | null;

  constructor(values: FieldValues<DatapathOffloadRepresentor> = {}) {
    super(values);
  }
}
