/** Why OvsPlugin does not guard with flows: under OVN, flows of other programs do not stay. */

import { describe, expect, test } from 'vitest';
import { openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { OVN_UNAVAILABLE, startOvn } from './ovn-central.ts';

const COOKIE = '0x6f737669';

describe.skipIf(OVN_UNAVAILABLE)('br-int of OVN', () => {
  test('has the fail mode secure and no controller, and loses flows of others', { timeout: 120_000 }, async () => {
    const host = await openOvsHost();
    const { netns, server } = host;
    const controller = await (await startOvn()).addChassis('chassis-1', host);
    const ofctl = (verb: string, ...args: string[]) =>
      netns.run('ovs-ofctl', '--timeout=10', verb, `unix:${server.folder}/br-int.mgmt`, ...args);
    const flows = (match: string) => ofctl('dump-flows', match).split('\n').length - 1;
    await expect.poll(() => flows('table=0'), { timeout: 20_000 }).toBeGreaterThan(0);
    expect([server.vsctl('get-fail-mode', 'br-int'), server.vsctl('get-controller', 'br-int')]).toEqual(['secure', '']);

    ofctl('add-flow', `cookie=${COOKIE},priority=65000,in_port=7,actions=drop`);
    expect(ofctl('dump-flows', `cookie=${COOKIE}/-1`)).toContain('in_port=7');
    await controller.kill();
    await controller.start();
    await expect.poll(() => ofctl('dump-flows', `cookie=${COOKIE}/-1`), { timeout: 60_000 }).not.toContain('in_port=7');
  });
});
