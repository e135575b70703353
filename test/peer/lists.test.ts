/** Lists, sets and dicts of objects beside the same classes in Python. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type BackportOptions,
  dictOf,
  type FieldValues,
  field,
  listOf,
  objectOf,
  setOf,
  string,
  VersionedObject,
  VersionedObjectList,
  versionedObject,
  versionManifest,
} from '../../src/entries/index.ts';
import { sortChanges } from '../conformance/vectors.ts';
import { PEER_MISSING, Peer } from './peer.ts';

const PYTHON = `
class Item(base.VersionedObject):
    VERSION = '1.2'
    fields = {'a': fields.StringField(), 'b': fields.StringField(), 'c': fields.StringField()}
    def obj_make_compatible(self, primitive, target_version):
        super().obj_make_compatible(primitive, target_version)
        if target_version in ('1.0', '1.1'):
            primitive.pop('c', None)
        if target_version == '1.0':
            primitive.pop('b', None)

OBJECTS = {'objects': fields.ListOfObjectsField('Item')}

class FirstList(base.ObjectListBase, base.VersionedObject):
    VERSION = '1.2'
    fields = OBJECTS

class ListedList(base.ObjectListBase, base.VersionedObject):
    VERSION = '1.2'
    fields = OBJECTS
    child_versions = {'1.1': '1.0', '1.2': '1.1'}

class LastList(base.VersionedObject, base.ObjectListBase):
    VERSION = '1.2'
    fields = OBJECTS

class Box(base.VersionedObject):
    VERSION = '1.1'
    fields = {
        'first': fields.ObjectField('FirstList', nullable=True),
        'dict': fields.Field(fields.Dict(fields.Object('Item')), default={}),
        'set': fields.Field(fields.Set(fields.Object('Item'))),
        'lists': fields.Field(fields.List(fields.List(fields.Object('Item')))),
    }
    obj_relationships = {'first': [('1.0', '1.1'), ('1.1', '1.2')]}

for declared in (Item, FirstList, ListedList, LastList, Box):
    base.VersionedObjectRegistry.register(declared)
`;

@versionedObject({ name: 'Item', version: '1.2' })
class Item extends VersionedObject {
  @field(string()) a?: string;
  @field(string(), { since: '1.1' }) b?: string;
  @field(string(), { since: '1.2' }) c?: string;

  constructor(values: FieldValues<Item> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'FirstList', version: '1.2' })
class FirstList extends VersionedObjectList<Item> {
  @field(listOf(objectOf(Item))) declare objects?: readonly Item[];

  constructor(values: FieldValues<FirstList> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'ListedList', version: '1.2' })
class ListedList extends VersionedObjectList<Item> {
  @field(listOf(objectOf(Item)), { childVersions: { '1.1': '1.0', '1.2': '1.1' } }) declare objects?: readonly Item[];

  constructor(values: FieldValues<ListedList> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'LastList', version: '1.2', objectListBase: 'last' })
class LastList extends VersionedObjectList<Item> {
  @field(listOf(objectOf(Item))) declare objects?: readonly Item[];

  constructor(values: FieldValues<LastList> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'Box', version: '1.1' })
class Box extends VersionedObject {
  @field(objectOf(FirstList), { nullable: true, childVersions: { '1.0': '1.1', '1.1': '1.2' } })
  first?: FirstList | null;
  @field(dictOf(objectOf(Item)), { default: {} }) dict?: Readonly<Record<string, Item>>;
  @field(setOf(objectOf(Item))) set?: ReadonlySet<Item>;
  @field(listOf(listOf(objectOf(Item)))) lists?: readonly (readonly Item[])[];

  constructor(values: FieldValues<Box> = {}) {
    super(values);
  }
}

const item = (a = 'x') => new Item({ a, b: 'y', c: 'z' });
const box = () =>
  new Box({
    first: new FirstList({ objects: [item()] }),
    dict: { eth0: item('eth0') },
    set: new Set([item('one')]),
    lists: [[item('p')], []],
  });

const LISTS = { FirstList, ListedList, LastList };
const OBJECTS = [
  new FirstList({ objects: [item()] }),
  new ListedList({ objects: [item()] }),
  new LastList({ objects: [item()] }),
  box(),
];
const MANIFESTS = [undefined, { Item: '1.1' }, { Item: '1.0', FirstList: '1.0' }, { Other: '1.0' }];

describe.skipIf(PEER_MISSING !== undefined)('beside Python', () => {
  let python: Peer;
  beforeAll(async () => {
    python = Peer.start();
    await python.ask('declare', { source: PYTHON });
  });
  afterAll(() => python?.stop());

  const evaluate = async (expression: string) => sortChanges(await python.ask<unknown>('evaluate', { expression }));

  test.each(
    OBJECTS.flatMap((object) =>
      ['1.2', '1.1', '1.0'].flatMap((target) => MANIFESTS.map((manifest) => ({ object, target, manifest }))),
    )
      .filter(({ object, target }) => target <= object.version)
      // ObjectActionError in Python: the class has no rule for its elements.
      .filter(
        ({ object, target, manifest }) =>
          !(object instanceof LastList) || manifest !== undefined || target === object.version,
      ),
  )('$object.type for $target and $manifest is backported alike', async ({ object, target, manifest }) => {
    const primitive = object.toPrimitive();
    const options: BackportOptions = { targetVersion: target, ...(manifest && { versionManifest: manifest }) };
    const expected = await python.ask<object>('backport', { primitive, target, manifest: manifest ?? null });
    expect(sortChanges(object.toPrimitive(options))).toEqual(sortChanges(expected));
  });

  test.each(Object.values(LISTS))(
    '%o: a new one is written alike, and one without data is read alike',
    async (list) => {
      const { objectName } = list;
      expect(new list().toPrimitive()).toEqual(await evaluate(`${objectName}().obj_to_primitive()`));
      const empty = { ...new list().toPrimitive(), 'versioned_object.data': {} };
      const read = list.fromPrimitive(empty);
      expect(read.toPrimitive()).toEqual(await python.ask('roundtrip', { primitive: empty }));
      expect(read.changes).toEqual([]);
      expect(list.fingerprint()).toBe(
        await evaluate(
          `__import__('oslo_versionedobjects.fixture').fixture.ObjectVersionChecker()._get_fingerprint('${objectName}')`,
        ),
      );
      expect(versionManifest(objectName)).toEqual(await evaluate(`base.obj_tree_get_versions('${objectName}')`));
    },
  );

  test.each(['FirstList', 'ListedList', 'LastList'] as const)(
    'a changed element of %s changes it alike',
    async (name) => {
      const List = LISTS[name];
      const reset = new List({ objects: [item()] });
      reset.resetChanges({ recursive: true });
      const list = List.fromPrimitive(reset.toPrimitive());
      Object.assign(list.at(0) ?? {}, { a: 'changed' });
      const changed = await evaluate(
        `[(x, setattr(x.objects[0], 'a', 'changed'))[0] for x in [${name}.obj_from_primitive(${JSON.stringify(reset.toPrimitive())})]][0].obj_to_primitive()`,
      );
      expect(sortChanges(list.toPrimitive())).toEqual(changed);
      expect(list.changes).toEqual(list.toPrimitive()['versioned_object.changes'] ?? []);
    },
  );

  test('sets and dicts of objects, and lists of lists, are read and written alike', async () => {
    const primitive = JSON.parse(JSON.stringify(box()));
    expect(sortChanges(await python.ask('roundtrip', { primitive }))).toEqual(sortChanges(primitive));
    expect(Box.fromPrimitive(primitive).equals(box())).toBe(true);
  });
});
