import { expect, test } from 'vitest';
import {
  compareVersions,
  isCompatible,
  isVersion,
  isWithin,
  minorVersionsUpTo,
  withoutPatch,
} from '../../../src/versioned/history/version.ts';

test.each(['0', '1', '1.4', '1.4.2', '999999999.999999999.999999999'])('%s reads as a version', (version) => {
  expect(isVersion(version)).toBe(true);
});

test.each([
  '',
  '.',
  '1.',
  '.1',
  '1.4.2.0',
  ' 1.0',
  '1.0 ',
  '1.0\n',
  '1.x',
  'v1.0',
  '1234567890',
  1,
  1.4,
  null,
  ['1.0'],
])('%j reads as none', (value) => {
  expect([isVersion(value), isVersion(value)]).toEqual([false, false]);
});

test.each([
  ['1.0', '1.0', 0],
  ['1', '1.0.0', 0],
  ['1.9', '1.10', -1],
  ['1.10', '1.9', 1],
  ['2.0', '1.10', 1],
  ['1.4', '1.4.1', -1],
] as const)('%s against %s is %i', (a, b, order) => {
  expect(compareVersions(a, b)).toBe(order);
});

test('what is no version is compared with nothing', () => {
  expect(() => compareVersions('1.0', 'new')).toThrow('compareVersions: expected a version such as 1.0, found "new"');
  expect(() => withoutPatch('1.0.0.0')).toThrow('expected a version such as 1.0, found "1.0.0.0"');
});

test('who knows 1.4 can read all of 1 up to 1.4 itself', () => {
  expect(['1.0', '1.3', '1.4', '1.5', '0.9', '2.0'].map((version) => isCompatible(version, '1.4'))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a span of versions has its first and its last', () => {
  const within = (version: string) => isWithin(version, '1.2', '1.4');
  expect(['1.1', '1.2', '1.3', '1.4', '1.5'].map(within)).toEqual([false, true, true, true, false]);
});

test('the third part of a version goes, and all that came before it are told', () => {
  expect([withoutPatch('1.4.2'), withoutPatch('1.4'), withoutPatch('1')]).toEqual(['1.4', '1.4', '1.0']);
  expect([minorVersionsUpTo('1.2'), minorVersionsUpTo('2.0.5')]).toEqual([['1.0', '1.1', '1.2'], ['2.0']]);
});

test('more versions than are remembered are told apart as ever', () => {
  const versions = Array.from({ length: 600 }, (_, minor) => `7.${minor}`);
  expect([...versions].reverse().sort(compareVersions)).toEqual(versions);
});
