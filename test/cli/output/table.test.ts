import { expect, test } from 'vitest';
import { type Cell, tableOf } from '../../../src/cli/output/table.ts';

const HEAD = ['drift', 'element', 'reason'];
const ROWS: Cell[][] = [
  [{ word: 'conflict', color: 'red' }, 'tap tap0', 'the device tap0 belongs to another VIF'],
  ['differs', 'bridge br0', undefined],
];

test('a table that fits has one line for each row', () => {
  expect(tableOf(HEAD, ROWS, 80)).toBe(
    `drift     element     reason
conflict  tap tap0    the device tap0 belongs to another VIF
differs   bridge br0  -
`,
  );
});

test('in a narrow terminal cells break between words', () => {
  expect(tableOf(HEAD, ROWS, 45)).toBe(
    `drift     element     reason
conflict  tap tap0    the device tap0 belongs
                      to another VIF
differs   bridge br0  -
`,
  );
  expect(tableOf(HEAD, ROWS, 27)).toBe(
    `drift     element  reason
conflict  tap      the
          tap0     device
                   tap0
                   belongs
                   to
                   another
                   VIF
differs   bridge   -
          br0
`,
  );
});

test('where a word of each column does not fit, each row is a block', () => {
  expect(tableOf(HEAD, ROWS, 24)).toBe(
    `drift    conflict
element  tap tap0
reason   the device tap0
         belongs to
         another VIF

drift    differs
element  bridge br0
reason   -
`,
  );
});

test('wide characters take two columns, combining marks none', () => {
  expect(
    tableOf(
      ['name', 'n'],
      [
        ['橋', 1],
        ['e\u0301', 2],
        ['long', 3],
      ],
      80,
    ),
  ).toBe('name  n\n橋    1\ne\u0301     2\nlong  3\n');
});

test('control characters are escaped', () => {
  expect(tableOf(['name'], [['a\u001b[2Jb\n']], 80)).toBe('name\na\\u{1b}[2Jb\\u{a}\n');
});
