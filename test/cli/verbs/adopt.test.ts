import { describe, expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();
const TAP = 'tapdc065497-3c';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('an untagged device gets the tag, with --dry-run it does not, and the drifts are told', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'tuntap', 'add', TAP, 'mode', 'tap');
    const aliasOfTap = () => netns.run('cat', `/sys/class/net/${TAP}/ifalias`).trim();
    const adopt = (...args: string[]) => osVif(['adopt', 'vif.json', '--netns', netns.path, ...args]);
    const expected = {
      where: 'vif.json',
      id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
      adopted: [{ element: `tap ${TAP}`, on: TAP }],
      drifts: expect.arrayContaining([expect.objectContaining({ type: 'differs', property: 'mtu' })]),
    };

    const tried = await adopt('--dry-run');
    expect([tried.status, tried.json()]).toEqual([0, expected]);
    expect(aliasOfTap()).toBe('');
    const { status, json } = await adopt();
    expect([status, json()]).toEqual([0, expected]);
    expect(aliasOfTap()).toBe('os-vif:dc065497-3c8d-4f44-8fb4-e1d33c16a536');
    expect((await adopt()).json()).toMatchObject({ adopted: [] });
    expect((await osVif(['plug', 'vif.json', '--netns', netns.path])).status).toBe(0);
  });

  test('a device of another owner is told, and the answer is no', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'tuntap', 'add', TAP, 'mode', 'tap');
    netns.run('ip', 'link', 'set', TAP, 'alias', 'mine');
    const { status, json } = await osVif(['adopt', 'vif.json', '--netns', netns.path]);
    expect([status, json()]).toMatchObject([1, { adopted: [], drifts: [{ type: 'conflict', on: TAP }] }]);
  });
});

test('on an empty host there is nothing to take over', async () => {
  const { status, stdout } = await osVif(['adopt', 'vifs.yaml', '--memory'], {
    terminal: true,
    env: { NO_COLOR: '1' },
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^missing +tap tapdc065497-3c/m);
});
