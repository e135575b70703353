/** Objects of a user's own, in a user's own namespace, as the tests declare them. */
import {
  boolean,
  dateTime,
  dictOf,
  type FieldValues,
  field,
  float,
  integer,
  listOf,
  objectOf,
  setOf,
  string,
  VersionedObject,
  VersionedObjectList,
  VIFBase,
  versionedObject,
} from '../../src/entries/index.ts';

/** With every kind of value that JSON lacks, and a field that is set once. */
@versionedObject({ name: 'Note', namespace: 'acme', version: '1.0' })
export class Note extends VersionedObject {
  @field(string(), { readOnly: true }) author?: string;
  @field(dateTime()) writtenAt?: Date;
  @field(setOf(string())) tags?: ReadonlySet<string>;
  @field(dictOf(integer())) labels?: Readonly<Record<string, number>>;
  @field(float({ minimum: 0 })) weight?: number;
  @field(listOf(dateTime())) seenAt?: readonly Date[];

  constructor(values: FieldValues<Note> = {}) {
    super(values);
  }
}

/** Kuryr's VIF for a pod in a virtual machine; 1.1 has a field more. */
@versionedObject({
  name: 'VIFVlanNested',
  namespace: 'kuryr_kubernetes',
  version: '1.1',
  baseVersions: { '1.0': '1.0' },
})
export class VIFVlanNested extends VIFBase {
  /** The name of the device in the pod. */
  @field(string()) vifName?: string;
  /** The VLAN id, 1 to 4094. */
  @field(integer()) vlanId?: number;
  /** Whether the trunk strips the tag. */
  @field(boolean(), { since: '1.1', default: false }) untagged?: boolean;

  constructor(values: FieldValues<VIFVlanNested> = {}) {
    super(values);
  }
}

/** An object that holds its own kind. */
@versionedObject({ name: 'Folder', namespace: 'acme', version: '1.1' })
export class Folder extends VersionedObject {
  @field(string()) name?: string;
  @field(string(), { since: '1.1' }) owner?: string;
  @field(listOf(objectOf(() => Folder)), { childVersions: { '1.0': '1.0', '1.1': '1.1' } }) folders?: readonly Folder[];
  @field(
    objectOf(() => Folder),
    { nullable: true, childVersions: { '1.0': '1.0', '1.1': '1.1' } },
  )
  trash?: Folder | null;

  constructor(values: FieldValues<Folder> = {}) {
    super(values);
  }
}

/** An object that holds objects in a dict and in a set. */
@versionedObject({ name: 'Shelf', namespace: 'acme', version: '1.0' })
export class Shelf extends VersionedObject {
  @field(dictOf(objectOf(Folder))) folders?: Readonly<Record<string, Folder>>;
  @field(setOf(objectOf(Folder))) spare?: ReadonlySet<Folder>;
  @field(dictOf(objectOf(() => Shelf))) shelves?: Readonly<Record<string, Shelf>>;

  constructor(values: FieldValues<Shelf> = {}) {
    super(values);
  }
}

/** For classes whose fields are declared in a test, so that TypeScript does not know them. */
export abstract class UntypedObject extends VersionedObject {
  constructor(values: object = {}) {
    super(values);
  }
}

/** The same for lists. */
export abstract class UntypedList extends VersionedObjectList<VersionedObject> {
  constructor(values: object = {}) {
    super(values);
  }
}
