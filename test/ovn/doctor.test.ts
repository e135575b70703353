/** `os-vif doctor` on a chassis of a real OVN. */

import { describe, expect, test } from 'vitest';
import { commandUnderTest } from '../cli/command.ts';
import { openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { OVN_UNAVAILABLE, startOvn } from './ovn-central.ts';

const osVif = commandUnderTest();

describe.skipIf(OVN_UNAVAILABLE)('doctor', () => {
  test('says what a host lacks to be a chassis, and whether ovn-controller answers', { timeout: 120_000 }, async () => {
    const host = await openOvsHost();
    const examine = async (folder: string) => {
      const args = ['doctor', '--ovsdb', host.server.connection, '--need', 'ovn', '--json'];
      const run = await osVif(args, { inside: host.netns, env: { OVN_RUNDIR: folder } });
      const findings = run.json();
      const found: unknown = Array.isArray(findings) ? findings.find(({ name }) => name === 'ovn') : undefined;
      return { status: run.status, found };
    };
    expect(await examine('/nowhere')).toMatchObject({
      status: 1,
      found: { state: 'no', what: expect.stringContaining('system-id, ovn-remote, ovn-encap-type, ovn-encap-ip') },
    });

    const controller = await (await startOvn()).addChassis('chassis-1', host);
    expect(await examine(controller.folder)).toMatchObject({
      status: 0,
      found: { state: 'yes', what: expect.stringMatching(/chassis chassis-1 of unix:.*\(geneve at 127.0.0.1\)/) },
    });

    controller.stop();
    expect(await examine(controller.folder)).toMatchObject({
      status: 1,
      found: {
        state: 'no',
        what: expect.stringMatching(/; ovn-controller hangs: no answer on .*ovn-controller.\d+.ctl within 3 s$/),
        advice: expect.stringContaining('restart'),
      },
    });

    await controller.kill();
    expect(await examine(controller.folder)).toMatchObject({
      status: 1,
      found: { state: 'no', what: expect.stringContaining('does not answer') },
    });
    expect(await examine('/nowhere')).toMatchObject({ found: { what: expect.stringContaining('no control socket') } });
  });
});
