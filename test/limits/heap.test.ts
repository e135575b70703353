/** What the model remembers of outside data. */
import { expect, test } from 'vitest';
import { heapGrowthInChild } from './heap-in-child.ts';

test('the heap does not grow with the number or the length of outside values', async () => {
  const grown = await heapGrowthInChild();
  expect(Object.keys(grown)).toEqual([
    'addresses',
    'networks',
    'long texts in place of addresses',
    'primitives that are read',
    'primitives that are validated',
    'wrong primitives that are validated',
    'wrong ports',
  ]);
  for (const [name, bytes] of Object.entries(grown)) expect(bytes, name).toBeLessThan(4 * 2 ** 20);
}, 120_000);
