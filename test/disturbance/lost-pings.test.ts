/** The pings that a guest loses while the library works: docs/steadiness.md. `npm run pings` runs this. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { openTap } from '../host/frames.ts';
import { EVERYTHING, helperOf } from '../host/remote/helper-host.ts';
import { TAP } from '../plugins/ovs/ovs-vifs.ts';
import { startPing } from '../plugins/ping.ts';
import { instance } from '../plugins/vifs.ts';
import { GUEST } from '../source-guard/frames.ts';
import { startGuest, untilAnswered } from '../source-guard/normal-guest.ts';
import { PLUGINS, type Place, WAYS, type Way } from './ways.ts';

/** What scripts/lost-pings.mjs reads. */
declare module 'vitest' {
  interface TaskMeta {
    way?: string;
    /** Lost pings, one each 10 ms, by the name of the step. */
    losses?: Record<string, number>;
  }
}

/** A busy machine may lose a ping by itself, but not three times. */
const ATTEMPTS = 3;

type Step = () => Promise<unknown>;

describe.each(WAYS)('$title', (way) => {
  test('a guest loses pings in no step but a restart of ovs-vswitchd', { timeout: 180_000 }, async ({
    task: { meta },
  }) => {
    const place = await way.open();
    const osVif = await OsVif.open({ host: place.host, plugins: PLUGINS });
    onTestFinished(() => osVif.close());
    await osVif.plug(way.vif, instance());
    // The hypervisor makes the TAP if the plug has not made it.
    const guest = await startGuest(await openTap(place.netns, TAP, { offloads: true }));
    way.connect(place, guest.netns);
    await untilAnswered(place.peer, GUEST.ip4);

    const losses: Record<string, number> = {};
    Object.assign(meta, { way: way.title, losses });
    for (const [name, step] of Object.entries(stepsOf(way, place, osVif))) losses[name] = await leastLoss(place, step);
    expect(losses).toEqual(Object.fromEntries(Object.keys(losses).map((name) => [name, 0])));

    const { restartSwitch } = place;
    if (restartSwitch === undefined) return;
    losses['restart of ovs-vswitchd'] = await lossOf(place, restartSwitch);
    // Without a switch no frame passes, so the count shows that losses are noticed.
    expect(losses['restart of ovs-vswitchd']).toBeGreaterThan(0);
    expect(await osVif.check(way.vif, instance())).toEqual([]);
  });
});

function stepsOf(way: Way, place: Place, osVif: OsVif): Readonly<Record<string, Step>> {
  const { vif, other, untag } = way;
  return {
    'plug again': async () => expect(await osVif.plug(vif, instance())).toMatchObject({ changed: false }),
    'plug and unplug of another VIF': async () => {
      await osVif.plug(other, instance());
      await osVif.unplug(other, instance());
    },
    check: async () => expect(await osVif.check(vif, instance())).toEqual([]),
    'garbage collection': () => osVif.collectGarbage([vif]),
    adopt: async () => {
      untag(place);
      expect(await osVif.adopt(vif, instance())).not.toEqual([]);
      expect(await osVif.check(vif, instance())).toEqual([]);
    },
    'restart of the helper': async () => {
      await throughHelper(place, async (remote) => void (await remote.plug(vif, instance())));
      await throughHelper(place, async (remote) => expect(await remote.check(vif, instance())).toEqual([]));
    },
  };
}

/** Runs an action through a helper that starts before it and ends after it. */
async function throughHelper({ netns, server }: Place, action: (osVif: OsVif) => Promise<void>): Promise<void> {
  const ends: (() => unknown)[] = [];
  const host = await LinuxHost.open({ netns: netns.path });
  try {
    const socket = await helperOf(host, { policy: EVERYTHING }, (end) => void ends.push(end));
    const remote = await RemoteHost.connect({
      socket,
      // A client talks to Open vSwitch itself.
      ...(server && { ovsdb: { connection: server.connection } }),
    });
    ends.push(() => remote.close());
    await using osVif = await OsVif.open({ host: remote, plugins: PLUGINS });
    await action(osVif);
  } finally {
    for (const end of ends.toReversed()) await end();
    await host.close();
  }
}

async function leastLoss(place: Place, step: Step): Promise<number> {
  let least = await lossOf(place, step);
  for (let i = 1; i < ATTEMPTS && least > 0; i++) least = Math.min(least, await lossOf(place, step));
  return least;
}

/** Counts the pings of the peer that the guest does not answer from the begin of the step until it answers again. */
async function lossOf({ peer }: Place, step: Step): Promise<number> {
  const pings = await startPing(peer, GUEST.ip4);
  await step();
  await untilAnswered(peer, GUEST.ip4);
  return (await pings.stop()).lost.length;
}
