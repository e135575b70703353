import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Link, NewLink } from '../../../src/host-contract/links.ts';
import { differences, fixedDifferences, settingsOf } from '../../../src/wiring/devices/link-differences.ts';

const MAC = '02:fe:00:00:00:0a';

async function made(link: NewLink): Promise<Link> {
  const host = new MemoryHost();
  const found = await host.links.get(await host.links.create(link));
  if (found === undefined) throw new Error(`${link.name} is missing`);
  return found;
}

describe('a device differs', () => {
  test('in what is asked of it and is not so, and in nothing else', async () => {
    const tap = await made({ kind: 'tap', name: 'tap0', mtu: 1400, mac: MAC });
    expect(differences(tap, {})).toEqual([]);
    expect(differences(tap, { mtu: 1400, mac: MAC, up: false, alias: '' })).toEqual([]);
    expect(differences(tap, { mtu: 1500, up: true, alias: 'Mine' })).toEqual([
      { property: 'mtu', want: 1500, have: 1400 },
      { property: 'up', want: true, have: false },
      { property: 'alias', want: 'Mine', have: '' },
    ]);
  });

  test('not in the case of its address, but in that of its alias', async () => {
    const tap = await made({ kind: 'tap', name: 'tap0', mac: MAC, alias: 'Mine' });
    expect(differences(tap, { mac: MAC.toUpperCase() })).toEqual([]);
    expect(differences(tap, { mac: '02:FE:00:00:00:0B' })).toEqual([
      { property: 'mac', want: '02:fe:00:00:00:0b', have: MAC },
    ]);
    expect(differences(tap, { alias: 'Mine' })).toEqual([]);
    expect(differences(tap, { alias: 'MINE' })).toEqual([{ property: 'alias', want: 'MINE', have: 'Mine' }]);
  });

  test('in each setting of a bridge by itself, in all of them where it is no bridge', async () => {
    const bridge = await made({ kind: 'bridge', name: 'br0', bridge: { stp: true } });
    expect(differences(bridge, { bridge: { stp: true, ageingTime: 0 } })).toEqual([
      { property: 'bridge.ageingTime', want: 0, have: 300 },
    ]);
    const tap = await made({ kind: 'tap', name: 'tap0' });
    expect(differences(tap, { bridge: { stp: true } })).toEqual([
      { property: 'bridge.stp', want: true, have: undefined },
    ]);
  });

  test('in what only making it anew could put right', async () => {
    const tap = await made({ kind: 'tap', name: 'tap0', tap: { multiQueue: true } });
    expect(fixedDifferences(tap, { kind: 'tap', name: 'tap0' })).toEqual([]);
    expect(fixedDifferences(tap, { kind: 'tap', name: 'tap0', tap: { multiQueue: true } })).toEqual([]);
    expect(fixedDifferences(tap, { kind: 'tap', name: 'tap0', tap: { multiQueue: false, owner: 7 } })).toEqual([
      { property: 'tap.multiQueue', want: false, have: true },
      { property: 'tap.owner', want: 7, have: undefined },
    ]);
  });
});

test('differences are put right, or back, by settings', () => {
  const found = [
    { property: 'mtu', want: 1500, have: 1400 },
    { property: 'bridge.stp', want: true, have: false },
    { property: 'bridge.ageingTime', want: 0, have: 300 },
  ];
  expect(settingsOf(found, 'want')).toEqual({ mtu: 1500, bridge: { stp: true, ageingTime: 0 } });
  expect(settingsOf(found, 'have')).toEqual({ mtu: 1400, bridge: { stp: false, ageingTime: 300 } });
  expect(settingsOf([], 'want')).toEqual({});
});
