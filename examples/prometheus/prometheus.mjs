// Prints the metrics of three plugs. Run after `npm run build`: node
// examples/prometheus/prometheus.mjs
import { InstanceInfo, VIFGeneric } from 'os-vif';
import { MemoryHost, OsVif } from 'os-vif/host';
import { register } from 'prom-client';
import { measureOsVif } from './metrics.mjs';

measureOsVif();
const host = new MemoryHost();
await host.links.create({ kind: 'bridge', name: 'taken0' });
const osVif = await OsVif.open({ host });
for (const [id, vifName] of [
  ['dc065497-3c8d-4f44-8fb4-e1d33c16a536', 'tap0'],
  ['8d8e8f0a-3c7e-4a6e-9a55-0c1f2e3d4b5a', 'tap1'],
  ['14a1b5b2-7a3f-4b5e-8f1d-2f5c5b1a9f0e', 'taken0'],
]) {
  const vif = new VIFGeneric({ id, plugin: 'tap', vifName });
  await osVif.plug(vif, new InstanceInfo()).catch(({ message }) => console.log(`# ${message}`));
}
await osVif.close();
console.log(await register.metrics());
