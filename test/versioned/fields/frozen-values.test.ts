/** A value that was read from an object cannot be changed into one that its field refuses. */
import { describe, expect, test } from 'vitest';
import {
  dateTime,
  dictOf,
  type FieldValues,
  field,
  integer,
  listOf,
  setOf,
  VersionedObject,
  versionedObject,
} from '../../../src/entries/index.ts';

@versionedObject({ name: 'Holder', version: '1.0', namespace: 'frozen_values' })
class Holder extends VersionedObject {
  @field(setOf(integer())) ids?: ReadonlySet<number>;
  @field(dictOf(setOf(integer()))) byName?: Readonly<Record<string, ReadonlySet<number>>>;
  @field(listOf(setOf(integer()))) groups?: readonly ReadonlySet<number>[];

  constructor(values: FieldValues<Holder> = {}) {
    super(values);
  }
}

const PLACES: Readonly<Record<string, (holder: Holder) => unknown>> = {
  'of a field': ({ ids }) => ids,
  'in a dict': ({ byName }) => byName?.a,
  'in a list': ({ groups }) => groups?.[0],
};

const given = () => new Holder({ ids: new Set([1]), byName: { a: new Set([1]) }, groups: [new Set([1])] });

const MAKERS: Readonly<Record<string, () => Holder>> = {
  constructed: given,
  'read from the wire': () => Holder.fromPrimitive(given().toPrimitive()),
  cloned: () => given().clone(),
  'read from the plain form': () => Holder.fromPlain(given().toPlain()),
};

const CASES = Object.entries(MAKERS).flatMap(([how, make]) =>
  Object.entries(PLACES).map(([where, read]) => [how, where, make, read] as const),
);

test.each(CASES)('%s, a set %s refuses changes', (_how, _where, make, read) => {
  const holder = make();
  const set = read(holder);
  if (!(set instanceof Set)) throw new Error('there is no set');
  for (const change of [() => set.add('abc'), () => set.add(2), () => set.delete(1), () => set.clear()])
    expect(change).toThrow('the set of a field cannot be changed: assign a new Set');
  expect(holder.toPrimitive()).toEqual(given().toPrimitive());
  expect([...set]).toEqual([1]);
});

test('the set that was assigned stays the own of the caller', () => {
  const ids = new Set([1]);
  const holder = new Holder({ ids });
  ids.add(2);
  expect([...(holder.ids ?? [])]).toEqual([1]);
});

describe('a point in time', () => {
  const NOON = new Date('2026-01-31T12:00:00Z');

  @versionedObject({ name: 'Clock', version: '1.0', namespace: 'frozen_values' })
  class Clock extends VersionedObject {
    @field(dateTime()) declare time?: Date;
    @field(listOf(dateTime())) declare times?: readonly Date[];

    constructor(values: FieldValues<Clock> = {}) {
      super(values);
    }
  }

  const clock = () => Object.assign(new Clock(), { time: NOON, times: [NOON] });

  test.each<[string, () => Clock]>([
    ['assigned', clock],
    ['read from the wire', () => Clock.fromPrimitive(clock().toPrimitive())],
    ['cloned', () => clock().clone()],
    ['read from the plain form', () => Clock.fromPlain(clock().toPlain())],
  ])('%s, refuses changes', (_, make) => {
    const made = make();
    for (const date of [made.time, made.times?.[0]]) {
      for (const change of [() => date?.setTime(Number.NaN), () => date?.setFullYear(-1), () => date?.setUTCHours(1)])
        expect(change).toThrow('the Date of a field cannot be changed: assign a new Date');
      expect(date).toEqual(NOON);
    }
    expect(made.toPrimitive()).toEqual(clock().toPrimitive());
  });

  test('that was assigned stays the own of the caller', () => {
    const given = new Date(NOON);
    const made = Object.assign(new Clock(), { time: given });
    given.setTime(0);
    expect(made.time).toEqual(NOON);
  });
});
