import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { KERNEL_KINDS } from '../../src/wiring/elements/define-element.ts';
import { blocksOf, ROOT, SampleFolder, textOf } from './pages.ts';

const PAGE = 'docs/writing-a-plugin.md';

// The sample declares a suite, which vitest has to see while it collects tests: the suite then runs as part of this file.
const folder = new SampleFolder();
afterAll(() => folder.remove());
for (const sample of [PAGE, 'docs/testing.md'].flatMap((page) => blocksOf(page, 'ts test'))) await folder.run(sample);

test('the page has a sample of the suite for plugins', () => {
  expect(blocksOf(PAGE, 'ts test')).toHaveLength(1);
});

test('the page lists every kind of element', () => {
  const folders = ['src/wiring/elements/', 'src/wiring/ovs/'].map((folder) => new URL(folder, ROOT));
  const kinds = folders.flatMap((folder) =>
    readdirSync(folder).flatMap(
      (file) => /readonly kind: '([\w-]+)'/.exec(readFileSync(new URL(file, folder), 'utf8'))?.[1] ?? [],
    ),
  );
  expect(kinds).toEqual(expect.arrayContaining([...KERNEL_KINDS]));
  expect(kinds.length).toBeGreaterThan(KERNEL_KINDS.length);
  for (const kind of kinds) expect(textOf(PAGE)).toContain(`| \`${kind}\` |`);
});
