import { describe, expect, test } from 'vitest';
import { commandUnderTest } from '../cli/command.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { blocksOf } from './pages.ts';

const osVif = commandUnderTest();

/** A line that was typed, and what was printed then; a line `...` stands for any number of lines. */
interface Exchange {
  readonly typed: string;
  readonly printed: string;
}

function exchangesOf(block: string): Exchange[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n');
      return { typed: text.slice(0, end), printed: text.slice(end + 1) };
    });
}

function matches(found: string, printed: string): boolean {
  const parts = printed.split(/^\.\.\.\n/m).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(?:.*\n)*?')}$`).test(found);
}

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('what the page of the command shows is what is printed', { timeout: 120_000 }, async () => {
    const netns = await makeNetns();
    const exchanges = blocksOf('docs/command.md', 'console').flatMap(exchangesOf);
    expect(exchanges.length).toBeGreaterThan(20);
    for (const { typed, printed } of exchanges) {
      const { stdout } = await osVif.line(typed, netns);
      if (!matches(stdout, printed)) expect(`$ ${typed}\n${stdout}`).toBe(`$ ${typed}\n${printed}`);
    }
  });
});
