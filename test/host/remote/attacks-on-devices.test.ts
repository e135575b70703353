/** Attacks by a client of the helper on devices that the configuration names, and with names and aliases that deceive. */

import { describe, expect, test } from 'vitest';
import { NETNS_UNAVAILABLE } from '../netns.ts';
import { attackedHost, MINE, unchangedHost } from './attacked-host.ts';

const PASSTHRU = { kind: 'macvtap', macvtap: { mode: 'passthru' } };
const MAC = '02:de:ad:be:ef:01';
const ADDRESS = '198.51.100.1/24';
const DEFAULT_ROUTE = { destination: '0.0.0.0/0', gateway: '198.51.100.254', table: 254, protocol: 3, scope: 0 };

describe.skipIf(NETNS_UNAVAILABLE)('a device that the configuration names', () => {
  const unchanged = unchangedHost({ devices: ['port0', 'eth1'] }, (ask) =>
    ask('links.create', { ...MINE, kind: 'bridge', name: 'own0' }),
  );

  test.each<[string, string, (eth1: number, own: number) => unknown[]]>([
    [
      'gets no MAC address through a passthru macvtap',
      'links.create',
      (eth1) => [{ ...MINE, ...PASSTHRU, name: 'mv0', lower: eth1, mac: MAC }],
    ],
    ['gets no MAC address', 'links.change', (eth1) => [eth1, { mac: MAC }]],
    ['gets no alias', 'links.change', (eth1) => [eth1, { alias: 'os-vif:mine' }]],
    ['does not become promiscuous', 'links.change', (eth1) => [eth1, { promiscuous: true }]],
    ['keeps its group', 'links.change', (eth1) => [eth1, { group: 0x4f000001 }]],
    ['is not deleted', 'links.delete', (eth1) => [eth1]],
    [
      'keeps its addresses when they would move to itself',
      'addressing.move',
      (eth1) => [{ addresses: [{ address: ADDRESS }], routes: [DEFAULT_ROUTE] }, eth1, eth1],
    ],
    [
      'gets no address that it did not have',
      'addressing.move',
      (eth1, own) => [{ addresses: [{ address: '198.51.100.99/24' }], routes: [] }, own, eth1],
    ],
    [
      'loses no route of another device',
      'addressing.move',
      (eth1, own) => [{ addresses: [], routes: [{ ...DEFAULT_ROUTE, table: 255 }] }, eth1, own],
    ],
  ])('%s', async (_, verb, argsFor) => {
    const { refusal, indexOf } = unchanged;
    const error = await refusal(verb, ...argsFor(indexOf('eth1'), indexOf('own0')));
    expect(error?.code).toMatch(/^ERR_OSVIF_(HELPER_|LINK_VALUE)/);
  });

  test('gets no MAC address through a change of a passthru macvtap on it', async () => {
    const { ask, state, indexOf } = await attackedHost({ devices: ['eth1'] });
    await ask('links.create', { ...MINE, ...PASSTHRU, name: 'mv0', lower: indexOf('eth1') });
    const before = state();
    const { error } = await ask('links.change', indexOf('mv0'), { mac: MAC });
    expect(error?.message).toContain('--passthru-mac');
    expect(state()).toBe(before);
  });

  test('gets a MAC address through a passthru macvtap when the configuration allows it', async () => {
    const { ask, netns, indexOf } = await attackedHost({ devices: ['eth1'], passthruMac: true });
    const device = { ...MINE, ...PASSTHRU, name: 'mv0', lower: indexOf('eth1'), mac: MAC };
    expect(await ask('links.create', device)).not.toHaveProperty('error');
    expect(netns.links().find(({ ifname }) => ifname === 'eth1')?.address).toBe(MAC);
  });

  test('keeps the lifetime of an address that moves, whatever the client says', async () => {
    const { ask, netns, indexOf } = await attackedHost({ devices: ['eth1'] });
    await ask('links.create', { ...MINE, kind: 'bridge', name: 'own0', up: true });
    const plan = { addresses: [{ address: ADDRESS, lifetime: { valid: 1, preferred: 1 } }], routes: [] };
    expect(await ask('addressing.move', plan, indexOf('eth1'), indexOf('own0'))).not.toHaveProperty('error');
    expect(netns.run('ip', '-4', 'address', 'show', 'dev', 'own0')).toContain('valid_lft forever');
  });

  test.each<[string, (own: number) => object]>([
    ['is not taken out of it', () => ({ master: 0 })],
    ['is not moved to a bridge of the client', (own) => ({ master: own })],
    ['gets no hairpin mode', () => ({ port: { hairpin: true } })],
    ['is not isolated', () => ({ port: { isolated: true } })],
    ['keeps learning', () => ({ port: { learning: false } })],
    ['is not moved and configured in one request', (own) => ({ master: own, port: { hairpin: true } })],
  ])('in a bridge of another owner %s', async (_, settingsFor) => {
    const { refusal, indexOf } = unchanged;
    const error = await refusal('links.change', indexOf('port0'), settingsFor(indexOf('own0')));
    expect(error).toMatchObject({ code: 'ERR_OSVIF_HELPER_REFUSAL', message: expect.stringContaining('br-host') });
  });

  test('in a bridge of the client can be configured and taken out', async () => {
    const { ask, netns, indexOf } = await attackedHost({ devices: ['eth1'] });
    await ask('links.create', { ...MINE, kind: 'bridge', name: 'own0' });
    const eth1 = indexOf('eth1');
    const port = { hairpin: true };
    expect(await ask('links.change', eth1, { master: indexOf('own0'), port })).not.toHaveProperty('error');
    expect(netns.links().find(({ ifname }) => ifname === 'eth1')).toMatchObject({ master: 'own0' });
    expect(await ask('links.change', eth1, { port: { isolated: true } })).not.toHaveProperty('error');
    expect(await ask('links.change', eth1, { master: 0 })).not.toHaveProperty('error');
    expect(netns.links().find(({ ifname }) => ifname === 'eth1')?.master).toBeUndefined();
  });

  test('that an administrator puts into a bridge after the decision of the helper stays there', async () => {
    const host = await attackedHost(
      { devices: ['eth1'] },
      {
        afterLook: ({ run }, device) => void (device === eth1 && run('ip', 'link', 'set', 'eth1', 'master', 'br-host')),
      },
    );
    const eth1 = host.indexOf('eth1');
    expect(await host.ask('links.change', eth1, { master: 0 })).toMatchObject({
      error: { code: 'ERR_OSVIF_HELPER_REFUSAL' },
    });
    expect(host.netns.links().find(({ ifname }) => ifname === 'eth1')).toMatchObject({ master: 'br-host' });
  });
});

/** ESC, CSI (C1), NEL, BOM, zero width space, left-to-right mark, right-to-left override, isolate, line and paragraph separators. */
const DECEPTIVE = [
  '\u001b[31m',
  '\u009b1m',
  '\u0085',
  '\ufeff',
  '\u200b',
  '\u200e',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u2029',
];

describe.skipIf(NETNS_UNAVAILABLE)('text that deceives on a terminal', () => {
  const { refusal, indexOf } = unchangedHost({}, (ask) =>
    ask('links.create', { ...MINE, kind: 'bridge', name: 'own0' }),
  );

  test.each(DECEPTIVE)('%j is refused in names and aliases', async (text) => {
    const requests: [string, unknown[]][] = [
      ['links.create', [{ ...MINE, kind: 'bridge', name: `a${text}b` }]],
      ['links.create', [{ ...MINE, kind: 'tap', name: `a${text}b` }]],
      ['links.create', [{ ...MINE, kind: 'veth', name: 'v0', peer: { name: `a${text}b` } }]],
      ['links.create', [{ kind: 'bridge', name: 'b0', alias: `os-vif:${text}` }]],
      ['links.create', [{ ...MINE, kind: 'veth', name: 'v0', peer: { name: 'v1', alias: `os-vif:${text}` } }]],
      ['links.change', [indexOf('own0'), { alias: `os-vif:a${text}` }]],
    ];
    for (const [verb, args] of requests)
      expect((await refusal(verb, ...args))?.code).toMatch(/^ERR_OSVIF_(HELPER_PROTOCOL|LINK_VALUE)$/);
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('--name', () => {
  const NAMES = ['tap?', 'qvo????.*', 'tap-*'];
  const { refusal } = unchangedHost({ names: NAMES });

  test.each(['docker0', 'tap', 'tap12', 'xtap1', 'qvo-', 'TAP1', 'tap1\u0000x', 'qvo1.23'])(
    '%j matches no pattern and is refused',
    async (name) => {
      for (const device of [
        { ...MINE, kind: 'tap', name },
        { ...MINE, kind: 'veth', name: 'tap1', peer: { name } },
      ])
        expect((await refusal('links.create', device))?.code).toMatch(/^ERR_OSVIF_(HELPER_REFUSAL|LINK_VALUE)$/);
    },
  );

  test.each(['tap1', 'tap-anything', 'tap-', 'qvo1234.x', 'tapé'])(
    '%j matches a pattern and is created',
    async (name) => {
      const { ask, indexOf } = await attackedHost({ names: NAMES });
      const answer = await ask('links.create', { ...MINE, kind: 'tap', name });
      expect(answer).toMatchObject({ value: indexOf(name) });
    },
  );
});
