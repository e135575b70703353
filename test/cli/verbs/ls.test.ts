import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();
const TAP = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

test.skipIf(NETNS_UNAVAILABLE)('lists the devices of each VIF and those that VIFs share', async () => {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'add', 'theirs', 'type', 'bridge');
  await osVif(['plug', 'vifs.yaml', '--netns', netns.path]);
  const { status, json } = await osVif(['ls', '--netns', netns.path]);
  expect([status, json()]).toEqual([
    0,
    [
      { owner: TAP, resources: [{ kind: 'tap', name: 'tapdc065497-3c' }] },
      { resources: [{ kind: 'bridge', name: 'brq0' }] },
    ],
  ]);
});

test.skipIf(NETNS_UNAVAILABLE)(
  'has what a source guard compares, and the number of frames that it dropped; check says why',
  async () => {
    const inside = await makeNetns();
    writeFileSync(join(osVif.folder, 'guard.yaml'), 'plugins: { tap: { sourceGuard: mac-and-ip } }');
    await osVif(['plug', 'vif.json', '--config', 'guard.yaml'], { inside });
    const guard = { kind: 'source-guard', name: 'tapdc065497-3c', mode: 'mac', drops: 0 };
    const { status, json } = await osVif(['ls'], { inside });
    expect([status, json()]).toEqual([0, [{ owner: TAP, resources: [{ kind: 'tap', name: guard.name }, guard] }]]);
    const { stdout } = await osVif(['ls'], { inside, terminal: true });
    expect(stdout).toMatch(/source-guard +tapdc065497-3c +mac, 0 dropped/);

    const element = `source-guard ${guard.name}`;
    const note = 'compares the MAC address only, because the VIF has no IP addresses';
    const check = await osVif(['check', 'vif.json', '--config', 'guard.yaml'], { inside });
    expect([check.status, check.json()]).toMatchObject([0, { drifts: [], notes: [{ element, note }] }]);
    const plain = { inside, terminal: true, env: { NO_COLOR: '1' } };
    const shown = await osVif(['check', 'vif.json', '--config', 'guard.yaml'], plain);
    expect(shown.stdout).toContain(`as it should be\nnote: ${element} ${note}\n`);
  },
);

test('says that there is nothing', async () => {
  const { status, json } = await osVif(['ls', '--memory']);
  expect([status, json()]).toEqual([0, []]);
});

test.skipIf(NETNS_UNAVAILABLE)('leaves out what a user may not read, and says so', async () => {
  const netns = await makeNetns();
  await osVif(['plug', 'vif.json', '--netns', netns.path]);
  const silent = createServer(() => {});
  const socket = join(osVif.folder, 'unreadable.sock');
  await new Promise<void>((resolve) => silent.listen(socket, resolve));
  onTestFinished(() => void silent.close());
  chmodSync(socket, 0o600);
  const { status, json, stderr } = await osVif(['ls', '--ovsdb', `unix:${socket}`], { inside: netns, as: 'nobody' });
  expect([status, json()]).toEqual([0, [{ owner: TAP, resources: [{ kind: 'tap', name: 'tapdc065497-3c' }] }]]);
  expect(stderr).toMatch(/^os-vif: warning: rows of Open vSwitch are not in the output: .*EACCES/m);
  expect(stderr).toMatch(/^os-vif: warning: chains of iptables are not in the output: /m);
});

test.skipIf(NETNS_UNAVAILABLE)('warns if the database that the user names does not exist', async () => {
  const inside = await makeNetns();
  const missing = 'rows of Open vSwitch are not in the output: the socket of unix:/nowhere.sock does not exist';
  for (const args of [['ls'], ['gc'], ['gc', '--dry-run']]) {
    const { status, json, stderr } = await osVif([...args, '--ovsdb', 'unix:/nowhere.sock'], { input: '[]', inside });
    expect([status, json()]).toEqual([0, []]);
    expect(stderr).toContain(`os-vif: warning: ${missing}`);
  }
  const input = 'ovsdb: { connection: "unix:/nowhere.sock" }';
  expect((await osVif(['ls', '--config', '-'], { input, inside })).stderr).toContain(missing);
  expect((await osVif(['ls'], { inside })).stderr).toBe('');
});
