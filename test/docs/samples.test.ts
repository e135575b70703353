import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const root = new URL('../../', import.meta.url);
const generated = new URL('.generated/', import.meta.url);
const pages = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Sample {
  readonly page: string;
  readonly number: number;
  readonly code: string;
}

const samples = pages.flatMap((page): Sample[] => {
  const blocks = readFileSync(new URL(page, root), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
  return [...blocks].map(([, code = ''], i) => ({ page, number: i + 1, code }));
});

/** What a sample promises to print: the comments behind its console.log calls, up to the first that is in words. */
function promised({ code }: Sample): string[] {
  return [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = '']) => comment);
}

beforeAll(() => {
  mkdirSync(generated, { recursive: true });
});
afterAll(() => {
  rmSync(generated, { recursive: true, force: true });
});

describe('every sample in README and docs runs', () => {
  test.each(samples)('$page, sample $number', async (sample) => {
    const file = new URL(`${sample.page.replaceAll(/\W/g, '-')}-${sample.number}.ts`, generated);
    writeFileSync(file, sample.code);
    const printed: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...args: unknown[]) => void printed.push(args.join(' ')));
    try {
      await import(file.href);
    } finally {
      log.mockRestore();
    }
    const exact = promised(sample).map((comment, i) => [comment, printed[i]] as const);
    expect(printed).toHaveLength(exact.length);
    for (const [comment, line] of exact) {
      if (/^(true|false|\d[\w.]*)\b/.test(comment)) expect(comment.startsWith(line ?? 'nothing')).toBe(true);
    }
  });
});
