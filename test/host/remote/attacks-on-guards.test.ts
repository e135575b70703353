/** Attacks by a client of the helper with source guards: on devices of other owners, and on guards of other VIFs. */

import { describe, expect, test } from 'vitest';
import { NETNS_UNAVAILABLE } from '../netns.ts';
import { attackedHost, MINE } from './attacked-host.ts';

const GUARD = { hook: 'ingress', mac: '02:00:00:00:00:0a', mode: 'mac', addresses: [], owner: 'mine' };
const REFUSED = { error: { code: 'ERR_OSVIF_HELPER_REFUSAL' } };

describe.skipIf(NETNS_UNAVAILABLE)('source guards by way of a helper', () => {
  test('a client guards its own device; the guard goes with the device', async () => {
    const { ask, indexOf, netns } = await attackedHost();
    await ask('links.create', { ...MINE, kind: 'tap', name: 'tap0' });
    expect(await ask('guards.set', { ...GUARD, device: 'tap0' })).not.toHaveProperty('error');
    expect((await ask('guards.list')).value).toMatchObject([{ device: 'tap0', owner: 'mine' }]);
    await ask('links.delete', indexOf('tap0'));
    expect(netns.run('nft', 'list', 'ruleset')).not.toContain('os-vif');
  });

  test.each([
    ['a device of another owner', { device: 'eth0' }],
    ['a device of another owner, by its name alone', { device: 'eth0', anyDevice: true }],
    ['the device of another VIF', { device: 'tap0', owner: 'somebody-else' }],
    ['a name that it may not create', { device: 'nic0', anyDevice: true }],
  ])('a client does not guard %s', async (_, guard) => {
    const { ask, netns } = await attackedHost({ names: ['tap*'] });
    await ask('links.create', { ...MINE, kind: 'tap', name: 'tap0' });
    expect(await ask('guards.set', { ...GUARD, ...guard })).toMatchObject(REFUSED);
    expect(netns.run('nft', 'list', 'ruleset')).not.toContain('os-vif');
  });

  test('a client guards a device that the configuration names', async () => {
    const { ask } = await attackedHost({ devices: ['eth1'] });
    expect(await ask('guards.set', { ...GUARD, device: 'eth1' })).not.toHaveProperty('error');
  });

  test('a client neither replaces nor deletes the guard of another VIF', async () => {
    const { ask } = await attackedHost({ devices: ['eth1'] });
    await ask('guards.set', { ...GUARD, device: 'eth1' });
    const other = { ...GUARD, device: 'eth1', owner: 'other' };
    expect(await ask('guards.set', other)).toMatchObject({ error: { errno: 'EEXIST' } });
    await ask('guards.delete', { device: 'eth1', owner: 'other' });
    expect((await ask('guards.list')).value).toMatchObject([{ device: 'eth1', owner: 'mine' }]);
  });
});
