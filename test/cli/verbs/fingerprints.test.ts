import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test("the fingerprints are those of Python's os-vif", async () => {
  const { json } = await osVif(['fingerprints']);
  const python = readFileSync(new URL('../../conformance/os-vif/fingerprints.json', import.meta.url), 'utf8');
  const ours = Object(json());
  expect(Object.keys(ours)).toHaveLength(31);
  for (const fingerprint of Object.values(ours)) expect(python).toContain(fingerprint);
});

test('what is as expected makes the answer yes, and what differs no', async () => {
  const expected = await osVif(['fingerprints']);
  writeFileSync(join(osVif.folder, 'changed.json'), expected.stdout.replace('1.1-', '1.0-'));
  const same = await osVif(['fingerprints', '--expect', 'fingerprints.json']);
  const changed = await osVif(['fingerprints', '--expect', 'changed.json']);
  expect([same.status, same.json()]).toEqual([0, []]);
  expect([changed.status, changed.json()]).toEqual([
    1,
    [expect.objectContaining({ expected: expect.stringMatching(/^1\.0-/), found: expect.stringMatching(/^1\.1-/) })],
  ]);
});

test('a file of something else is refused', async () => {
  const { status, stdout, stderr } = await osVif(['fingerprints', '--expect', 'vif.json']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('vif.json: type: expected a fingerprint: a version, `-` and 32 hexadecimal digits, found');
});
