import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();
const TAP = 'tapdc065497-3c';

test.skipIf(NETNS_UNAVAILABLE)('repairs what others break, tells it, and ends with a signal', async () => {
  const netns = await makeNetns();
  await osVif(['plug', 'vif.json', '--netns', netns.path]);
  netns.run('ip', 'link', 'set', TAP, 'mtu', '1400');
  const mtu = (): number | undefined => netns.links().find(({ ifname }) => ifname === TAP)?.mtu;
  let isBrokenAgain = false;
  const when = (): boolean => {
    if (mtu() !== 1450) return false;
    if (isBrokenAgain) return true;
    isBrokenAgain = true;
    netns.run('ip', 'link', 'del', TAP);
    return false;
  };
  const args = ['watch', 'vif.json', '--netns', netns.path, '--repair', '--interval', '0', '--json'];
  const { status, stdout, stderr } = await osVif(args, { kill: { signal: 'SIGTERM', when } });
  expect([status, stderr]).toEqual([0, '']);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event).slice(0, 3)).toEqual(['drift', 'resynchronized', 'repaired']);
  expect(events).toContainEqual(expect.objectContaining({ drifts: [expect.objectContaining({ have: 1400 })] }));
  const steps = [expect.objectContaining({ action: 'create', on: TAP })];
  expect(events).toContainEqual(expect.objectContaining({ event: 'repaired', steps }));
});

test('shows people one line for each event, and the drift as a table', async () => {
  const { status, stdout } = await osVif(['watch', 'vif.json', '--memory', '--for', '1'], {
    terminal: true,
    env: { NO_COLOR: '1' },
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d drift VIFGeneric dc065497-\S+\r?$/m);
  expect(stdout).toMatch(/^missing +tap tapdc065497-3c/m);
  expect(stdout).toMatch(/resynchronized: all VIFs were checked \(start\)/);
});

test.skipIf(NETNS_UNAVAILABLE)('tells drift to a user without privileges', async () => {
  const netns = await makeNetns();
  await osVif(['plug', 'vif.json', '--netns', netns.path]);
  const args = ['watch', 'vif.json', '--interval', '0', '--json', '--for', '4'];
  const running = osVif(args, { inside: netns, as: 'nobody' });
  await sleep(2000);
  netns.run('ip', 'link', 'set', TAP, 'mtu', '1400');
  const { status, stdout } = await running;
  expect(status).toBe(0);
  expect(stdout).toMatch(/"event":"drift".*"have":1400/);
});

test('ends when no VIF is valid', async () => {
  const { status, stdout } = await osVif(['watch', '-', '--memory'], { input: JSON.stringify([{ type: 'Nothing' }]) });
  expect([status, stdout]).toEqual([1, '']);
});

test.skipIf(NETNS_UNAVAILABLE)('ends when nobody reads its output any more', async () => {
  const run = await osVif.line('os-vif watch vif.json --memory --interval 1 --json | head -n 1', await makeNetns());
  expect(run.stdout).toContain('"event":"drift"');
});

test('names an invalid VIF, and watches the others', async () => {
  const input = JSON.stringify([{ type: 'Nothing' }]);
  const { status, stdout, stderr } = await osVif(['watch', 'vif.json', '-', '--memory', '--for', '1'], { input });
  expect(status).toBe(1);
  expect(stdout).toContain('"event":"drift"');
  expect(stderr).toContain('Nothing');
});
