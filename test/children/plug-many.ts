/** Plugs or unplugs many VIFs at once, and prints how long the event loop was held at most. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { BridgedTapPlugin, bridgedTaps } from './bridged-taps.ts';

const [netns = '', action = '', first = '0', count = '0'] = process.argv.slice(2);
await using host = await LinuxHost.open({ netns });
await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
const attachments = bridgedTaps(Number(first), Number(count));
// Compiling this program is over when a first call is.
await host.links.list();
await sleep(50);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
if (action === 'plug') await Promise.all(attachments.map(({ vif, instance }) => osVif.plug(vif, instance)));
else await osVif.unplugAll(attachments);
delay.disable();
console.log(JSON.stringify({ longestPause: delay.max / 1e6 }));
