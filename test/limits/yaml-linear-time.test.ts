/** The command reads YAML in time in proportion to the size of the file, whether that is valid or not. */

import { expect, test } from 'vitest';
import { growthOf, MOST_GROWTH } from './cpu-time.ts';
import { timesInChild } from './growth-in-child.ts';
import { YAML_CASES } from './yaml-cases.ts';

test('the time to read a file of YAML grows by at most 2.8 when the file doubles, up to 1 MiB', async () => {
  const times = await timesInChild('measure-yaml.ts');

  expect(times.size).toBe(YAML_CASES.length);
  for (const [name, measured] of times)
    expect(growthOf(measured), `${name}: ${measured} ms`).toBeLessThanOrEqual(MOST_GROWTH);
}, 300_000);
