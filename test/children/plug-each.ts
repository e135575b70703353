/** Plugs and unplugs a VIF for each row of docs/least-privilege.md where it runs, or by the helper whose socket it is given; prints for each `ok`, or the code of what was refused. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { Network } from '../../src/objects/network.ts';
import { type VIFBase, VIFBridge, VIFDirect, VIFGeneric } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';

const socket = process.argv[2];
const common = { id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', address: 'fa:16:3e:4a:5b:6c' };

function bridge(bridgeName: string, hasTrafficFiltering: boolean): VIFBridge {
  const network = new Network({ shouldProvideBridge: true });
  return new VIFBridge({ ...common, plugin: 'linux_bridge', bridgeName, hasTrafficFiltering, network });
}

function macvtap(): VIFDirect {
  const network = new Network({ bridgeInterface: 'eth0' });
  return new VIFDirect({ ...common, plugin: 'macvtap', vifName: 'macvtap0', mode: 'bridge', network });
}

const VIFS = {
  tap: new VIFGeneric({ ...common, plugin: 'tap', vifName: 'tap0' }),
  bridge: bridge('br0', true),
  rules: bridge('br1', false),
  macvtap: macvtap(),
  isolateGuests: macvtap(),
};

/** What the parent reads. */
export type PlugEachReport = Readonly<Record<keyof typeof VIFS, string>>;

async function outcomeOf(name: string, vif: VIFBase): Promise<string> {
  const plugins = [
    new TapPlugin(),
    new LinuxBridgePlugin(),
    new MacvtapPlugin({ isolateGuests: name === 'isolateGuests' }),
  ];
  try {
    await using host = await (socket === undefined ? LinuxHost.open() : RemoteHost.connect({ socket }));
    await using osVif = await OsVif.open({ host, plugins });
    await osVif.check(vif, new InstanceInfo());
    await osVif.plug(vif, new InstanceInfo());
    await osVif.unplug(vif, new InstanceInfo());
    return 'ok';
  } catch (error) {
    const refused = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return refused instanceof Error && 'code' in refused ? `${refused.code}: ${refused.message}` : String(refused);
  }
}

const report: Record<string, string> = {};
for (const [name, vif] of Object.entries(VIFS)) report[name] = await outcomeOf(name, vif);
console.log(JSON.stringify(report));
