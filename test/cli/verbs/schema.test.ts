import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('without a name everything that has a schema is listed, objects with their versions', async () => {
  const { json } = await osVif(['schema']);
  expect(json()).toHaveLength(31 + 6);
  expect(json()).toContainEqual({ name: 'Network', versions: ['1.0', '1.1'] });
});

test('the schema of either form takes what convert writes, and refuses what is wrong', async () => {
  for (const form of ['primitive', 'plain'] as const) {
    const schema = await osVif(['schema', 'VIFGeneric', '--form', form]);
    const { stdout } = await osVif(['convert', 'vif.json', '--to', form]);
    const check = new Ajv2020({ strict: true }).compile(Object(schema.json()));
    expect(check(JSON.parse(stdout))).toBe(true);
    expect(check(JSON.parse(stdout.replace('22:52:25:62:e2:aa', 'nonsense')))).toBe(false);
  }
});

test('an older version refuses the fields of later ones', async () => {
  const schema = await osVif(['schema', 'Network', '1.0']);
  const check = new Ajv2020({ strict: true }).compile(Object(schema.json()));
  const old = (await osVif(['backport', 'network.json', '--target', '1.0'])).stdout;
  expect(check(JSON.parse(old))).toBe(true);
  expect(check(JSON.parse(old.replace('"bridge": "br-int"', '"mtu": 1450')))).toBe(false);
});

test.each([
  ['an object that is not known', ['VIFBrigde'], 2, 'did you mean VIFBridge? os-vif schema lists all\n'],
  ['a name that is near none', ['nonsense'], 2, 'no schema is named "nonsense": os-vif schema lists all\n'],
  ['a version that is not known', ['Network', '7.0'], 2, 'Network has no version "7.0": expected 1.0 or 1.1\n'],
  ['a version that is none', ['Network', 'new'], 2, 'Network has no version "new": expected 1.0 or 1.1\n'],
  ['a version of a port', ['port', '1.0'], 2, 'no versions'],
])('%s is refused', async (_, args, status, text) => {
  const run = await osVif(['schema', ...args]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});
