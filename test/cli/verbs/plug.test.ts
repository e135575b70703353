import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();
const VIF_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('a VIF is plugged, checked and unplugged', async () => {
    const netns = await makeNetns();
    const at = ['vif.json', '--netns', netns.path];

    expect((await osVif(['check', ...at])).status).toBe(1);
    const plug = await osVif(['plug', ...at, '--instance', 'instance.json']);
    expect([plug.status, plug.json()]).toEqual([
      0,
      {
        where: 'vif.json',
        id: VIF_ID,
        type: 'VIFGeneric',
        plugin: 'tap',
        device: 'tapdc065497-3c',
        outcome: 'plugged',
        changed: true,
        steps: [{ action: 'create', element: 'tap tapdc065497-3c', on: 'tapdc065497-3c' }],
      },
    ]);
    expect(netns.links()).toMatchObject([
      { ifname: 'tapdc065497-3c', mtu: 1450, address: '00:61:fe:ed:ca:fe', ifalias: `os-vif:${VIF_ID}` },
    ]);
    const check = await osVif(['check', ...at]);
    expect([check.status, check.json()]).toEqual([0, { where: 'vif.json', id: VIF_ID, drifts: [] }]);

    netns.run('ip', 'link', 'set', 'tapdc065497-3c', 'mtu', '1400');
    const drifted = await osVif(['check', ...at], { terminal: true, env: { NO_COLOR: '1' } });
    expect(drifted.status).toBe(1);
    expect(drifted.stdout).toMatch(/^differs +tap tapdc065497-3c +tapdc065497-3c +mtu +1450 +1400$/m);

    const dry = await osVif(['unplug', ...at, '--dry-run']);
    expect(dry.json()).toEqual({ where: 'vif.json', id: VIF_ID, removals: [{ kind: 'tap', name: 'tapdc065497-3c' }] });
    expect(netns.links()).toHaveLength(1);
    expect((await osVif(['unplug', ...at])).status).toBe(0);
    expect(netns.links()).toEqual([]);
  });

  test('of several VIFs each is told of; one that fails keeps none of the others, and makes the answer no', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'tapdc065497-3c', 'type', 'bridge');
    const run = await osVif(['plug', 'vifs.yaml', '--netns', netns.path]);
    expect(run.status).toBe(1);
    expect(run.json()).toMatchObject([
      { id: VIF_ID, outcome: 'failed', error: { codes: ['ERR_OSVIF_PLUG', 'ERR_OSVIF_FOREIGN_LINK'] } },
      { type: 'VIFBridge', outcome: 'plugged' },
    ]);
    expect(run.stderr).toMatch(/^os-vif: ERR_OSVIF_PLUG: vifs.yaml\[0\]: .*tapdc065497-3c/);
    expect(netns.links().map(({ ifname }) => ifname)).toContain('brq0');
  });

  test('a terminal sees a table of outcomes and, of many VIFs, a bar', async () => {
    const netns = await makeNetns();
    const vifs = Array.from({ length: 12 }, (_, i) => ({
      type: 'VIFGeneric',
      id: `dc065497-3c8d-4f44-8fb4-e1d33c16a5${i + 10}`,
      vif_name: `tap${i}`,
      plugin: 'tap',
      network: {},
    }));
    writeFileSync(join(osVif.folder, 'many.json'), JSON.stringify(vifs));
    const plug = await osVif(['plug', 'many.json', '--netns', netns.path], { terminal: true });
    expect(plug.stdout).toContain('plugging ');
    expect(plug.stdout).toContain('0/12');
    expect(plug.stdout.match(/plugged/g)).toHaveLength(12);
    const gc = await osVif(['gc', '-', '--netns', netns.path, '--json'], { input: '[]' });
    expect(gc.json()).toHaveLength(12);
    expect(netns.links()).toEqual([]);
  });

  test('--dry-run tells what would be done and does nothing', async () => {
    const netns = await makeNetns();
    const { status, json } = await osVif(['plug', 'vif.json', '--dry-run', '--netns', netns.path]);
    expect([status, json()]).toMatchObject([0, { steps: [{ action: 'create', on: 'tapdc065497-3c' }] }]);
    expect(netns.links()).toEqual([]);
  });

  test('--timeout ends a plug that waits, and takes it back', async () => {
    const netns = await makeNetns();
    const silent = createServer(() => {});
    const socket = join(osVif.folder, 'slow.sock');
    await new Promise<void>((resolve) => silent.listen(socket, resolve));
    onTestFinished(() => void silent.close());
    const run = await osVif([
      'plug',
      'hybrid.json',
      '--netns',
      netns.path,
      '--ovsdb',
      `unix:${socket}`,
      '--timeout',
      '0.5',
    ]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('ERR_OSVIF_PLUG');
    expect(netns.links()).toEqual([]);
  });

  test('without privileges the answer says what is needed', async () => {
    const netns = await makeNetns();
    const run = await osVif(['plug', 'vif.json'], { inside: netns, as: 'nobody' });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/run this as root/);
    expect(run.json()).toMatchObject({ outcome: 'failed' });
  });

  test.each([
    ['a namespace that is not there', ['vif.json', '--netns', 'nowhere'], 1, 'ERR_OSVIF_NAMESPACE'],
    ['a connection string that is none', ['vif.json', '--ovsdb', 'http://x'], 2, '--ovsdb: expected unix:/path'],
    ['TLS without certificates', ['vif.json', '--ovsdb', 'ssl:192.0.2.1'], 2, 'needs `ovsdb.tls` in the configuration'],
  ])('%s is refused', async (_, args, status, text) => {
    const run = await osVif(['plug', ...args], { inside: await makeNetns() });
    expect([run.status, run.stdout]).toEqual([status, '']);
    expect(run.stderr).toContain(text);
  });
});

test.each([
  ['a plugin that is not there', '{ type: VIFGeneric, id: %, plugin: tpa }', 1, 'ERR_OSVIF_NO_MATCHING_PLUGIN'],
  [
    'a VIF without a plugin',
    '{ type: VIFGeneric, id: % }',
    1,
    `ERR_OSVIF_UNSET_FIELD: standard input (VIF ${VIF_ID}): VIFGeneric: plugin must be set`,
  ],
  ['what is no VIF', '{ type: Network }', 1, 'expected a VIF, such as VIFBridge or VIFGeneric, found "Network"'],
  [
    'a VIF given twice',
    '[{ type: VIFGeneric, id: %, plugin: tap }, { type: VIFGeneric, id: %, plugin: tap }]',
    1,
    'standard input[1]: id: expected another id than that of standard input[0]',
  ],
])('%s is refused', async (_, input, status, text) => {
  const run = await osVif(['plug', '--memory'], { input: input.replaceAll('%', VIF_ID) });
  expect(run.status).toBe(status);
  expect(run.stderr).toContain(text);
});

test.each([
  ['a UUID that is none', ['--instance-uuid', 'x'], 2, 'ERR_OSVIF_USAGE: --instance-uuid: expected a UUID'],
  ['a time that is none', ['--timeout', 'soon'], 2, 'Expected seconds'],
  ['two hosts', ['--netns', 'x'], 2, '--memory cannot be combined'],
])('%s is refused', async (_, options, status, text) => {
  const run = await osVif(['plug', 'vif.json', '--memory', ...options]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});

test('what a plug does not wait for is noted, in JSON and for people', async () => {
  const profile = { type: 'VIFPortProfileOpenVSwitch', interface_id: VIF_ID, profile_id: '', datapath_type: 'netdev' };
  const vif = {
    type: 'VIFOpenVSwitch',
    id: VIF_ID,
    plugin: 'ovs',
    address: 'fa:16:3e:4a:5b:6c',
    vif_name: 'tap0',
    bridge_name: 'br-int',
    network: { type: 'Network', id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int' },
    port_profile: profile,
  };
  writeFileSync(join(osVif.folder, 'native.json'), JSON.stringify(vif));
  writeFileSync(join(osVif.folder, 'ovn.yaml'), 'plugins: { ovs: { waitFor: ovn-installed } }\n');
  const args = ['plug', 'native.json', '--instance', 'instance.json', '--config', 'ovn.yaml', '--memory'];
  const note = /did not wait for ovn-controller: the hypervisor makes the device of port tap0 later/;

  const { status, json, stderr } = await osVif([...args, '--json']);
  expect([status, json(), stderr]).toEqual([
    0,
    expect.objectContaining({ outcome: 'plugged', notes: [expect.stringMatching(note)] }),
    '',
  ]);
  const { stdout } = await osVif(args, { terminal: true, env: { NO_COLOR: '1' }, columns: 300 });
  expect(stdout).toMatch(new RegExp(`^os-vif: warning: ${VIF_ID}: ${note.source}`, 'm'));
});
