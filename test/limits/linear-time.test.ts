import { expect, test } from 'vitest';
import { growthOf, LARGEST_GROWTH } from './growth.ts';
import { ROWS } from './rows.ts';

test.each(ROWS)('$name: twice the input takes at most 2.5 times as long', { timeout: 60_000 }, async (row) => {
  const { largest, medians } = await growthOf(row);
  expect(largest, `medians in ms: ${medians.join(', ')}`).toBeLessThanOrEqual(LARGEST_GROWTH);
});
