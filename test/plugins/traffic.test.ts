import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { BridgedTapPlugin, bridgedTaps } from '../children/bridged-taps.ts';
import { makeSysfs } from '../host/fake-sysfs.ts';
import { attachMacvtap, attachTap, BROADCAST, type Wire } from '../host/frames.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { directVif, instance } from './vifs.ts';

const [MAC_A, MAC_B] = ['fa:16:3e:00:00:0a', 'fa:16:3e:00:00:0b'];

describe.skipIf(NETNS_UNAVAILABLE)('frames', () => {
  test('two TAPs on a bridge reach each other, and after an unplug they do not', async () => {
    const netns = await makeNetns();
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    const [a, b, c] = bridgedTaps(0, 3);
    if (!a || !b || !c) throw new Error('three VIFs were asked for');
    await osVif.plugAll([a, b, c]);
    const [wireA, wireB, wireC] = [
      await attachTap(netns, 'tap-0000000'),
      await attachTap(netns, 'tap-0000001'),
      await attachTap(netns, 'tap-0000002'),
    ];

    wireA.send(MAC_A, BROADCAST, 'from a to all');
    expect(await wireB.receives('from a to all')).toBe(true);
    wireB.send(MAC_B, MAC_A, 'from b to a');
    expect(await wireA.receives('from b to a')).toBe(true);

    await osVif.unplug(b.vif, b.instance);
    wireA.send(MAC_A, BROADCAST, 'anybody?');
    expect(await wireB.receives('anybody?')).toBe(false);
    expect(await wireC.receives('anybody?')).toBe(true);
    await osVif.unplug(a.vif, a.instance);
    expect(() => wireA.send(MAC_A, BROADCAST, 'still there')).toThrow();
  });

  describe('of two guests with macvtap devices on one NIC', () => {
    test.each([
      ['to one', MAC_B],
      ['to all', BROADCAST],
    ])(
      'in mode vepa, %s, leave on the wire and come back only while the port of the switch hairpins',
      async (_, to) => {
        const { a, b, switchSees, hairpin } = await twoGuests('vepa');
        a.send(MAC_A, to, 'no hairpin');
        expect(await switchSees('no hairpin')).toBe(true);
        expect(await b.receives('no hairpin')).toBe(false);
        await hairpin(true);
        a.send(MAC_A, to, 'hairpin');
        expect(await b.receives('hairpin')).toBe(true);
        await hairpin(false);
        a.send(MAC_A, to, 'no more');
        expect(await b.receives('no more')).toBe(false);
      },
    );

    test('in mode bridge arrive at once and never show on the wire', async () => {
      const { a, b, switchSees } = await twoGuests('bridge');
      a.send(MAC_A, MAC_B, 'between us');
      expect(await b.receives('between us')).toBe(true);
      expect(await switchSees('between us')).toBe(false);
    });

    test('do not arrive where guests are isolated, and no guest finds another even with hairpin', async () => {
      const { a, b, switchSees, hairpin } = await twoGuests('bridge', new MacvtapPlugin({ isolateGuests: true }));
      a.send(MAC_A, MAC_B, 'to b alone');
      expect(await switchSees('to b alone')).toBe(true);
      expect(await b.receives('to b alone')).toBe(false);
      // Kernel: macvlan_handle_frame() holds back what goes to all, such as the ARP request that has to come first.
      await hairpin(true);
      a.send(MAC_A, BROADCAST, 'who has b');
      expect(await switchSees('who has b')).toBe(true);
      expect(await b.receives('who has b')).toBe(false);
    });
  });
});

interface Guests {
  readonly a: Wire;
  readonly b: Wire;
  /** Whether such a frame leaves the host on the wire. */
  switchSees(content: string): Promise<boolean>;
  hairpin(on: boolean): Promise<void>;
}

/** eth0 is plugged into a switch, a bridge here, with a probe on another of its ports. */
async function twoGuests(mode: 'vepa' | 'bridge', plugin = new MacvtapPlugin()): Promise<Guests> {
  const netns = await makeNetns();
  await makeSwitch(netns);
  const sysfsRoot = await makeSysfs({ address: '0000:03:00.0', interfaces: ['eth0'] });
  const host = await LinuxHost.open({ netns: netns.path, sysfsRoot });
  onTestFinished(() => host.close());
  await using osVif = await OsVif.open({ host, plugins: [plugin] });
  for (const [i, address] of [MAC_A, MAC_B].entries()) {
    await osVif.plug(
      directVif({ id: `00000000-0000-4000-8000-00000000000${i}`, vifName: `mt${i}`, mode, address }),
      instance(),
    );
  }
  const [a, b, probe] = [
    await attachMacvtap(netns, 'mt0'),
    await attachMacvtap(netns, 'mt1'),
    await attachTap(netns, 'probe'),
  ];
  const port = await host.links.get('far0');
  return {
    a,
    b,
    switchSees: (content) => probe.receives(content),
    hairpin: (on) => host.links.change(port?.index ?? 0, { port: { hairpin: on } }),
  };
}

/** It learns no addresses, so that the probe sees every frame. */
async function makeSwitch(netns: Netns): Promise<void> {
  const ip = (...args: string[]) => netns.run('ip', ...args);
  ip('link', 'add', 'switch', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
  ip('tuntap', 'add', 'probe', 'mode', 'tap');
  for (const port of ['far0', 'probe']) ip('link', 'set', port, 'master', 'switch');
  for (const name of ['switch', 'eth0', 'far0', 'probe']) ip('link', 'set', name, 'up');
  ip('link', 'set', 'far0', 'type', 'bridge_slave', 'learning', 'off');
}
