/** Trust and spoof checking of virtual functions, which a plugin of others may set. */

import { expect, test } from 'vitest';
import { HostPluginInfo, HostVIFInfo } from '../../../src/objects/host-info.ts';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { VIFDirect } from '../../../src/objects/vif.ts';
import { WiringPlugin } from '../../../src/plugins/wiring-plugin.ts';
import type { Wiring } from '../../../src/wiring/wiring.ts';
import { instance } from '../../plugins/vifs.ts';
import { bareFunctionVif, ip, openSriovHost } from './functions.ts';

class TrustingPlugin extends WiringPlugin {
  describe(): HostPluginInfo {
    const vifInfo = [new HostVIFInfo({ vifObjectName: 'VIFDirect', minVersion: '1.0', maxVersion: '1.0' })];
    return new HostPluginInfo({ pluginName: 'macvtap', vifInfo });
  }

  wire(vif: VIFBase): Wiring {
    if (!(vif instanceof VIFDirect)) throw new TypeError('the tests plug VIFDirect');
    return [{ kind: 'virtual-function', name: vif.require('devAddress').devAddress, trust: true, spoofCheck: false }];
  }
}

test('trust and spoof checking are set, and drift of both is found and mended', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost([new TrustingPlugin()]);
  const vif = bareFunctionVif(1, pf.address(1));
  await osVif.plug(vif, instance());
  expect(pf.state(1)).toMatch(/spoof checking off.*trust on/);
  ip(`link set ${pf.name} vf 1 spoofchk on trust off`);
  const drifts = await osVif.check(vif, instance());
  expect(drifts.map((drift) => drift.type === 'differs' && drift.property)).toEqual(['trust', 'spoofCheck']);
  await osVif.plug(vif, instance());
  expect(pf.state(1)).toMatch(/spoof checking off.*trust on/);
});

test('an unplug takes the trust away', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost([new TrustingPlugin()]);
  const vif = bareFunctionVif(1, pf.address(1));
  await osVif.plug(vif, instance());
  await osVif.unplug(vif, instance());
  expect(pf.state(1)).toContain('trust off');
});

test('kvm-K5: an unplug turns spoof checking on again', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost([new TrustingPlugin()]);
  const vif = bareFunctionVif(1, pf.address(1));
  await osVif.plug(vif, instance());
  await osVif.unplug(vif, instance());
  expect(pf.state(1)).toContain('spoof checking on');
});
