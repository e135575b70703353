/** The VXLAN plugin of docs/writing-a-plugin.md, as the page has it. */

import { afterAll } from 'vitest';
import { type VIFPlugin, type Wiring, WiringPlugin } from '../../../src/entries/host.ts';
import { InstanceInfo, Network, type VIFBase, VIFGeneric } from '../../../src/entries/index.ts';
import { blocksOf, SampleFolder } from '../../docs/pages.ts';
import { VIF_ID } from '../vifs.ts';

const folder = new SampleFolder();
afterAll(() => folder.remove());

const [code = ''] = blocksOf('docs/writing-a-plugin.md', 'ts').filter((block) => block.includes('defineLinkKind'));
// The sample prints what it does. test/docs/samples.test.ts compares that.
const { plugin: loaded } = await folder.run(code.replaceAll(/^console\.log\(.*$/gm, ''));
if (!(loaded instanceof WiringPlugin)) throw new Error('the sample exports no plugin');

/** One bridge `xbr<segment>` and one VXLAN device `vx<segment>` for each network. */
export const vxlanPlugin: WiringPlugin = loaded;

/** A guest on the segment 100, or another one. */
export function vxlanVif(segment = 100, { id = VIF_ID, vifName = 'tap0', plugin = 'vxlan' } = {}): VIFGeneric {
  const network = new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', vlan: segment });
  return new VIFGeneric({ id, plugin, vifName, network });
}

/** A plugin that makes these elements for every VIF. */
export function pluginOf(wire: (vif: VIFBase) => Wiring): VIFPlugin {
  return new (class extends WiringPlugin {
    describe() {
      return vxlanPlugin.describe();
    }

    wire(vif: VIFBase): Wiring {
      return wire(vif);
    }
  })();
}

/** The wiring of the page's plugin with a VXLAN device and a bridge of the VIF's own. */
export const ownVxlanPlugin: VIFPlugin = pluginOf((vif) =>
  vxlanPlugin.wire(vif, instanceOf()).map((element) => ('shared' in element ? { ...element, shared: false } : element)),
);

function instanceOf() {
  return new InstanceInfo({ name: 'guest-1' });
}
