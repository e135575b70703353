import { afterAll, describe, expect, test, vi } from 'vitest';
import { blocksOf, PAGES, SampleFolder } from './pages.ts';

interface Sample {
  readonly page: string;
  readonly number: number;
  readonly code: string;
}

const samples = PAGES.flatMap((page): Sample[] =>
  blocksOf(page, 'ts').map((code, i) => ({ page, number: i + 1, code })),
);

/** What a sample promises to print: the comments behind its console.log calls, up to the first that is in words. */
function promised({ code }: Sample): string[] {
  return [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = '']) => comment);
}

const folder = new SampleFolder();
afterAll(() => folder.remove());

describe('every sample in README and docs runs', () => {
  test.each(samples)('$page, sample $number', async (sample) => {
    const printed: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...args: unknown[]) => void printed.push(args.join(' ')));
    try {
      await folder.run(sample.code);
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
