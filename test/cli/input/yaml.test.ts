/** How the command reads YAML. */

import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../src/cli/input/yaml.ts';

const read = (text: string): unknown[] => parseYaml(text, 100);

// Without the early stop, the composer reads the second document before it gives the first one with its errors.
test('the reading ends at the first error: the documents that follow are not read', () => {
  expect(() => read(`"\\q"\n---\n${'['.repeat(1000)}`)).toThrow('Invalid escape sequence \\q at line 1, column 2');
});

test.each(['[', '{a: ', '- ', '? ', '{? '])('%j is read up to 100 levels', (open) => {
  expect(() => read(open.repeat(300))).toThrow(
    'expected at most 100 levels of arrays and objects, found more at line 1',
  );
});

test('100 levels are read', () => {
  const text = '['.repeat(100) + ']'.repeat(100);

  expect(JSON.stringify(read(text))).toBe(`[${text}]`);
});

describe('values', () => {
  test.each<[string, string, unknown]>([
    [
      'scalars of the core schema',
      '[1, 0x10, 1.5, true, null, ~, text, "1"]',
      [1, 16, 1.5, true, null, null, 'text', '1'],
    ],
    ['no value', 'a:\nb: []\n', { a: null, b: [] }],
    ['keys that are no strings', '1: a\ntrue: b\nnull: c\n', { 1: 'a', true: 'b', '': 'c' }],
    ['a MAC address of digits, also in YAML 1.1', '%YAML 1.1\n---\na: 22:52:25:10:11:12\n', { a: '22:52:25:10:11:12' }],
    ['`yes`, also in YAML 1.1', '%YAML 1.1\n---\na: yes\n', { a: 'yes' }],
    ['merge keys without effect', 'a: { <<: { b: 1 } }', { a: { '<<': { b: 1 } } }],
    ['tags', '[!!str 1, !local a, !!omap [a: 1]]', ['1', 'a', [{ a: 1 }]]],
    ['an alias', '[&a { b: 1 }, *a]', [{ b: 1 }, { b: 1 }]],
    ['an anchor that is set again', '[&a 1, *a, &a 2, *a]', [1, 1, 2, 2]],
    ['an alias as a key', '[&a b, { *a : 1 }]', ['b', { b: 1 }]],
    ['1000 aliases of one value', `[&a b${', *a'.repeat(1000)}]`, Array.from({ length: 1001 }, () => 'b')],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  test('the key __proto__ is a member like any other', () => {
    expect(JSON.stringify(read('__proto__: { a: 1 }'))).toBe('[{"__proto__":{"a":1}}]');
  });

  test('an anchor ends with its document', () => {
    expect(() => read('&a b\n---\n*a\n')).toThrow('The alias *a has no anchor before it at line 3, column 1');
  });
});

test.each([
  ['equal keys', '{ a: 1, a: 2 }', 'Map keys must be unique at line 1, column 9'],
  ['equal keys of two types', '1: a\n"1": b\n', 'Map keys must be unique at line 2, column 1'],
  ['a list as a key', '? [a]\n: b\n', 'Map keys must be scalars at line 1, column 3'],
  ['a template', 'a: {{ b }}\n', 'Map keys must be scalars at line 1, column 5'],
  ['an alias without an anchor', '- *a\n', 'The alias *a has no anchor before it at line 1, column 3'],
  ['an alias within its anchor', '&a [*a]', 'The alias *a has no anchor before it at line 1, column 5'],
])('%s: refused', (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('aliases that multiply the document are refused', () => {
  const lists = Array.from({ length: 30 }, (_, i) => `- &a${i + 1} [*a${i}, *a${i}]\n`).join('');

  expect(() => read(`- &a0 word\n${lists}`)).toThrow(
    'The aliases make the document more than 10 times as long as the file at line',
  );
});
