/** Lists whose Python class names ObjectListBase first (the default), or last. */
import { describe, expect, test } from 'vitest';
import {
  defineObject,
  integer,
  listOf,
  objectOf,
  string,
  type VersionedObject,
  VersionedObjectList,
} from '../../src/entries/index.ts';

const VERSION = 'versioned_object.version';
const CHANGES = 'versioned_object.changes';
const DATA = 'versioned_object.data';

let declared = 0;

/** Classes that no other test has used. */
function declare() {
  const namespace = `acme-lists-${declared++}`;
  const Item = defineObject({
    name: 'Item',
    namespace,
    version: '1.2',
    fields: { a: string(), b: { type: string(), since: '1.1' }, c: { type: string(), since: '1.2' } },
  });
  const objects = listOf(objectOf(Item), { nullable: true });
  const list = { namespace, version: '1.2', extends: VersionedObjectList<VersionedObject> };
  const childVersions = { '1.1': '1.0', '1.2': '1.1' };
  const First = defineObject({ ...list, name: 'First', fields: { objects, total: integer(), rest: objects } });
  const Listed = defineObject({
    ...list,
    name: 'Listed',
    fields: { objects: { type: objects, childVersions }, next: { type: objectOf(Item), childVersions } },
  });
  const Last = defineObject({ ...list, name: 'Last', objectListBase: 'last', fields: { objects } });
  const Drawer = defineObject({ namespace, version: '1.2', name: 'Drawer', fields: { objects } });
  const item = () => new Item({ a: 'x', b: 'y', c: 'z' });
  return { Item, First, Listed, Last, Drawer, item };
}

/** The versions of the elements of a primitive. */
function versionsIn(primitive: object, field = 'objects'): unknown[] {
  const elements: unknown = Object(Reflect.get(primitive, DATA))[field];
  return [elements].flat().map((element) => Object(element)[VERSION]);
}

describe('a new list', () => {
  test('has no elements, which is no change, and no other values', () => {
    const { First } = declare();
    const list = new First();
    expect(list.toPrimitive()[DATA]).toEqual({ objects: [] });
    expect([list.changes, [...list], list.length, list.at(0)]).toEqual([[], [], 0, undefined]);
    expect(First.fromPrimitive({ ...list.toPrimitive(), [DATA]: {} }).toPrimitive()).toEqual(list.toPrimitive());
  });

  test('has the elements that its maker gives', () => {
    const { First, item } = declare();
    const list = new First({ objects: [item()], total: 1 });
    expect([list.length, list.changes]).toEqual([1, ['objects', 'total']]);
    expect(list.at(-1)?.equals(item())).toBe(true);
  });

  test('has unset elements if ObjectListBase is the last base class, and so has a class that is no list', () => {
    const { Last, Drawer } = declare();
    for (const object of [new Last(), new Drawer()]) expect(object.toPrimitive()[DATA]).toEqual({});
    expect([[...new Last()], new Last().length]).toEqual([[], 0]);
  });
});

describe('a changed element', () => {
  test('changes the list, in the primitive and in its bytes', () => {
    const { First, item } = declare();
    const list = new First({ objects: [item(), item()], rest: [item()] });
    list.resetChanges({ recursive: true });
    expect([list.changes, list.toPrimitive()]).toEqual([[], expect.not.objectContaining({ [CHANGES]: [] })]);
    Object.assign(list.at(1) ?? {}, { a: 'changed' });
    expect(list.changes).toEqual(['objects']);
    expect(list.toPrimitive()[CHANGES]).toEqual(['objects']);
    expect(JSON.parse(Buffer.from(list.toBytes()).toString())).toEqual(list.toPrimitive());
    expect(list.toPrimitive({ targetVersion: '1.1' })[CHANGES]).toEqual(['objects']);
  });

  test('is no second change of a list that has changed itself', () => {
    const { First, item } = declare();
    const list = new First({ objects: [item()] });
    for (const primitive of [list.toPrimitive(), list.toPrimitive({ targetVersion: '1.1' })])
      expect(primitive[CHANGES]).toEqual(['objects']);
  });

  test('changes only the field objects', () => {
    const { First, Last, Drawer, item } = declare();
    for (const object of [
      new First({ rest: [item()] }),
      new Last({ objects: [item()] }),
      new Drawer({ objects: [item()] }),
    ]) {
      object.resetChanges();
      expect(object.changes).toEqual([]);
      expect(object.toPrimitive()).not.toHaveProperty([CHANGES]);
      expect(object.toPrimitive({ targetVersion: '1.1' })).not.toHaveProperty([CHANGES]);
      expect(Buffer.from(object.toBytes()).toString()).toBe(JSON.stringify(object.toPrimitive()));
    }
  });
});

describe('an older version of a list', () => {
  test('has elements of 1.0 if the class names no versions of them', () => {
    const { First, item } = declare();
    const list = new First({ objects: [item(), null, item()] });
    expect(versionsIn(list.toPrimitive())).toEqual(['1.2', undefined, '1.2']);
    const old = list.toPrimitive({ targetVersion: '1.1' });
    expect(versionsIn(old)).toEqual(['1.0', undefined, '1.0']);
    expect(old[DATA].objects).toMatchObject([{ [DATA]: { a: 'x' } }, null, { [DATA]: { a: 'x' } }]);
    expect(old[DATA].objects).not.toMatchObject([{ [DATA]: { b: 'y' } }, null, {}]);
  });

  test('has its other lists as they are', () => {
    const { First, item } = declare();
    expect(versionsIn(new First({ rest: [item()] }).toPrimitive({ targetVersion: '1.1' }), 'rest')).toEqual(['1.2']);
  });

  test('has elements of the versions that the class names, and none before', () => {
    const { Listed, item } = declare();
    const list = new Listed({ objects: [item()], next: item() });
    expect(versionsIn(list.toPrimitive({ targetVersion: '1.1' }))).toEqual(['1.0']);
    const oldest = list.toPrimitive({ targetVersion: '1.0' });
    expect(oldest[DATA]).not.toHaveProperty('objects');
    expect([oldest[CHANGES], versionsIn(oldest, 'next')]).toEqual([['next'], ['1.2']]);
  });

  test('for a peer has elements of the versions that its manifest names, unless the class names them', () => {
    const { First, Listed, Last, item } = declare();
    const objects = [item()];
    for (const [list, versionManifest, version] of [
      [new First({ objects }), { Item: '1.1' }, '1.1'],
      [new First({ objects }), { Other: '1.0' }, '1.0'],
      [new Listed({ objects }), { Item: '1.2' }, '1.1'],
      [new Last({ objects }), { Item: '1.1' }, '1.1'],
      [new Last({ objects }), { Other: '1.0' }, '1.2'],
    ] as const) {
      // The second call finds what the first has noted of the peer.
      for (let call = 0; call < 2; call++)
        expect(versionsIn(list.toPrimitive({ versionManifest })), JSON.stringify(versionManifest)).toEqual([version]);
    }
  });

  test('leaves elements as they are in a class that is no list', () => {
    const { Drawer, item } = declare();
    expect(versionsIn(new Drawer({ objects: [item()] }).toPrimitive({ targetVersion: '1.0' }))).toEqual(['1.2']);
  });
});

test('a place in a list is an integer', () => {
  const { First, item } = declare();
  expect(() => new First({ objects: [item()] }).at(0.5)).toThrow('at: expected the index of an element, found 0.5');
});
