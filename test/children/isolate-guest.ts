/** Plugs an isolated guest onto eth0, which it makes, and collects garbage; prints the error, the filters and what was collected. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { directVif, instance } from '../plugins/vifs.ts';

const vif = directVif({ mode: 'bridge', devAddress: undefined, network: new Network({ bridgeInterface: 'eth0' }) });
await using host = await LinuxHost.open();
await using osVif = await OsVif.open({ host, plugins: [new MacvtapPlugin({ isolateGuests: true })] });
await host.links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0' } });
const message = await osVif.plug(vif, instance()).then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : error),
);
const drops = await host.ingress.list().catch(() => []);
console.log(JSON.stringify({ message, drops, garbage: await osVif.collectGarbage([]) }));
