import { expect, test } from 'vitest';
import type { Attachment } from '../../src/call-options.ts';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { directVif, instance } from './vifs.ts';

test.skipIf(NETNS_UNAVAILABLE)(
  'two hosts that plug 40 isolated guests on one device at once get all their filters; unplugged, nothing is left',
  { timeout: 60_000 },
  async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    await using first = await LinuxHost.open({ netns: netns.path });
    await using second = await LinuxHost.open({ netns: netns.path });
    const plugins = [new MacvtapPlugin({ isolateGuests: true })];
    const [one, other] = [await OsVif.open({ host: first, plugins }), await OsVif.open({ host: second, plugins })];
    const [mine, theirs] = [isolatedGuests(0, 20), isolatedGuests(20, 20)];

    await Promise.all([one.plugAll(mine), other.plugAll(theirs)]);
    expect(await first.ingress.list()).toHaveLength(40);
    for (const { vif, instance } of [...mine, ...theirs]) expect(await one.check(vif, instance)).toEqual([]);

    await Promise.all([one.unplugAll(mine), other.unplugAll(theirs)]);
    expect(netns.run('nft', 'list', 'ruleset')).toBe('');
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['far0', 'eth0']);
  },
);

function isolatedGuests(first: number, count: number): Attachment[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(first + i).padStart(2, '0');
    const vif = directVif({
      id: `00000000-0000-4000-8000-0000000000${number}`,
      vifName: `mt${number}`,
      mode: 'bridge',
      address: `fa:16:3e:00:00:${number}`,
      devAddress: undefined,
      network: new Network({ bridgeInterface: 'eth0' }),
    });
    return { vif, instance: instance() };
  });
}
