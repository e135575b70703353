import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OVS_UNAVAILABLE, openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

describe.skipIf(OVS_UNAVAILABLE)('with Open vSwitch', () => {
  test('a hybrid VIF goes from the kernel and the database, after a dry run that told just that', async () => {
    const { netns, server } = await openOvsHost({ withSwitch: false });
    writeFileSync(
      join(osVif.folder, 'ovs.yaml'),
      `ovsdb: { connection: "${server.connection}" }\nnetns: ${netns.path}\nplugins: { ovs: { waitFor: none } }\n`,
    );
    const at = ['hybrid.json', '--config', 'ovs.yaml'];
    const plug = await osVif(['plug', ...at]);
    expect([plug.status, plug.stderr]).toEqual([0, '']);
    expect(server.vsctl('list-ports', 'br-int')).toContain('qvodc065497-3c');

    const dry = await osVif(['unplug', ...at, '--dry-run']);
    expect(dry.json()).toMatchObject({
      removals: expect.arrayContaining([
        { kind: 'ovs port', name: 'qvodc065497-3c' },
        { kind: 'veth', name: 'qvbdc065497-3c' },
        { kind: 'bridge', name: 'qbrdc065497-3c' },
      ]),
    });
    expect((await osVif(['check', ...at])).status).toBe(0);

    expect((await osVif(['unplug', ...at])).status).toBe(0);
    expect(server.vsctl('list-ports', 'br-int')).not.toContain('qvo');
    expect(netns.links()).toEqual([]);
    expect((await osVif(['doctor', '--need', 'ovsdb', '--ovsdb', server.connection], { inside: netns })).status).toBe(
      0,
    );
  });
});

test('an unplug of what was never plugged is fine', async () => {
  const { status, json } = await osVif(['unplug', 'vifs.yaml', '--memory']);
  expect([status, json()]).toMatchObject([0, [{ outcome: 'unplugged' }, { outcome: 'unplugged' }]]);
});

test('a dry run that finds nothing says so', async () => {
  const { stdout } = await osVif(['unplug', 'vif.json', '--memory', '--dry-run'], { terminal: true });
  expect(stdout).toBe('nothing to remove\n');
});

test('a VIF with a name that no device can have is unplugged', async () => {
  const input =
    '{ type: VIFGeneric, id: dc060003-3c8d-4f44-8fb4-e1d33c16a536, vif_name: toolongnameforalinux, plugin: tap }';
  const { status, stderr, json } = await osVif(['unplug', '--memory'], { input });
  expect([status, stderr, json()]).toMatchObject([0, '', { outcome: 'unplugged' }]);
});
