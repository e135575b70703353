/** How long calls for thousands of devices hold the event loop of the process. */

import { readFileSync } from 'node:fs';
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
/** The compiler and the garbage collector hold the event loop too, in the first rounds more than later. */
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

/**
 * The longest time in milliseconds that this thread computes before its timers run again. The kernel
 * counts only the time on a processor, so that other programs have no part in it.
 */
async function pauseDuring(call: () => Promise<unknown>): Promise<number> {
  let last = timeOnProcessor();
  let longest = 0;
  const timer = setInterval(() => {
    const now = timeOnProcessor();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await call();
  // A pause at the end of the call is counted by the next timer.
  await sleep(10);
  clearInterval(timer);
  return longest;
}

/** The time of this thread on a processor, in milliseconds (kernel, sched-stats.rst). */
function timeOnProcessor(): number {
  const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}
