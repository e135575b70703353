import { describe, expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test.each([
  ['text', /│ tapdc065497-3c/],
  ['mermaid', /^flowchart LR\n/],
  ['dot', /^(di)?graph/],
  ['svg', /^<svg xmlns=/],
])('the format %s', async (format, start) => {
  const { status, stdout } = await osVif(['graph', 'vif.json', '--memory', '--format', format]);
  expect(status).toBe(0);
  expect(stdout).toMatch(start);
  expect(stdout).toContain('tapdc065497-3c');
});

test('with --json it is the graph as data, an array for several VIFs', async () => {
  const { json } = await osVif(['graph', 'vifs.yaml', '--memory', '--json']);
  expect(json()).toMatchObject([{ nodes: expect.any(Array) }, { title: expect.stringContaining('guest-2') }]);
});

test('one SVG of two VIFs is refused', async () => {
  const { status, stderr } = await osVif(['graph', 'vifs.yaml', '--memory', '--format', 'svg']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('an SVG shows one VIF')]);
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('what is missing is shown, until it is plugged', async () => {
    const { path } = await makeNetns();
    const draw = () => osVif(['graph', 'vif.json', '--show', 'drift', '--json', '--netns', path]);
    expect((await draw()).stdout).toContain('"state": "missing"');
    await osVif(['plug', 'vif.json', '--netns', path]);
    expect((await draw()).stdout).not.toContain('"state"');
  });
});
