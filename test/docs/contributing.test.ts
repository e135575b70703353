/** ARCHITECTURE.md and CONTRIBUTING.md name files, scripts, layers and code that exist. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { blocksOf, ROOT, textOf } from './pages.ts';

const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'));

/** Paths in code spans and targets of links, without anchors. */
function filesIn(page: string): string[] {
  const spans = textOf(page).matchAll(
    /`((?:src|test|scripts|docs|examples|\.ci|\.github)\/[\w./-]*|[.\w-]+\.(?:cjs|json|md))`/g,
  );
  const links = textOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g);
  return [...new Set([...spans, ...links].map(([, path = '']) => path))];
}

describe.each(PAGES)('%s', (page) => {
  test('names many files, and each exists', () => {
    const files = filesIn(page);
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const names = [...textOf(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('attributes functions to files that contain them', () => {
    const pairs = [...textOf(page).matchAll(/`([A-Z]?\w+(?:\.\w+)?)` \(`((?:src|test)\/[\w./-]+\.ts)`/g)];
    expect(pairs.length).toBeGreaterThan(2);
    const wrong = pairs.filter(([, name = '', file = '']) => {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      return !name.split('.').every((word) => new RegExp(`\\b${word}\\b`).test(text));
    });
    expect(wrong.map(([pair]) => pair)).toEqual([]);
  });
});

test('CONTRIBUTING.md quotes the example of a test as it is in the suite', () => {
  const [example = ''] = blocksOf('CONTRIBUTING.md', 'ts');
  expect(lines(textOf('test/wiring/elements/shared.test.ts'))).toContain(lines(example));
});

test('CONTRIBUTING.md has a row for each check of CI', () => {
  const commands = [...textOf('.ci/run').matchAll(/^check (\w+) .*npm (?:run --silent )?([\w:]+)/gm)];
  const table = textOf('CONTRIBUTING.md');
  expect(commands.length).toBeGreaterThan(8);
  for (const [, , name = ''] of commands)
    expect(table).toMatch(new RegExp(`^\\|.*\`npm (run )?${name}\`.*\\| CI \\|`, 'm'));
});

test('ARCHITECTURE.md has the modules of .dependency-cruiser.cjs, in the same layers', () => {
  const modules = layersIn('ARCHITECTURE.md');
  const rows = layers().map((_, i) => [...modules].filter(([, layer]) => layer === i + 1).map(([name]) => name));
  expect(rows.map((row) => row.sort())).toEqual(layers().map((layer) => layer.split('|').sort()));
});

test('the arrows of the diagram in ARCHITECTURE.md name each module and point down', () => {
  const modules = layersIn('ARCHITECTURE.md');
  const arrows = [...textOf('ARCHITECTURE.md').matchAll(/^ {2}([\w.-]+) --> ([\w-]+(?:\.ts)?)$/gm)].map(
    ([, from = '', to = '']) => [from.replace('.ts', ''), to.replace('.ts', '')],
  );
  expect(new Set(arrows.flat())).toEqual(new Set(modules.keys()));
  for (const [from = '', to = ''] of arrows) expect(modules.get(from)).toBeGreaterThan(modules.get(to) ?? Infinity);
});

/** The layer of each module, from the table of the page. */
function layersIn(page: string): Map<string, number> {
  const rows = textOf(page).matchAll(/^\| (\d) \| `src\/([\w.-]+?)(?:\.ts|\/)?` \|/gm);
  return new Map([...rows].map(([, layer, name = '']) => [name, Number(layer)]));
}

/** The layers of the import rules, lowest first: `errors must not import objects|wiring|host`. */
function layers(): string[] {
  const config: { forbidden: { name: string }[] } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
  const pairs = config.forbidden.flatMap(({ name }) => {
    const [lower, upper] = name.split(' must not import ');
    return lower !== undefined && upper !== undefined ? [[lower, upper]] : [];
  });
  return [...new Set(pairs.flat())];
}

/** The lines of a text without their indentation. */
function lines(text: string): string {
  return text.replaceAll(/^ +/gm, '').trim();
}
