import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('to a target version, what came later is left out', async () => {
  const { status, json, stdout } = await osVif(['backport', 'network.json', '--target', '1.0']);
  expect(status).toBe(0);
  expect(json()).toMatchObject({ 'versioned_object.name': 'Network', 'versioned_object.version': '1.0' });
  expect(stdout).not.toContain('mtu');
});

test("by a peer's manifest, children go along", async () => {
  const { json } = await osVif(['backport', 'vif.json', '--manifest', 'manifest.json']);
  expect(json()).toMatchObject({
    'versioned_object.data': {
      network: { 'versioned_object.version': '1.0' },
      port_profile: { 'versioned_object.version': '1.0' },
    },
  });
});

test('for a host, in the newest versions that it takes', async () => {
  const { stdout } = await osVif(['host-info']);
  const older = stdout.replaceAll('"max_version": "1.1"', '"max_version": "1.0"');
  writeFileSync(join(osVif.folder, 'older-host.json'), older);
  const { json } = await osVif(['backport', 'vif.json', '--for', 'older-host.json']);
  expect(json()).toMatchObject({ 'versioned_object.data': { port_profile: { 'versioned_object.version': '1.0' } } });
});

test('a field that the host cannot get is named in a warning, or refused', async () => {
  const vif = {
    type: 'VIFOpenVSwitch',
    id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
    plugin: 'ovs',
    port_profile: { type: 'VIFPortProfileOpenVSwitch', create_port: true },
  };
  const { stdout } = await osVif(['host-info']);
  writeFileSync(
    join(osVif.folder, 'first-profiles.json'),
    stdout.replaceAll('"max_version": "1.4"', '"max_version": "1.0"'),
  );
  const args = ['backport', '--for', 'first-profiles.json'];
  const warned = await osVif(args, { input: JSON.stringify(vif) });
  expect([warned.status, warned.stderr]).toEqual([
    0,
    'os-vif: warning: standard input: port_profile.create_port is left out, because VIFPortProfileOpenVSwitch 1.0 does not have it\n',
  ]);
  expect(warned.stdout).not.toContain('create_port');
  const refused = await osVif([...args, '--refuse-loss'], { input: JSON.stringify([vif]) });
  expect([refused.status, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('ERR_OSVIF_NEGOTIATION_LOSS: standard input[0] (VIF ');
});

test.each([
  [
    'a refusal of loss without a host',
    ['vif.json', '--target', '1.0', '--refuse-loss'],
    2,
    '--refuse-loss needs --for',
  ],
  ['nobody to write for', ['vif.json'], 2, '--target <version>, --manifest <file> and --for <file>'],
  [
    'a version that is newer than the object',
    ['vif.json', '--target', '9.0'],
    1,
    'ERR_OSVIF_TARGET_VERSION: vif.json (VIF ',
  ],
  [
    'a version that is none',
    ['vif.json', '--target', '1.x'],
    2,
    '--target: expected a version such as 1.0, found "1.x"',
  ],
  ['a manifest with a number', ['vif.json', '--manifest', 'numbers.json'], 1, 'a version in quotes'],
  ['a host info that is none', ['vif.json', '--for', 'network.json'], 1, 'network.json: '],
  ['a host info for what is no VIF', ['network.json', '--for', 'host-info.json'], 2, '--for takes VIFs'],
  [
    'a host without the plugin',
    ['vif.json', '--for', 'no-tap.json'],
    1,
    'ERR_OSVIF_NEGOTIATION: vif.json (VIF dc065497-3c8d-4f44-8fb4-e1d33c16a536): the host has no plugin tap',
  ],
])('%s is refused', async (_, args, status, text) => {
  writeFileSync(join(osVif.folder, 'numbers.json'), '{"Network": 1.0}');
  writeFileSync(join(osVif.folder, 'no-tap.json'), '{"type": "HostInfo", "plugin_info": []}');
  const run = await osVif(['backport', ...args]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});
