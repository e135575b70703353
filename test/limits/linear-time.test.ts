/** The functions of the model take time in proportion to outside data, whether the data is valid or not. */

import { expect, test } from 'vitest';
import { growthOf, MOST_GROWTH } from './cpu-time.ts';
import { timesInChild } from './growth-in-child.ts';
import { casesOf, MODEL_CASES } from './model-cases.ts';

test('the time of the functions of the model grows by at most 2.8 when their input doubles, up to 1 MiB', async () => {
  const times = await timesInChild('measure-model.ts');

  expect([...times.keys()]).toEqual(MODEL_CASES.map(({ name }) => name));
  const tooSlow = [...times].filter(([, measured]) => !(growthOf(measured) <= MOST_GROWTH));
  expect(tooSlow).toEqual([]);
}, 1_200_000);

test('the time of validation grows likewise where code may not be compiled, as under a Content-Security-Policy', async () => {
  const flags = ['--disallow-code-generation-from-strings'];
  const times = await timesInChild('measure-model.ts', { flags, args: ['validate'] });

  expect([...times.keys()]).toEqual(casesOf('validate').map(({ name }) => name));
  expect(times.size).toBeGreaterThan(10);
  const tooSlow = [...times].filter(([, measured]) => !(growthOf(measured) <= MOST_GROWTH));
  expect(tooSlow).toEqual([]);
}, 1_200_000);
