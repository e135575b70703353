/** SECURITY.md names a test for each attack: the tests exist under these names. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const rows = readFileSync('SECURITY.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, attack = '', file = '', name = ''] = /^\| ([^|]+) \| (test\/[^|]+\.ts) \| ([^|]+) \|$/.exec(line) ?? [];
    return file === '' ? [] : [{ attack, file, name }];
  });

test('the table has a row for each attack', () => {
  expect(rows.length).toBeGreaterThan(50);
});

test.each(rows)('$attack: $file has the test', ({ file, name }) => {
  expect(readFileSync(file, 'utf8')).toContain(name);
});
