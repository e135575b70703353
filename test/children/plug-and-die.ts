/** Plugs a VIF, and ends itself by SIGKILL when the kernel has answered the n-th request; prints how many there were if it lives. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { subscribeOperations } from '../../src/host-contract/diagnostics/subscribe.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { OsVif } from '../../src/os-vif.ts';
import { instance } from '../plugins/vifs.ts';
import { CASES } from '../wiring/cases.ts';

const [name = '', netns = '', sysfsRoot = '', last = '0'] = process.argv.slice(2);
const tested = CASES[name];
if (tested === undefined) throw new Error(`no case is named ${name}`);

let requests = 0;
function count(): void {
  requests += 1;
  if (requests === Number(last)) process.kill(process.pid, 'SIGKILL');
}
// Every netlink request that changes something, and every change that is none.
subscribeOperations(['os-vif:netlink'], {
  asyncEnd: ({ changes }) => {
    if (changes) count();
  },
});
await using host = await LinuxHost.open({ netns, sysfsRoot });
const counted = interceptHost(host, async (call, proceed) => {
  const result = await proceed();
  if (call.changes && call.port !== 'links') count();
  return result;
});
await using osVif = await OsVif.open({ host: counted, plugins: [tested.plugin] });
await osVif.plug(tested.vif, instance());
console.log(requests);
