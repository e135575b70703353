import { describe, expect, test } from 'vitest';
import { type FieldValues, HostVIFInfo, Network, SubnetList } from '../../src/entries/index.ts';
import { equalObjects } from '../../src/versioned/equals.ts';
import { ID } from './builders.ts';
import { Folder, Note } from './own-classes.ts';

describe('objects are not equal', () => {
  const early = new Date(0);

  test.each<[string, FieldValues<Note>, FieldValues<Note>]>([
    ['where only one has a date', { writtenAt: early }, {}],
    ['where the dates differ', { writtenAt: early }, { writtenAt: new Date(1000) }],
    ['where only one has a set', { tags: new Set() }, {}],
    ['where only one has a list', { seenAt: [] }, {}],
    ['where only one has a dict', { labels: {} }, {}],
    ['where the second of two fields differs', { author: 'ada', weight: 1 }, { author: 'ada', weight: 2 }],
  ])('%s', (_, ours, theirs) => {
    const [one, other] = [new Note(ours), new Note(theirs)];
    expect([one.equals(other), other.equals(one)]).toEqual([false, false]);
    expect([one.equals(new Note(ours)), other.equals(new Note(theirs))]).toEqual([true, true]);
  });

  test('where one holds an object and the other null or nothing', () => {
    const folders = [new Folder({ trash: new Folder() }), new Folder({ trash: null }), new Folder()];
    expect(folders.map((one) => folders.map((other) => one.equals(other)))).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  test('where the class has the same fields and another name', () => {
    expect(new Network({ id: ID }).equals(new HostVIFInfo())).toBe(false);
    expect(new SubnetList().equals(new Folder())).toBe(false);
  });

  test('to what is no object', () => {
    for (const value of [undefined, null, 'x', {}, new Date(0)]) {
      expect([equalObjects(new Note(), value), equalObjects(value, new Note())]).toEqual([false, false]);
    }
  });
});

test('an object equals itself', () => {
  const note = new Note({ tags: new Set(['a']) });
  expect(note.equals(note)).toBe(true);
});
