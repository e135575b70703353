import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ROOT, textOf } from './pages.ts';

interface ErrorClass {
  readonly name: string;
  readonly codes: readonly string[];
}

const folder = new URL('src/errors/', ROOT);
const classes = readdirSync(folder).flatMap((file): ErrorClass[] =>
  readFileSync(new URL(file, folder), 'utf8')
    .split(/^export class /m)
    .slice(1)
    .map((text) => ({ name: /^\w+/.exec(text)?.[0] ?? '', codes: text.match(/(?<=')ERR_OSVIF_\w+/g) ?? [] })),
);

const rows = textOf('docs/errors.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'));

describe('the page of errors lists, with its code and what to do about it,', () => {
  test.each(classes.filter(({ name }) => name !== 'OsVifError'))('$name', ({ name, codes }) => {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`));
    const [, code = '', when = '', advice = ''] = row?.split(' | ').map((cell) => cell.trim()) ?? [];
    expect([code, when, advice]).not.toContain('');
    for (const own of codes) expect(row).toContain(`\`${own}\``);
  });
});

test('there are classes to list, and no two have one code', () => {
  const codes = classes.flatMap((each) => each.codes);
  expect(classes.length).toBeGreaterThan(40);
  expect(new Set(codes).size).toBe(codes.length);
});
