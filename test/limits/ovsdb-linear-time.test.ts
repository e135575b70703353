/** The OVSDB client takes time in proportion to what a server sends, whether that is valid or not. */

import { expect, test } from 'vitest';
import { growthOf, MOST_GROWTH } from './cpu-time.ts';
import { timesInChild } from './growth-in-child.ts';
import { OVSDB_CASES } from './ovsdb-cases.ts';

test('the time to read what a server sends grows by at most 2.8 when that doubles, up to 1 MiB', async () => {
  const times = await timesInChild('measure-ovsdb.ts');

  expect(times.size).toBe(OVSDB_CASES.length);
  for (const [name, measured] of times)
    expect(growthOf(measured), `${name}: ${measured} ms`).toBeLessThanOrEqual(MOST_GROWTH);
}, 300_000);
