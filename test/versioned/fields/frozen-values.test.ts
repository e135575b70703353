/** A value that was read from an object cannot be changed into one that its field refuses. */
import { expect, test } from 'vitest';
import { dictOf, field, integer, listOf, setOf, VersionedObject, versionedObject } from '../../../src/entries/index.ts';

@versionedObject({ name: 'Holder', version: '1.0', namespace: 'frozen_values' })
class Holder extends VersionedObject {
  @field(setOf(integer())) ids?: ReadonlySet<number>;
  @field(dictOf(setOf(integer()))) byName?: Readonly<Record<string, ReadonlySet<number>>>;
  @field(listOf(setOf(integer()))) groups?: readonly ReadonlySet<number>[];
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
