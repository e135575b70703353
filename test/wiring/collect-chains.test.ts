import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { bridgeVif, instance } from '../plugins/vifs.ts';

const BRIDGE = 'brqb82c1929-05';

/** On a bridge for this host alone, whose packets we let through. */
const vif = bridgeVif({
  hasTrafficFiltering: false,
  network: new Network({ bridge: BRIDGE, mtu: 1450, shouldProvideBridge: true }),
});

describe('in memory', () => collectsChains(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () =>
  collectsChains(async () => LinuxHost.open({ netns: (await makeNetns()).path })),
);

function collectsChains(open: () => Promise<Host & AsyncDisposable>): void {
  test('the chain of a bridge goes with it', async () => {
    await using host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(vif, instance());
    expect(await osVif.collectGarbage([vif])).toEqual([]);
    expect(await chains(host)).toEqual([`os-vif-${BRIDGE}`]);

    expect(await osVif.collectGarbage([])).toEqual([{ kind: 'bridge', name: BRIDGE }]);
    expect(await chains(host)).toEqual([]);
  });

  // Found by the soak: the chain stayed for good.
  test('the chain of a bridge that others deleted is garbage, unless a VIF still needs it', async () => {
    await using host = await open();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(vif, instance());
    const bridge = await host.links.get(BRIDGE);
    await host.links.delete(bridge?.index ?? 0);

    expect(await osVif.collectGarbage([vif])).toEqual([]);
    const garbage = [{ kind: 'forward-rule', name: BRIDGE }];
    expect(await osVif.collectGarbage([], { dryRun: true })).toEqual(garbage);
    expect(await chains(host)).toEqual([`os-vif-${BRIDGE}`]);
    expect(await osVif.collectGarbage([])).toEqual(garbage);
    expect(await chains(host)).toEqual([]);
  });
}

async function chains({ filter }: Host): Promise<string[]> {
  return (await filter.list()).filter((chain) => chain.startsWith('os-vif-'));
}
