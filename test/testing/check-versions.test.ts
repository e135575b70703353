import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import '../../src/entries/index.ts';
import { checkVersions } from '../../src/testing/check-versions.ts';

const fingerprints: Record<string, string> = JSON.parse(
  readFileSync(new URL('../conformance/os-vif/fingerprints.json', import.meta.url), 'utf8'),
);

test('nothing is said where every fingerprint is as it was', () => {
  expect(checkVersions(fingerprints, 'os_vif')).toEqual([]);
});

test('what changed, is new or is gone is named', () => {
  const { VIFBridge, ...others } = fingerprints;
  expect(checkVersions({ ...others, Network: '1.1-0', Old: '1.0-0' }, 'os_vif')).toEqual([
    `Network: expected 1.1-0, is ${fingerprints.Network}`,
    'Old: gone, its fingerprint was 1.0-0',
    `VIFBridge: new, its fingerprint is ${VIFBridge}`,
  ]);
});
