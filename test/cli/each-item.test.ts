/** An item of the input that fails does not stop the others, and is named. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandUnderTest } from './command.ts';

const osVif = commandUnderTest();

const idOf = (n: number) => `dc0600${String(n).padStart(2, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
const tap = (n: number, fields: object = {}) => ({
  type: 'VIFGeneric',
  id: idOf(n),
  address: '22:52:25:62:00:01',
  vif_name: `tap${n}`,
  plugin: 'tap',
  ...fields,
});

/** The second VIF has no valid address, the third no plugin that exists. */
const VIFS = [tap(0), tap(1, { address: 7 }), tap(2, { plugin: 'tpa' }), tap(3)];

beforeAll(() => {
  writeFileSync(join(osVif.folder, 'mixed.json'), JSON.stringify(VIFS));
});

test('an object that is no VIF is refused by its class, and its id is not that of a VIF', async () => {
  const { status, stderr } = await osVif(['xml', 'network.json']);
  expect(status).toBe(1);
  expect(stderr).toBe(
    'os-vif: ERR_OSVIF_FIELD_VALUE: network.json: expected a VIF, such as VIFBridge or VIFGeneric, found "Network"\n',
  );
});

describe.each([
  ['plan', ['plan', '--memory']],
  ['check', ['check', '--memory']],
  ['adopt', ['adopt', '--memory']],
  ['plug', ['plug', '--memory']],
  ['unplug', ['unplug', '--memory']],
  ['unplug --dry-run', ['unplug', '--dry-run', '--memory']],
  ['graph', ['graph', '--memory']],
])('%s', (_, args) => {
  test('gives the results of the valid VIFs, and names the others by place and id', async () => {
    const run = await osVif([...args, 'mixed.json', '--json']);
    expect(run.status).toBe(1);
    expect(run.json()).toEqual([
      expect.not.objectContaining({ error: expect.anything() }),
      expect.objectContaining({
        where: 'mixed.json[1]',
        id: idOf(1),
        error: {
          codes: ['ERR_OSVIF_FIELD_VALUE'],
          message: 'VIFGeneric.address: expected a MAC address such as fa:16:3e:00:00:01, found 7',
        },
      }),
      expect.objectContaining({ where: 'mixed.json[2]', id: idOf(2) }),
      expect.not.objectContaining({ error: expect.anything() }),
    ]);
    expect(run.stderr.split('\n')).toEqual([
      expect.stringMatching(
        `^os-vif: ERR_OSVIF_FIELD_VALUE: mixed\\.json\\[1\\] \\(VIF ${idOf(1)}\\): VIFGeneric.address`,
      ),
      expect.stringMatching(
        `^os-vif: ERR_OSVIF_NO_MATCHING_PLUGIN: mixed\\.json\\[2\\] \\(VIF ${idOf(2)}\\): no plugin`,
      ),
      '',
    ]);
  });

  test('reads the other files after one that is missing, and exits with 2', async () => {
    const run = await osVif([...args, 'vif.json', 'missing.json', '--json']);
    expect(run.status).toBe(2);
    expect(run.json()).toEqual([
      expect.not.objectContaining({ error: expect.anything() }),
      expect.objectContaining({
        where: 'missing.json',
        error: { codes: ['ERR_OSVIF_INPUT'], message: 'the file does not exist' },
      }),
    ]);
    expect(run.stderr).toBe('os-vif: ERR_OSVIF_INPUT: missing.json: the file does not exist\n');
  });
});

test.each(['xml', 'show'])('%s gives the results of the valid VIFs, and names the others', async (verb) => {
  const run = await osVif([verb, 'mixed.json', 'missing.json', '--json']);
  expect(run.status).toBe(2);
  expect(run.json()).toMatchObject([
    expect.not.objectContaining({ error: expect.anything() }),
    { where: 'mixed.json[1]', id: idOf(1), error: { codes: ['ERR_OSVIF_FIELD_VALUE'] } },
    expect.not.objectContaining({ error: expect.anything() }),
    expect.not.objectContaining({ error: expect.anything() }),
    { where: 'missing.json', error: { codes: ['ERR_OSVIF_INPUT'] } },
  ]);
  expect(run.stderr).toContain(`mixed.json[1] (VIF ${idOf(1)}): VIFGeneric.address`);
});

test('xml as text has the elements of the valid VIFs', async () => {
  const { status, stdout } = await osVif(['xml', 'mixed.json']);
  expect(status).toBe(1);
  expect(stdout.match(/<target dev="tap\d"/g)).toEqual(['tap0', 'tap2', 'tap3'].map((name) => `<target dev="${name}"`));
});

test.each([
  ['convert', []],
  ['backport', ['--target', '1.0']],
])('%s prints nothing if one of several objects is invalid, and names each invalid one', async (verb, options) => {
  writeFileSync(join(osVif.folder, 'two-wrong.json'), JSON.stringify([tap(0), tap(1, { address: 7 }), 7]));
  const run = await osVif([verb, 'two-wrong.json', ...options]);
  expect([run.status, run.stdout]).toEqual([1, '']);
  expect(run.stderr).toContain(`two-wrong.json[1] (VIF ${idOf(1)}): VIFGeneric.address`);
  expect(run.stderr).toContain('two-wrong.json[2]: ');
});

test('validate gives the results of the readable files', async () => {
  const run = await osVif(['validate', 'vif.json', 'missing.json'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(run.status).toBe(2);
  expect(run.stdout).toContain('valid  vif.json: VIFGeneric\n');
  expect(run.stdout).toContain('os-vif: ERR_OSVIF_INPUT: missing.json: the file does not exist\n');
});

test('gc removes nothing if one VIF is invalid', async () => {
  const run = await osVif(['gc', 'mixed.json', '--memory']);
  expect([run.status, run.stdout]).toEqual([1, '']);
  expect(run.stderr).toContain(`mixed.json[1] (VIF ${idOf(1)}): VIFGeneric.address`);
});

test('VIFs that fail for the same reason share one message, which names all of them', async () => {
  const ovs = Array.from({ length: 12 }, (_, n) => ({
    type: 'VIFOpenVSwitch',
    id: idOf(n),
    address: '22:52:25:62:00:01',
    vif_name: `tap${n}`,
    bridge_name: 'br-int',
    plugin: 'ovs',
    network: { bridge: 'br-int' },
    port_profile: { type: 'VIFPortProfileOpenVSwitch', interface_id: idOf(n), create_port: true },
  }));
  const run = await osVif(['plug', '--memory', '--json'], { input: JSON.stringify(ovs) });
  expect(run.status).toBe(1);
  expect(run.json()).toHaveLength(12);
  const [first, second, ...more] = run.stderr.trimEnd().split('\n');
  expect(first).toMatch(
    /^os-vif: ERR_OSVIF_PLUG: standard input\[0\]: .*; describe the guest by --instance-uuid and --instance-name, by --instance, /,
  );
  expect(second).toMatch(
    /^os-vif: the same error for 11 more: standard input\[1\], .*standard input\[10\], and 1 more$/,
  );
  expect(more).toEqual([]);
});
