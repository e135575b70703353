import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { PAGES, ROOT, textOf } from './pages.ts';

const OTHERS = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

test.each([...PAGES, ...OTHERS])('each link of %s leads to a file, and each anchor to a heading of it', (page) => {
  const wrong = [...proseOf(page).matchAll(LINK)].filter(([, path = '', anchor]) => {
    const target = path === '' ? page : join(dirname(page), path);
    return !existsSync(new URL(target, ROOT)) || (anchor !== undefined && !anchorsIn(target).has(anchor));
  });
  expect(wrong.map(([link]) => link)).toEqual([]);
});

test('the anchors of a page are those that GitHub makes', () => {
  expect(anchorsIn('docs/plugging.md')).toContain('records-at-devices-of-others');
  expect(anchorsIn('docs/plugging.md')).not.toContain('no-such-heading');
});

/** The page without its samples. */
function proseOf(page: string): string {
  return textOf(page).replaceAll(/^```.*?^```$/gms, '');
}

function anchorsIn(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(headings.map((heading) => plain(heading).toLowerCase().replaceAll(' ', '-')));
}

/** The text of a heading with letters, digits, spaces and dashes only. */
function plain(heading: string): string {
  return heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[^\p{L}\p{N} _-]/gu, '');
}
