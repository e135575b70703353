import { expect, test } from 'vitest';
import { defineObject, flexibleBoolean, validate } from '../../../src/entries/index.ts';

const Switch = defineObject({
  name: 'Switch',
  namespace: 'acme-words',
  version: '1.0',
  fields: { on: flexibleBoolean() },
});

const validated = (on: unknown) => validate({ ...new Switch().toPrimitive(), 'versioned_object.data': { on } });

test.each([
  true,
  false,
  1,
  0,
  '1',
  't',
  'True',
  'TRUE',
  'on',
  'oN',
  'y',
  'Yes',
  ' no\n',
  'F',
  'false',
  'off',
  'n',
  '0',
])('the schema takes %j, as the type does', async (word) => {
  expect(await validated(word)).toEqual([]);
  expect(typeof flexibleBoolean().read(word, 0)).toBe('boolean');
});

test.each([2, -1, 0.5, null, '', 'yess', 'xyes', 'o', 'yes no', [], {}])(
  'the schema refuses %j, as the type does',
  async (word) => {
    const violations = await validated(word);
    expect(violations.length).toBeGreaterThan(0);
    expect(new Set(violations.map(({ path }) => path))).toEqual(new Set(['/versioned_object.data/on']));
    expect(() => flexibleBoolean().read(word, 0)).toThrow('expected true or false, or a word');
  },
);
