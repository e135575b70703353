/** Children in a backport: their versions, their changes, and what a peer says of them. */
import { describe, expect, test } from 'vitest';
import {
  defineObject,
  type FieldValues,
  listOf,
  objectOf,
  Subnet,
  string,
  VIFBridge,
} from '../../../src/entries/index.ts';
import { network } from '../builders.ts';

const VERSION = 'versioned_object.version';
const CHANGES = 'versioned_object.changes';
const DATA = 'versioned_object.data';

let declared = 0;

/** A house of floors of rooms. Version 1.0 of a floor has no rooms. */
function declare() {
  const namespace = `acme-children-${declared++}`;
  const Room = defineObject({
    namespace,
    name: 'Room',
    version: '1.1',
    fields: { name: string(), colour: { type: string(), since: '1.1' } },
  });
  const Floor = defineObject({
    namespace,
    name: 'Floor',
    version: '1.1',
    fields: {
      name: string(),
      hall: { type: objectOf(Room), since: '1.1', nullable: true },
      rooms: { type: listOf(objectOf(Room), { nullable: true }), childVersions: { '1.1': '1.1' } },
    },
  });
  const House = defineObject({
    namespace,
    name: 'House',
    version: '1.1',
    fields: {
      ground: { type: objectOf(Floor), childVersions: { '1.0': '1.0', '1.1': '1.1' }, nullable: true },
      floors: { type: listOf(objectOf(Floor), { nullable: true }), childVersions: { '1.0': '1.0', '1.1': '1.1' } },
      shed: { type: objectOf(Room) },
    },
  });
  const room = (values: FieldValues<InstanceType<typeof Room>> = {}) =>
    new Room({ name: 'a', colour: 'red', ...values });
  return { Room, Floor, House, room };
}

/** A part of a primitive. */
const part = (primitive: unknown, ...path: string[]): unknown =>
  path.reduce((value: unknown, key) => Object(Object(value)[DATA])[key], primitive);

describe('children of an older version', () => {
  test('have the versions that the history of the parent names; null stays null', () => {
    const { Floor, House } = declare();
    const house = new House({ ground: new Floor({ name: 'g' }), floors: [null, new Floor({ name: '1' })] });
    const old = house.toPrimitive({ targetVersion: '1.0' });
    expect(part(old, 'ground')).toMatchObject({ [VERSION]: '1.0', [DATA]: { name: 'g' } });
    expect(part(old, 'floors')).toMatchObject([null, { [VERSION]: '1.0', [DATA]: { name: '1' } }]);
    expect(part(new House({ ground: null }).toPrimitive({ targetVersion: '1.0' }), 'ground')).toBeNull();
  });

  test('stay as they are if the history does not name them', () => {
    const { House, room } = declare();
    const old = new House({ shed: room() }).toPrimitive({ targetVersion: '1.0' });
    expect(part(old, 'shed')).toMatchObject({ [VERSION]: '1.1', [DATA]: { colour: 'red' } });
  });

  test('are left out before the first version that the history names', () => {
    const { Floor, room } = declare();
    const floor = new Floor({ name: 'x', rooms: [room()], hall: room() });
    const old = floor.toPrimitive({ targetVersion: '1.0' });
    expect([old[DATA], old[CHANGES]]).toEqual([{ name: 'x' }, ['name']]);
  });
});

describe('a changed child', () => {
  /** A house in which only rooms have changes. */
  function changed() {
    const { Floor, House, Room, room } = declare();
    const house = new House({ ground: new Floor({ name: 'g', hall: room(), rooms: [room()] }), shed: room() });
    house.resetChanges({ recursive: true });
    if (house.ground?.hall) house.ground.hall.name = 'changed';
    if (house.shed) house.shed.name = 'changed';
    return { house, Room };
  }

  test('is a change of its parent in an older version too', () => {
    const { house } = changed();
    const old = house.toPrimitive({ targetVersion: '1.0' });
    expect(old[CHANGES]).toEqual(['ground', 'shed']);
    expect(part(old, 'shed')).toMatchObject({ [CHANGES]: ['name'] });
  });

  test('that the older version does not have is named in the changes of a child, and not in those of the object', () => {
    const { house } = changed();
    // As in oslo.
    expect(part(house.toPrimitive({ targetVersion: '1.0' }), 'ground')).toMatchObject({
      [DATA]: { name: 'g' },
      [CHANGES]: ['hall'],
    });
    expect(house.ground?.toPrimitive({ targetVersion: '1.0' })).not.toHaveProperty([CHANGES]);
  });

  test('is named once', () => {
    const { Floor, House, room } = declare();
    const house = new House({ ground: new Floor({ name: 'g', hall: room() }), shed: room() });
    const old = house.toPrimitive({ targetVersion: '1.0' });
    expect(old[CHANGES]).toEqual(['ground', 'shed']);
    expect(part(old, 'ground')).toMatchObject({ [CHANGES]: ['name', 'hall'] });
  });

  test('of a list is no change of its parent', () => {
    const { house } = changed();
    house.resetChanges({ recursive: true });
    const floor = house.ground;
    Object.assign(floor?.rooms?.[0] ?? {}, { name: 'changed' });
    const old = floor?.toPrimitive({ targetVersion: '1.1', versionManifest: { Room: '1.0' } });
    expect(part(old, 'rooms')).toMatchObject([{ [VERSION]: '1.0', [CHANGES]: ['name'] }]);
    expect(old).not.toHaveProperty([CHANGES]);
  });
});

describe('a manifest', () => {
  test('names the versions of all children, also where the history has another', () => {
    const { Floor, House, room } = declare();
    const house = new House({ floors: [new Floor({ rooms: [room(), null] })], shed: room() });
    const old = house.toPrimitive({ versionManifest: { Room: '1.0', Floor: '1.1' } });
    expect(part(old, 'shed')).toMatchObject({ [VERSION]: '1.0' });
    expect(part(old, 'floors')).toMatchObject([{ [VERSION]: '1.1', [DATA]: { rooms: [{ [VERSION]: '1.0' }, null] } }]);
  });

  test('keeps a child that the history leaves out, in the version that it names', () => {
    const { Floor, room } = declare();
    const old = new Floor({ rooms: [room()] }).toPrimitive({ targetVersion: '1.0', versionManifest: { Room: '1.0' } });
    expect(part(old, 'rooms')).toMatchObject([{ [VERSION]: '1.0' }]);
  });

  test('of no use is as none: empty, or without a version', () => {
    const { Floor, House, room } = declare();
    const house = new House({ ground: new Floor({ rooms: [room()] }) });
    const old = house.toPrimitive({ targetVersion: '1.0' });
    expect(house.toPrimitive({ targetVersion: '1.0', versionManifest: {} })).toEqual(old);
    const versionManifest = { Floor: '1.1', Room: undefined } as unknown as Record<string, string>;
    expect(part(house.toPrimitive({ versionManifest }), 'ground', 'rooms')).toMatchObject([{ [VERSION]: '1.1' }]);
  });

  test('is not taken for one with the same versions of other classes, or with further classes', () => {
    const { Floor, room } = declare();
    const floor = new Floor({ name: 'x', hall: room() });
    const versionOf = (versionManifest: Record<string, string>) => {
      const old = floor.toPrimitive({ versionManifest });
      return [old[VERSION], part(old, 'hall') && Object(part(old, 'hall'))[VERSION]];
    };
    expect(versionOf({ Room: '1.0' })).toEqual(['1.1', '1.0']);
    expect(versionOf({ Other: '1.0' })).toEqual(['1.1', '1.1']);
    expect(versionOf({ Floor: '1.0' })).toEqual(['1.0', undefined]);
    expect(versionOf({ Other: '1.0', Room: '1.0' })).toEqual(['1.1', '1.0']);
    expect(versionOf({ Other: '1.0' })).toEqual(['1.1', '1.1']);
    expect(versionOf({ Other: '1.0', Room: '1.1' })).toEqual(['1.1', '1.1']);
    expect(versionOf({ Other: '1.0', Room: '1.0' })).toEqual(['1.1', '1.0']);
  });

  test('of another peer in between does not matter', () => {
    const vif = new VIFBridge({ network: network() });
    for (const version of ['1.0', '1.1', '1.0']) {
      const old = vif.toPrimitive({ versionManifest: { Network: version } });
      expect(old[DATA].network).toMatchObject({ [VERSION]: version });
    }
  });
});

describe('a function that converts', () => {
  test('converts each child for a peer, also where only a value differs', () => {
    const { namespace } = declare().Room;
    const Lamp = defineObject({
      namespace,
      name: 'Lamp',
      version: '1.1',
      fields: { state: string() },
      makeCompatible(data, targetVersion) {
        if (targetVersion === '1.0' && data.state === 'dimmed') data.state = 'on';
      },
    });
    const Street = defineObject({
      namespace,
      name: 'Street',
      version: '1.0',
      fields: { lamps: listOf(objectOf(Lamp)) },
    });
    const street = new Street({ lamps: [{ state: 'dimmed' }, { state: 'off' }, { state: 'dimmed' }] });
    const old = street.toPrimitive({ versionManifest: { Lamp: '1.0' } });
    expect(part(old, 'lamps')).toMatchObject(['on', 'off', 'on'].map((state) => ({ [DATA]: { state } })));
  });

  test('gets the fields that the older version does not have, null too', () => {
    const { Room, room } = declare();
    const seen: unknown[] = [];
    const Shop = defineObject({
      namespace: Room.namespace,
      name: 'Shop',
      version: '1.1',
      fields: {
        front: { type: objectOf(Room), since: '1.1', nullable: true },
        back: { type: objectOf(Room), since: '1.1', nullable: true },
        opened: { type: string(), since: '1.1' },
      },
      makeCompatible: (data) => {
        seen.push({ ...data });
      },
    });
    const shop = new Shop({ front: null, back: room(), opened: 'x' });
    expect(shop.toPrimitive({ targetVersion: '1.0' })[DATA]).toEqual({});
    expect(seen).toEqual([{ front: null, back: room().toPrimitive(), opened: 'x' }]);
  });
});

test('an option that does not exist is refused in place of being ignored, also beside others', () => {
  const subnet = new Subnet();
  for (const options of [{ target: '1.0' }, { targetVersion: '1.0', manifest: {} }, { versionManifest: {}, a: 1 }])
    expect(() => subnet.toPrimitive(options)).toThrow('toPrimitive: there is no option');
  expect(() => subnet.toPrimitive({ targetVersion: 1 as never })).toThrow('toPrimitive');
  expect(() => subnet.toPrimitive('1.0' as never)).toThrow('toPrimitive');
});
