// A whole process from nothing to a first plugged TAP: timed by groups/import.mjs.
import { InstanceInfo, Network, VIFGeneric } from 'os-vif';
import { OsVif } from 'os-vif/host';

const network = new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', mtu: 1450 });
const vif = new VIFGeneric({ id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', plugin: 'tap', vifName: 'tap0', network });
const osVif = await OsVif.open();
await osVif.plug(vif, new InstanceInfo({ name: 'guest-1' }));
await osVif.close();
console.log(process.resourceUsage().maxRSS / 1024);
