/** Frames between guests in modes vepa, bridge (VEB) and private (PEPA) on one uplink, counted at guests and switch. */
import { expect, onTestFinished, test } from 'vitest';
import { asPrivateGuest, LinuxHost, OsVif } from '../../src/entries/host.ts';
import { Network } from '../../src/objects/network.ts';
import { attachMacvtap, attachTap, BROADCAST, untilCarried, type Wire } from '../host/frames.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { makeSwitch } from './switch.ts';
import { directVif, instance } from './vifs.ts';

const MODES = ['vepa', 'vepa', 'bridge', 'bridge', 'private', 'private'] as const;
type Mode = (typeof MODES)[number];
const OUTSIDE = 'fa:16:3e:00:00:ff';

/** How often the switch sees a frame, and how often its receiver gets it: without and with hairpin at the switch. */
interface Counts {
  readonly onWire: number;
  readonly arrived: readonly [withoutHairpin: number, withHairpin: number];
}

const DIRECTLY: Counts = { onWire: 0, arrived: [1, 1] };
const DIRECTLY_AND_OUT: Counts = { onWire: 1, arrived: [1, 1] };
const THROUGH_THE_SWITCH: Counts = { onWire: 1, arrived: [0, 1] };
const DROPPED_ON_RETURN: Counts = { onWire: 1, arrived: [0, 0] };
const DROPPED_ON_EXIT: Counts = { onWire: 0, arrived: [0, 0] };

type Table = Readonly<Record<Mode, Readonly<Record<Mode, Counts>>>>;

const TO_ONE: Table = {
  vepa: { vepa: THROUGH_THE_SWITCH, bridge: THROUGH_THE_SWITCH, private: DROPPED_ON_EXIT },
  bridge: { vepa: THROUGH_THE_SWITCH, bridge: DIRECTLY, private: DROPPED_ON_EXIT },
  private: { vepa: DROPPED_ON_RETURN, bridge: DROPPED_ON_RETURN, private: DROPPED_ON_RETURN },
};
const TO_ALL: Table = {
  vepa: { vepa: THROUGH_THE_SWITCH, bridge: THROUGH_THE_SWITCH, private: DROPPED_ON_RETURN },
  bridge: { vepa: THROUGH_THE_SWITCH, bridge: DIRECTLY_AND_OUT, private: DROPPED_ON_RETURN },
  private: { vepa: DROPPED_ON_RETURN, bridge: DROPPED_ON_RETURN, private: DROPPED_ON_RETURN },
};

test.skipIf(NETNS_UNAVAILABLE)(
  'all pairs of guests in modes vepa, bridge and private, with and without hairpin at the switch',
  { timeout: 60_000 },
  async () => {
    const { guests, probe, hairpin } = await guestsOnOneUplink();
    for (const [state, isHairpin] of [false, true].entries()) {
      await hairpin(isHairpin);
      for (const from of guests) {
        for (const to of guests) if (to !== from) from.wire.send(from.mac, to.mac, `${from.name} to ${to.name}`);
        from.wire.send(from.mac, BROADCAST, `${from.name} to all`);
      }
      const onWire = countsOf(await probe.takeAll());
      for (const to of guests) {
        const arrived = countsOf(await to.wire.takeAll());
        for (const from of guests.filter((each) => each !== to)) {
          const [one, all] = [TO_ONE[from.mode][to.mode], TO_ALL[from.mode][to.mode]];
          const where = `${from.mode} ${from.name} to ${to.mode} ${to.name}, hairpin ${isHairpin}`;
          const found = {
            onWire: onWire(`${from.name} to ${to.name}`),
            arrived: arrived(`${from.name} to ${to.name}`),
          };
          expect.soft(found, where).toEqual({ onWire: one.onWire, arrived: one.arrived[state] });
          const broadcast = { onWire: onWire(`${from.name} to all`), arrived: arrived(`${from.name} to all`) };
          expect.soft(broadcast, `${where}, broadcast`).toEqual({ onWire: all.onWire, arrived: all.arrived[state] });
        }
        expect(arrived(`${to.name} to all`), `${to.name} gets its own frame back`).toBe(0);
      }
    }
  },
);

test.skipIf(NETNS_UNAVAILABLE)('a station elsewhere and each guest reach each other', async () => {
  const { guests, probe, hairpin } = await guestsOnOneUplink();
  await hairpin(true);
  for (const { name, mac, wire } of guests) {
    probe.send(OUTSIDE, mac, `to ${name}`);
    wire.send(mac, OUTSIDE, `from ${name}`);
  }
  probe.send(OUTSIDE, BROADCAST, 'to all');
  const back = countsOf(await probe.takeAll());
  for (const { name, wire } of guests) {
    const arrived = countsOf(await wire.takeAll());
    expect([arrived(`to ${name}`), arrived('to all'), back(`from ${name}`)]).toEqual([1, 1, 1]);
  }
});

function countsOf(contents: readonly string[]): (content: string) => number {
  return (content) => contents.filter((each) => each === content).length;
}

interface Guest {
  readonly name: string;
  readonly mode: Mode;
  readonly mac: string;
  readonly wire: Wire;
}

/** Two guests in each mode, plugged by one plugin. `probe` is on another port of the switch. */
async function guestsOnOneUplink() {
  const netns = await makeNetns();
  makeSwitch(netns);
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host });
  const guests: Guest[] = [];
  const probe = await attachTap(netns, 'probe');
  for (const [i, mode] of MODES.entries()) {
    const [name, mac] = [`mt${i}`, `fa:16:3e:00:00:0${i}`];
    const vif = directVif({
      id: `00000000-0000-4000-8000-00000000000${i}`,
      vifName: name,
      address: mac,
      devAddress: undefined,
      mode: mode === 'bridge' ? 'bridge' : 'vepa',
      network: new Network({ bridgeInterface: 'eth0' }),
    });
    await osVif.plug(mode === 'private' ? asPrivateGuest(vif) : vif, instance());
    guests.push({ name, mode, mac, wire: await attachMacvtap(netns, name) });
  }
  for (const { wire } of guests) await untilCarried(probe, OUTSIDE, wire);
  for (const { wire } of guests) await wire.takeAll();
  const port = await host.links.get('far0');
  const hairpin = (on: boolean) => host.links.change(port?.index ?? 0, { port: { hairpin: on } });
  return { guests, probe, hairpin };
}
