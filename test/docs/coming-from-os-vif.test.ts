import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PEER_MISSING } from '../peer/peer.ts';
import { textOf } from './pages.ts';

test.skipIf(PEER_MISSING)("the page lists every public name of Python's os_vif", () => {
  const script = fileURLToPath(new URL('public_names.py', import.meta.url));
  const names: string[] = JSON.parse(execFileSync('/usr/bin/python3', [script], { encoding: 'utf8' }));
  expect(names.length).toBeGreaterThan(50);
  const words = new Set(textOf('docs/coming-from-os-vif.md').match(/\w+/g));
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});
