import { describe, expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('on an empty host everything is to be made; options of the configuration count', async () => {
  const { status, stdout } = await osVif(['plan', 'vifs.yaml', '--memory', '--config', 'config.yaml'], {
    terminal: true,
    env: { NO_COLOR: '1' },
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^create +tap tapdc065497-3c$/m);
  expect(stdout).toMatch(/^create +bridge brq0$/m);
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('what would be changed is told with both values, what would fail with the reason and an answer of no', async () => {
    const netns = await makeNetns();
    const at = ['vifs.yaml', '--netns', netns.path];
    await osVif(['plug', ...at]);
    netns.run('ip', 'link', 'set', 'tapdc065497-3c', 'mtu', '1400');
    netns.run('ip', 'link', 'del', 'brq0');
    netns.run('ip', 'link', 'add', 'brq0', 'type', 'veth');
    const { status, json } = await osVif(['plan', ...at]);
    expect([status, json()]).toMatchObject([
      1,
      [{ steps: [{ action: 'change', property: 'mtu', from: 1400, to: 1450 }] }, { steps: [{ action: 'refuse' }] }],
    ]);
  });
});
