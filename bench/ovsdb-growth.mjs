// How the time of one plug grows with the ports on the bridge: a database with 2,000 of them beside an empty one, in turn.
// Without ovs-vswitchd, which takes longer with every port whoever adds it.
import { LinuxHost, OsVif, OvsPlugin } from '../dist/entries/host.js';
import { enterNetns, median, startOvs } from './ovsdb-host.mjs';
import { createTap, instance } from './ovsdb-vifs.mjs';

enterNetns();

const PORTS = 2_000;
const ROUNDS = 61;
const LIMIT = 1.5;

async function open(ports) {
  const ovs = await startOvs({ withSwitch: false });
  const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin({ waitForPort: false })] });
  await host.ovsdb.change(() => [
    { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' },
    ...Array.from({ length: ports }, (_, i) => ({
      edit: 'add-port',
      bridge: 'br-int',
      name: `other${i}`,
      interface: { externalIds: { 'iface-id': `id ${i}`, 'iface-status': 'active' } },
    })),
  ]);
  return { ovs, host, osVif, plugs: [], unplugs: [] };
}

async function timed(action) {
  const begun = performance.now();
  await action();
  return performance.now() - begun;
}

const sides = [await open(0), await open(PORTS)];
for (let round = 0; round < ROUNDS; round++) {
  for (const { osVif, plugs, unplugs } of sides) {
    const vif = createTap(round + 1);
    plugs.push(await timed(() => osVif.plug(vif, instance)));
    unplugs.push(await timed(() => osVif.unplug(vif, instance)));
  }
}
for (const { host, ovs } of sides) {
  await host.close();
  ovs.stop();
}

const [none, many] = sides.map(({ plugs, unplugs }) => ({ plug: median(plugs), unplug: median(unplugs) }));
const growth = many.plug / none.plug;
console.log(
  `one plug, median of ${ROUNDS}: ${none.plug.toFixed(2)} ms with no port on the bridge, ${many.plug.toFixed(2)} ms with ${PORTS}: ${growth.toFixed(2)} times`,
);
console.log(`one unplug: ${none.unplug.toFixed(2)} ms, ${many.unplug.toFixed(2)} ms`);
if (growth > LIMIT) {
  console.error(`more than ${LIMIT} times`);
  process.exitCode = 1;
}
