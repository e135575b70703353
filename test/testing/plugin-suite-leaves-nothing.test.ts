/** `describeVIFPlugin` on a host that its user keeps: one network namespace for all tests. */

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { aliasOf, SHARED_OWNER } from '../../src/host-contract/ownership.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { describeVIFPlugin } from '../../src/testing/describe-vif-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { bridgeVif, tapVif } from '../plugins/vifs.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on a host that stays', () => {
  let netns: Netns;
  let endNetns = () => {};
  let [opened, closed] = [0, 0];
  let linksBefore: unknown;
  let socketsBefore = 0;

  beforeAll(async () => {
    netns = await makeNetns((end) => {
      endNetns = end;
    });
    netns.run('ip', 'tuntap', 'add', 'of-another', 'mode', 'tap');
    netns.run('ip', 'link', 'set', 'of-another', 'alias', aliasOf('6a4f1c5e-90ea-4b6e-8c1f-6b0f2a2c7d11'));
    netns.run('ip', 'link', 'set', 'of-another', 'mtu', '1400', 'up');
    netns.run('ip', 'link', 'add', 'shared0', 'mtu', '1420', 'type', 'bridge');
    netns.run('ip', 'link', 'set', 'shared0', 'up', 'alias', aliasOf(SHARED_OWNER));
    linksBefore = links(netns);
    socketsBefore = readdirSync('/proc/self/fd').length;
  });

  async function host(): Promise<LinuxHost> {
    const made = await LinuxHost.open({ netns: netns.path });
    opened++;
    const close = made.close.bind(made);
    made.close = async () => {
      closed++;
      await close();
    };
    return made;
  }

  describeVIFPlugin(new TapPlugin(), { vif: tapVif, host });
  describeVIFPlugin(new LinuxBridgePlugin(), { vif: bridgeVif, host });

  afterAll(() => endNetns());
  afterAll(() => {
    expect(opened).toBeGreaterThan(20);
    expect(closed).toBe(opened);
    expect(links(netns)).toEqual(linksBefore);
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(socketsBefore + opened);
  });
});

/** The devices with the settings that the suite changes on its own devices. */
function links(netns: Netns): unknown {
  return netns.links().map(({ ifname, ifalias, mtu, flags }) => ({ ifname, ifalias, mtu, isUp: flags.includes('UP') }));
}
