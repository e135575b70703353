import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('what belongs to VIFs that are no more goes, and nothing else; --dry-run only tells', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'mine', 'type', 'bridge');
    await osVif(['plug', 'vifs.yaml', '--netns', netns.path]);
    const names = () =>
      netns
        .links()
        .map(({ ifname }) => ifname)
        .sort();
    expect(names()).toEqual(['brq0', 'mine', 'tapdc065497-3c']);

    const gc = (args: string[], input: string) => osVif(['gc', ...args, '--netns', netns.path], { input });
    const ofBridge = '{ type: VIFBridge, id: 6a4f1c5e-90ea-4b6e-8c1f-6b0f2a2c7d11, bridge_name: brq0 }';
    const tap = { kind: 'tap', name: 'tapdc065497-3c', owner: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536' };
    expect((await gc(['--dry-run'], ofBridge)).json()).toEqual([{ ...tap, outcome: 'found' }]);
    expect(names()).toEqual(['brq0', 'mine', 'tapdc065497-3c']);
    expect((await gc([], ofBridge)).json()).toEqual([{ ...tap, outcome: 'removed' }]);
    expect(names()).toEqual(['brq0', 'mine']);
    expect((await gc([], '[]')).json()).toEqual([{ kind: 'bridge', name: 'brq0', outcome: 'removed' }]);
    expect(names()).toEqual(['mine']);
  });
});

test.skipIf(NETNS_UNAVAILABLE)('a dry run without privileges skips what it cannot read, and says so', async () => {
  const netns = await makeNetns();
  await osVif(['plug', 'vif.json', '--netns', netns.path]);
  const silent = createServer(() => {});
  const socket = join(osVif.folder, 'private.sock');
  await new Promise<void>((resolve) => silent.listen(socket, resolve));
  onTestFinished(() => void silent.close());
  chmodSync(socket, 0o600);
  const run = (...options: string[]) =>
    osVif(['gc', '--ovsdb', `unix:${socket}`, ...options], { input: '[]', inside: netns, as: 'nobody' });

  const { status, json, stderr } = await run('--dry-run');
  expect([status, json()]).toMatchObject([0, [{ kind: 'tap', name: 'tapdc065497-3c', outcome: 'found' }]]);
  expect(stderr).toMatch(/^os-vif: warning: rows of plugin ovs are not in the output: .*EACCES/m);
  expect(stderr).toMatch(/^os-vif: warning: chains of iptables are not in the output: .*run this as root$/m);
  expect(stderr).toMatch(/^os-vif: warning: filters of nftables are not in the output: /m);

  const real = await run();
  expect([real.status, real.stdout]).toEqual([1, '']);
  expect(netns.links()).toHaveLength(1);
});

test('nothing given is not taken for no VIFs', async () => {
  const { status, stderr } = await osVif(['gc', '--memory']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('expected JSON or YAML, found nothing')]);
});

test('a VIF without an id is named by its place', async () => {
  const { status, stderr } = await osVif(['gc', '--memory'], { input: '[{ type: VIFBridge }]' });
  expect([status, stderr]).toEqual([
    1,
    'os-vif: ERR_OSVIF_UNSET_FIELD: standard input[0]: VIFBridge: id must be set and is not\n',
  ]);
});
