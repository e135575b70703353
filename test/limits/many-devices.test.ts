/** How long calls for thousands of devices hold the event loop of the process. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { vifId } from '../plugins/ovs/ovs-vifs.ts';
import { instance, tapVif } from '../plugins/vifs.ts';

const DEVICES = 5_000;
const LONGEST_PAUSE_MS = 20;
/** Other programs can hold the event loop too, and so can the compiler in the first rounds. */
const ROUNDS = 8;

test.skipIf(NETNS_UNAVAILABLE)(
  'list, garbage collection and checkAll hold the event loop for less than 20 ms among 5,000 TAPs',
  async () => {
    const host = await LinuxHost.open({ netns: (await makeNetns()).path });
    onTestFinished(() => host.close());
    await using osVif = await OsVif.open({ host, plugins: [new TapPlugin()], timeout: 0 });
    const attachments = Array.from({ length: DEVICES }, (_, i) => ({
      vif: tapVif({ id: vifId(i), vifName: `tap${i}` }),
      instance: instance(),
    }));
    const vifs = attachments.map(({ vif }) => vif);
    await osVif.plugAll(attachments);
    const calls: Record<string, () => Promise<unknown>> = {
      list: () => host.links.list(),
      'garbage collection': () => osVif.collectGarbage(vifs, { dryRun: true }),
      checkAll: () => osVif.checkAll(attachments),
    };
    for (const [name, call] of Object.entries(calls)) {
      const pauses: number[] = [];
      for (let round = 0; round < ROUNDS && !pauses.some((pause) => pause < LONGEST_PAUSE_MS); round++)
        pauses.push(await pauseDuring(call));
      expect(Math.min(...pauses), name).toBeLessThan(LONGEST_PAUSE_MS);
    }
    await osVif.unplugAll(attachments);
  },
  300_000,
);

/** The longest time in milliseconds that the timers of the process are late. */
async function pauseDuring(call: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(10);
  delay.reset();
  await call();
  // A pause at the end of the call is counted by the next timer.
  await sleep(10);
  delay.disable();
  return delay.max / 1e6;
}
