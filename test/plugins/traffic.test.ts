import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import type { ElementDrift } from '../../src/wiring/elements/verbs.ts';
import { BridgedTapPlugin, bridgedTaps } from '../children/bridged-taps.ts';
import { makeSysfs } from '../host/fake-sysfs.ts';
import { attachMacvtap, attachTap, BROADCAST, untilCarried, type Wire } from '../host/frames.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { makeSwitch, makeWire } from './switch.ts';
import { directVif, instance } from './vifs.ts';

const MACS = ['fa:16:3e:00:00:0a', 'fa:16:3e:00:00:0b', 'fa:16:3e:00:00:0c'] as const;
const [MAC_A, MAC_B, MAC_C] = MACS;
const MAC_OUTSIDE = 'fa:16:3e:00:00:ff';

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
    for (const wire of [wireB, wireC]) await untilCarried(wireA, MAC_A, wire);

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
        const { a, b, switchSees, hairpin } = await guests('vepa');
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
      const { a, b, switchSees } = await guests('bridge');
      a.send(MAC_A, MAC_B, 'between us');
      expect(await b.receives('between us')).toBe(true);
      expect(await switchSees('between us')).toBe(false);
    });

    describe('where guests are isolated', () => {
      test.each([
        ['to one', MAC_B],
        ['to all', BROADCAST],
      ])('%s, leave on the wire and do not arrive, even with hairpin', async (_, to) => {
        const { a, b, switchSees, hairpin } = await isolatedGuests();
        for (const on of [false, true]) {
          await hairpin(on);
          a.send(MAC_A, to, `hairpin ${on}`);
          expect(await switchSees(`hairpin ${on}`)).toBe(true);
          expect(await b.receives(`hairpin ${on}`)).toBe(false);
        }
      });

      test('from a station elsewhere arrive', async () => {
        const { b, probe, hairpin } = await isolatedGuests();
        await hairpin(true);
        for (const to of [MAC_B, BROADCAST]) {
          probe.send(MAC_OUTSIDE, to, `to ${to}`);
          expect(await b.receives(`to ${to}`)).toBe(true);
        }
      });

      test('of a guest that is unplugged may come from elsewhere; the others stay apart', async () => {
        const { a, c, probe, switchSees, hairpin, unplug } = await isolatedGuests(3);
        await hairpin(true);
        probe.send(MAC_B, MAC_C, 'as long as b is here');
        expect(await c.receives('as long as b is here')).toBe(false);
        await unplug(1);
        probe.send(MAC_B, MAC_C, 'b has moved to another host');
        expect(await c.receives('b has moved to another host')).toBe(true);
        a.send(MAC_A, MAC_C, 'from a');
        expect(await switchSees('from a')).toBe(true);
        expect(await c.receives('from a')).toBe(false);
      });

      test('arrive once somebody flushes the rules; check says so, and a plug keeps them apart again', async () => {
        const { netns, a, b, hairpin, check, plug } = await isolatedGuests();
        await hairpin(true);
        netns.run('nft', 'flush', 'ruleset');
        a.send(MAC_A, MAC_B, 'no rules');
        expect(await b.receives('no rules')).toBe(true);
        expect(await check(0)).toEqual([{ element: `source-mac-filter ${MAC_A}`, type: 'missing', on: MAC_A }]);
        await plug(0);
        expect(await check(0)).toEqual([]);
        a.send(MAC_A, MAC_B, 'rules again');
        expect(await b.receives('rules again')).toBe(false);
      });

      test('do not arrive on a device that went and came back under the same name', async () => {
        const { netns, probe, plug, check, hairpin } = await isolatedGuests();
        netns.run('ip', 'link', 'delete', 'eth0');
        makeWire(netns);
        for (const i of [0, 1]) await plug(i);
        expect(await check(0)).toEqual([]);
        const [a, b] = [await attachMacvtap(netns, 'mt0'), await attachMacvtap(netns, 'mt1')];
        for (const guest of [a, b]) await untilCarried(probe, MAC_OUTSIDE, guest);
        await hairpin(true);
        a.send(MAC_A, MAC_B, 'to b');
        expect(await b.receives('to b')).toBe(false);
        b.send(MAC_B, BROADCAST, 'to all');
        expect(await a.receives('to all')).toBe(false);
      });

      test('leave no rule behind when all are unplugged', async () => {
        const { netns, unplug } = await isolatedGuests();
        expect(netns.run('nft', 'list', 'ruleset')).toContain(MAC_A);
        for (const i of [0, 1]) await unplug(i);
        expect(netns.run('nft', 'list', 'ruleset')).toBe('');
      });
    });
  });
});

interface Guests {
  readonly netns: Netns;
  readonly a: Wire;
  readonly b: Wire;
  /** The same as b where there are two. */
  readonly c: Wire;
  /** A station elsewhere on the switch. */
  readonly probe: Wire;
  /** Whether such a frame leaves the host on the wire. */
  switchSees(content: string): Promise<boolean>;
  hairpin(on: boolean): Promise<void>;
  plug(guest: number): Promise<unknown>;
  unplug(guest: number): Promise<unknown>;
  check(guest: number): Promise<ElementDrift[]>;
}

function isolatedGuests(count = 2): Promise<Guests> {
  return guests('bridge', new MacvtapPlugin({ isolateGuests: true }), count);
}

/** eth0 is plugged into a switch, a bridge here, with a probe on another of its ports. */
async function guests(mode: 'vepa' | 'bridge', plugin = new MacvtapPlugin(), count = 2): Promise<Guests> {
  const netns = await makeNetns();
  makeSwitch(netns);
  const sysfsRoot = await makeSysfs({ address: '0000:03:00.0', interfaces: ['eth0'] });
  const host = await LinuxHost.open({ netns: netns.path, sysfsRoot });
  onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host, plugins: [plugin] });
  const vif = (i: number) =>
    directVif({ id: `00000000-0000-4000-8000-00000000000${i}`, vifName: `mt${i}`, mode, address: MACS[i] });
  for (let i = 0; i < count; i++) await osVif.plug(vif(i), instance());
  const [a, b] = [await attachMacvtap(netns, 'mt0'), await attachMacvtap(netns, 'mt1')];
  const c = count > 2 ? await attachMacvtap(netns, 'mt2') : b;
  const probe = await attachTap(netns, 'probe');
  for (const guest of [a, b, c]) await untilCarried(probe, MAC_OUTSIDE, guest);
  return {
    netns,
    a,
    b,
    c,
    probe,
    switchSees: (content) => probe.receives(content),
    hairpin: async (on) => {
      const port = await host.links.get('far0');
      await host.links.change(port?.index ?? 0, { port: { hairpin: on } });
    },
    plug: (i) => osVif.plug(vif(i), instance()),
    unplug: (i) => osVif.unplug(vif(i), instance()),
    check: (i) => osVif.check(vif(i), instance()),
  };
}
