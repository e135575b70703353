/** Tables, errors and advice in a terminal of 45 columns. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandUnderTest } from './command.ts';

const osVif = commandUnderTest();

test.each([
  ['a table', ['check', 'vif.json', '--memory']],
  ['a table of outcomes', ['plug', 'vifs.yaml', '--memory']],
  ['violations', ['validate', 'wrong.yaml']],
  ['an error', ['show', 'missing-file-of-some-vif.json']],
  ['a warning', ['show', 'port.json']],
  ['a long table', ['host-info']],
  ['fields', ['show', 'vif.json']],
])('%s breaks between words', async (_, args) => {
  writeFileSync(join(osVif.folder, 'wrong.yaml'), '{ type: VIFGeneric, address: zz, plugin: 7 }');
  const run = (columns: number) => osVif(args, { env: { NO_COLOR: '1' }, terminal: true, columns });
  const [narrow, wide] = [await run(45), await run(1000)];
  const lines = narrow.stdout.split('\n');
  expect(lines.length).toBeGreaterThan(wide.stdout.split('\n').length);
  // A word that is longer than the terminal has a line of its own.
  expect(lines.filter((line) => line.length > 45 && line.trim().includes(' '))).toEqual([]);
  const words = new Set(wide.stdout.split(/\s+/));
  for (const word of narrow.stdout.split(/\s+/)) expect(words).toContain(word);
});
