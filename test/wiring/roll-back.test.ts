import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { VIFDirect } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { makeSysfs } from '../host/fake-sysfs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { directVif, instance } from '../plugins/vifs.ts';
import { CASES, type Case, PCI_ADDRESS, prepareHost, snapshot } from './cases.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test.each(Object.entries(CASES))('%s: wherever a plug fails, the host is as before', async (_, tested) => {
    const netns = await makeNetns();
    const sysfsRoot = await makeSysfs({ address: PCI_ADDRESS, interfaces: ['eth0'] });
    const host = await LinuxHost.open({ netns: netns.path, sysfsRoot });
    onTestFinished(() => host.close());
    await prepareHost(host);
    for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
    netns.run('ip', 'addr', 'add', '192.0.2.7/24', 'dev', 'eth0');
    netns.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
    const steps = await failAtEveryStep(host, tested);
    expect(steps).toBeGreaterThan(0);
  });
});

describe('in memory', () => {
  test.each(Object.entries(CASES))('%s: wherever a plug fails, the host is as before', async (_, tested) => {
    const host = new MemoryHost();
    await prepareHost(host);
    host.pci.add(PCI_ADDRESS, { interfaces: ['eth0'] });
    const eth0 = await host.links.get('eth0');
    host.addressing.set(eth0?.index ?? 0, {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [{ destination: '0.0.0.0/0', gateway: '192.0.2.1', table: 254, protocol: 3, scope: 0 }],
    });
    expect(await failAtEveryStep(host, tested)).toBeGreaterThan(0);
  });

  test('a virtual function: wherever a plug fails, its address and VLAN are as before', async () => {
    const host = hostWithVirtualFunctions();
    const vif = directVif({ devAddress: '0000:03:10.1', mode: 'passthrough' });
    expect(await failAtEveryStep(host, { plugin: new MacvtapPlugin(), vif })).toBe(5);
    expect(vif).toBeInstanceOf(VIFDirect);
  });
});

/** Fails the first change, then the second, and so on until a plug gets through; returns how many there were. */
async function failAtEveryStep(host: Host, { plugin, vif }: Case): Promise<number> {
  const before = await snapshot(host);
  for (let step = 0; ; step++) {
    await using osVif = await OsVif.open({ host: failingAt(step, host), plugins: [plugin] });
    const failed = await osVif.plug(vif, instance()).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed === undefined) {
      expect(await osVif.check(vif, instance())).toEqual([]);
      return step;
    }
    expect(failed, `step ${step}`).toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      left: [],
      cause: { message: 'this step fails' },
    });
    expect(await snapshot(host), `step ${step}`).toEqual(before);
  }
}

function failingAt(step: number, host: Host): Host {
  let changes = 0;
  return interceptHost(host, async (call, proceed) => {
    if (call.changes && changes++ === step) throw new Error('this step fails');
    return proceed();
  });
}

function hostWithVirtualFunctions(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'pf0', up: true, virtualFunctions: 4 });
  host.links.addNic({ name: 'vf1' });
  host.pci.add('0000:03:00.0', { interfaces: ['pf0'] });
  host.pci.add('0000:03:10.1', { interfaces: ['vf1'], physicalFunction: { address: '0000:03:00.0', number: 1 } });
  return host;
}
