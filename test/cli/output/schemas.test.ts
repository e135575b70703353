import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';
import { requireValidOutput, VERBS_WITH_SCHEMA } from '../output-schemas.ts';

const osVif = commandUnderTest();

beforeAll(() => {
  const tap = { type: 'VIFGeneric', id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', vif_name: 'tap0', plugin: 'tap' };
  writeFileSync(join(osVif.folder, 'wrong.json'), JSON.stringify([tap, { ...tap, mtu: 7 }, 7, { type: 'Nothing' }]));
});

/** Of each verb, the arguments and the exit codes of good input, of wrong input, and of other forms of its output. */
const RUNS: Readonly<Record<string, readonly (readonly [status: number, ...args: string[]])[]>> = {
  adopt: [
    [0, 'vifs.yaml', '--memory'],
    [1, 'wrong.json', '--memory'],
  ],
  backport: [
    [0, 'network.json', '--target', '1.0'],
    [0, 'vifs.yaml', '--manifest', 'manifest.json'],
  ],
  check: [
    [1, 'vif.json', '--memory'],
    [1, 'wrong.json', '--memory'],
  ],
  convert: [
    [0, 'vifs.yaml', '--to', 'plain'],
    [0, 'vif.json'],
  ],
  doctor: [[1, '--need', 'ovsdb', '--ovsdb', 'unix:/nowhere.sock']],
  fingerprints: [[0], [0, '--expect', 'fingerprints.json'], [1, '--expect', 'other-fingerprints.json']],
  gc: [[0, 'vifs.yaml', '--memory']],
  graph: [
    [0, 'vifs.yaml', '--memory', '--show', 'plan'],
    [1, 'wrong.json', '--memory'],
  ],
  'host-info': [[0]],
  ls: [[0, '--memory']],
  plan: [
    [0, 'vif.json', '--memory'],
    [1, 'wrong.json', '--memory'],
  ],
  plug: [
    [0, 'vif.json', '--memory'],
    [1, 'wrong.json', '--memory'],
    [0, 'vifs.yaml', '--memory', '--dry-run'],
  ],
  schema: [[0], [0, 'Network', '1.0']],
  show: [
    [0, 'vif.json'],
    [1, 'wrong.json'],
  ],
  unplug: [
    [0, 'vif.json', '--memory'],
    [1, 'wrong.json', '--memory'],
    [0, 'vifs.yaml', '--memory', '--dry-run'],
  ],
  validate: [
    [0, 'vif.json'],
    [1, 'wrong.json'],
  ],
  watch: [[0, 'vifs.yaml', '--memory', '--repair', '--for', '1']],
  xml: [
    [0, 'vif.json'],
    [1, 'wrong.json'],
  ],
};

test('each verb with the option --json has a schema of its output', async () => {
  const { stdout } = await osVif(['--help']);
  const verbs = [...stdout.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, verb = '']) => verb);
  const helps = await Promise.all(verbs.map(async (verb) => [verb, (await osVif([verb, '--help'])).stdout] as const));
  const withJson = helps.filter(([, help]) => help.includes('--json')).map(([verb]) => verb);
  expect(withJson.sort()).toEqual([...VERBS_WITH_SCHEMA].sort());
  expect(Object.keys(RUNS)).toEqual(withJson);
});

test.each(Object.entries(RUNS))('the output of %s is JSON that its schema allows', async (verb, runs) => {
  for (const [status, ...args] of runs) {
    const run = await osVif([verb, ...args, '--json']);
    expect([args, run.status]).toEqual([args, status]);
    if (verb === 'watch') expect(run.stdout.split('\n').length).toBeGreaterThan(3);
    else expect(run.json()).toBeDefined();
  }
});

test.skipIf(NETNS_UNAVAILABLE)('the output of plug and unplug on the kernel tells the changes', async () => {
  const netns = await makeNetns();
  const created = { action: 'create', element: 'tap tapdc065497-3c', on: 'tapdc065497-3c' };
  const run = async (verb: string) => (await osVif([verb, 'vif.json', '--netns', netns.path])).json();
  expect(await run('plug')).toMatchObject({ outcome: 'plugged', changed: true, steps: [created] });
  expect(await run('plug')).toMatchObject({ outcome: 'plugged', changed: false, steps: [] });
  netns.run('ip', 'link', 'set', 'tapdc065497-3c', 'mtu', '1400');
  const steps = [{ action: 'change', property: 'mtu', from: 1400, to: 1450 }];
  expect(await run('plug')).toMatchObject({ outcome: 'plugged', changed: true, steps });
  expect(await run('unplug')).toMatchObject({ outcome: 'unplugged', changed: true, steps: [{ action: 'remove' }] });
  expect(await run('unplug')).toMatchObject({ outcome: 'unplugged', changed: false, steps: [] });
});

test('an output that a schema does not allow is noticed', async () => {
  const outcome = { where: 'vif.json', outcome: 'plugged', changed: true, steps: [] };
  await requireValidOutput(['plug'], JSON.stringify([outcome]));
  for (const wrong of [{ ...outcome, outcome: 'done' }, { ...outcome, ok: true }, { outcome: 'plugged' }]) {
    await expect(requireValidOutput(['plug'], JSON.stringify(wrong))).rejects.toThrow('its schema does not allow');
  }
});
