/** Entries of nova's cache that somebody or something spoiled. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortBindingError } from '../../src/entries/index.ts';
import { type NetworkInfoEntry, vifFromNetworkInfo } from '../../src/entries/neutron.ts';
import { runs } from '../property-runs.ts';
import { LATEST } from './nova-vectors.ts';

const ENTRIES = LATEST.filter(({ osvif }) => osvif).map(({ vif }) => vif);

describe('what is wrong is told with its path in the entry', () => {
  test.each([
    ['/network/id', { id: 7 }],
    ['/network/subnets', { subnets: 'none' }],
    ['/network/subnets/0/cidr', { subnets: [{ cidr: '10.0.0.0/33' }] }],
    ['/network/subnets/0/ips/0/address', { subnets: [{ ips: [{}] }] }],
    [
      '/network/subnets/0/routes/0/gateway/address',
      { subnets: [{ routes: [{ cidr: '::/0', gateway: { address: 'fe80::1%eth0' } }] }] },
    ],
    ['/network/meta/mtu', { meta: { mtu: 'much' } }],
    ['/network/meta/vlan', { meta: { should_create_vlan: true } }],
  ])('%s', (path, network) => {
    const [entry] = ENTRIES;
    const spoilt = JSON.parse(JSON.stringify({ ...entry, network: { ...entry?.network, ...network } }));
    expect(violationsOf(spoilt).map((violation) => violation.path)).toEqual([path]);
  });
});

test('an entry with any value anywhere becomes a VIF or is refused with reasons, never anything else', () => {
  const outcomes = { converted: 0, refused: 0 };
  const spoilt = fc
    .tuple(fc.constantFrom(...ENTRIES), fc.nat(), fc.jsonValue({ maxDepth: 2 }))
    .map(([entry, at, value]) => {
      let left = at % 60;
      return JSON.parse(JSON.stringify(entry, (key, old) => (key !== '' && left-- === 0 ? value : old)));
    });
  fc.assert(
    fc.property(spoilt, (entry) => {
      outcomes[violationsOf(entry).length === 0 ? 'converted' : 'refused']++;
    }),
    runs(3_000),
  );
  expect(outcomes.converted).toBeGreaterThan(300);
  expect(outcomes.refused).toBeGreaterThan(300);
});

test.each([null, 7, 'entry', []])('%j is no entry', (given) => {
  expect(violationsOf(JSON.parse(JSON.stringify(given)))).toMatchObject([{ path: '' }]);
});

/** Nothing where a VIF comes of it; throws whatever else is thrown. */
function violationsOf(entry: NetworkInfoEntry): PortBindingError['violations'] {
  try {
    vifFromNetworkInfo(entry);
    return [];
  } catch (error) {
    if (error instanceof PortBindingError) return error.violations;
    throw error;
  }
}
