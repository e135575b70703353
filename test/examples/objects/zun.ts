/** The object in which Zun keeps the VIFs of a container. */
import {
  dictOf,
  type FieldValues,
  field,
  objectOf,
  VersionedObject,
  VIFBase,
  versionedObject,
} from '../../../src/entries/index.ts';

/** All VIFs of a container. */
@versionedObject({ name: 'VIFState', namespace: 'os_vif', version: '1.0' })
export class VIFState extends VersionedObject {
  @field(objectOf(VIFBase, { subclasses: true })) declare defaultVif?: VIFBase;
  /** Further VIFs, by the name of the device in the container. */
  @field(dictOf(objectOf(VIFBase, { subclasses: true })), { default: {} })
  declare additionalVifs?: Readonly<Record<string, VIFBase>>;

  constructor(values: FieldValues<VIFState> = {}) {
    super(values);
  }
}
