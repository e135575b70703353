/** Open vSwitch as the switch next to a host: docs/vif-types/macvtap.md, "Hairpin mode at the switch". */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probeReflectiveRelay } from '../../../src/entries/host.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';

test.skipIf(OVS_UNAVAILABLE)(
  'Open vSwitch sends a frame back to its port only by a flow with the action in_port',
  { timeout: 60_000 },
  async () => {
    const { netns, server, host } = await openOvsHost();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
    const bridge = ['add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev'];
    server.vsctl(...bridge, '--', 'add-port', 'br0', 'far0');
    expect(await probeReflectiveRelay(host, 'eth0')).toBe(false);

    const control = `unix:${join(server.folder, 'br0.mgmt')}`;
    netns.run('ovs-ofctl', 'add-flow', control, 'in_port=far0,priority=10,actions=normal,in_port');
    expect(await probeReflectiveRelay(host, 'eth0')).toBe(true);
  },
);
