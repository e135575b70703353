import { expect, test } from 'vitest';
import { nearestName } from '../../src/text/nearest.ts';

const KNOWN = ['VIFBase', 'VIFBridge', 'VIFGeneric', 'vif_name', 'bridge_name', 'plugin', 'ovs', 'tap'];

test.each([
  ['VIFBrigde', 'VIFBridge'],
  ['vifbridge', 'VIFBridge'],
  ['vifName', 'vif_name'],
  ['vif-name', 'vif_name'],
  ['plugins', 'plugin'],
  ['osv', 'ovs'],
  ['pugin', 'plugin'],
])('who wrote %s meant %s', (given, meant) => {
  expect(nearestName(given, KNOWN)).toBe(meant);
});

test.each(['Subnet', '', 'x', 'address', 'VIFBridge'.repeat(1000), undefined, 5, {}])(
  'nobody knows what %j was meant to be',
  (given) => {
    expect(nearestName(given, KNOWN)).toBeUndefined();
  },
);

test('a name that is known and wrong all the same is not suggested again', () => {
  expect(nearestName('ovs', ['ovs'])).toBeUndefined();
});
