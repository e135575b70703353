/** How the command tells what is wrong with a file. */

import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test.each([
  ['a wrong escape', 'a: b\nc: "\\q \\x"\n', 'Invalid escape sequence \\q at line 2, column 5'],
  ['a key that comes twice', 'a: 1\nb: 2\na: 3\n', 'Map keys must be unique at line 3, column 1'],
  ['a bracket that was never opened', 'a: 1\n]\n', 'at line 2, column 1'],
  ['an error in the second document', '--- a\n--- "\\x"\n', 'at line 2, column'],
  [
    'braces that are never closed',
    '{'.repeat(100_000),
    'neither JSON nor YAML: expected at most 100 levels of arrays and objects',
  ],
  ['deep JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'expected at most 100 levels of arrays and objects'],
  ['an alias of itself', '&a [*a, *a]', 'The alias *a has no anchor before it at line 1, column 5'],
  ['comments alone', '# nothing\n', 'expected JSON or YAML, found nothing'],
])('%s is told with its place', async (_, input, message) => {
  const { status, stderr } = await osVif(['show'], { input });

  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr.length).toBeLessThan(500);
});
