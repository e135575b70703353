/** The host after each step is as OpenStack's own plugin leaves it, on a real kernel with a real Open vSwitch. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InstanceInfo } from '../../../src/objects/instance-info.ts';
import { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { type HostState, hostState } from './host-state.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';

interface Vector {
  readonly name: string;
  readonly config: { readonly isolate_vif?: boolean; readonly per_port_bridge?: boolean };
  readonly vif: unknown;
  readonly instance: unknown;
  readonly steps: readonly { readonly action: 'start' | 'plug' | 'unplug'; readonly state: HostState }[];
}

const file = new URL('../../conformance/host-state/ovs.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'));

describe.skipIf(OVS_UNAVAILABLE)('Open vSwitch VIFs', () => {
  test.each(vectors)(
    '$name leaves the host as OpenStack does, after every step',
    async ({ name, config, vif, instance, steps }) => {
      const ovs = await openOvsHost();
      await using osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin(optionsOf(name, config))] });
      const [plugged, guest] = [VIFBase.fromPrimitive(vif), InstanceInfo.fromPrimitive(instance)];

      for (const { action, state } of steps) {
        if (action !== 'start') await osVif[action](plugged, guest);

        expect(hostState(ovs), `after ${action}`).toEqual(state);
      }
    },
  );
});

function optionsOf(name: string, config: Vector['config']): OvsPluginOptions {
  return {
    isolateVif: config.isolate_vif ?? false,
    perPortBridge: config.per_port_bridge ?? false,
    // No kernel that tests run on is sure to have the datapath of the kernel; without it ports get no ofport.
    ...(name.includes('system') && { waitFor: 'none' }),
  };
}
