import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { bundleChild } from '../children/child.ts';
import { makeSysfs } from '../host/fake-sysfs.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { instance } from '../plugins/vifs.ts';
import { isThorough } from '../property-runs.ts';
import { CASES, type Case, PCI_ADDRESS, prepareHost } from './cases.ts';

/** Each test kills a process after one request in so many. The two tests of a case begin with different requests. */
const STEP = isThorough ? 1 : 3;

describe.skipIf(NETNS_UNAVAILABLE)('whenever a process is killed by SIGKILL', () => {
  test.each(Object.entries(CASES))(
    '%s: the next plug converges and the next unplug leaves nothing',
    { timeout: 120_000 },
    async (name, tested) => {
      const child = await bundleChild('plug-and-die.ts');
      for (let request = 1; ; request += STEP) {
        const netns = await makeNetns();
        const sysfsRoot = await makeSysfs({ address: PCI_ADDRESS, interfaces: ['eth0'] });
        await using host = await LinuxHost.open({ netns: netns.path, sysfsRoot });
        await prepareHost(host);
        addRoutes(netns);
        const before = await ownNames(host);

        const killed = await endedBySignal(child, [name, netns.path, sysfsRoot, String(request)]);
        await expectRecovery(host, tested, before, `killed after request ${request}`);
        expectRoutes(netns, `killed after request ${request}`);

        if (killed) continue;
        expect(request).toBeGreaterThan(1);
        return;
      }
    },
  );

  test.each(Object.entries(CASES))(
    '%s: garbage collection alone leaves nothing',
    { timeout: 120_000 },
    async (name, tested) => {
      const child = await bundleChild('plug-and-die.ts');
      for (let request = Math.min(STEP, 2); ; request += STEP) {
        const netns = await makeNetns();
        const sysfsRoot = await makeSysfs({ address: PCI_ADDRESS, interfaces: ['eth0'] });
        await using host = await LinuxHost.open({ netns: netns.path, sysfsRoot });
        await prepareHost(host);
        const before = await ownNames(host);
        const killed = await endedBySignal(child, [name, netns.path, sysfsRoot, String(request)]);

        await using osVif = await OsVif.open({ host, plugins: [tested.plugin] });
        await osVif.collectGarbage([tested.vif]);
        await releaseSharedBridge(host);
        await osVif.collectGarbage([]);
        expect(await ownNames(host), `killed after request ${request}`).toEqual(before);

        if (!killed) return;
      }
    },
  );
});

async function expectRecovery(host: Host, { plugin, vif }: Case, before: string[], when: string): Promise<void> {
  await using osVif = await OsVif.open({ host, plugins: [plugin] });
  await osVif.plug(vif, instance());
  expect(await osVif.check(vif, instance()), when).toEqual([]);
  for (const { alias, group } of await host.links.list())
    expect([alias === '' || group === 0, when]).toEqual([true, when]);
  await osVif.unplug(vif, instance());
  await releaseSharedBridge(host);
  await osVif.collectGarbage([]);
  expect(await ownNames(host), when).toEqual(before);
}

/** A bridge that several VIFs may share stays when one goes, until nothing is on it. */
async function releaseSharedBridge({ links, addressing }: Host): Promise<void> {
  const eth0 = await links.get('eth0');
  if (!eth0?.master) return;
  await links.change(eth0.index, { master: 0 });
  await addressing.move(await addressing.get(eth0.master), eth0.master, eth0.index);
}

/** eth0 is in use: the way to the world must not get lost. */
function addRoutes(netns: Netns): void {
  for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
  for (const address of ['192.0.2.7/24', '192.0.2.8/24', '198.51.100.7/24'])
    netns.run('ip', 'addr', 'add', address, 'dev', 'eth0');
  netns.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
}

function expectRoutes(netns: Netns, when: string): void {
  expect(netns.run('ip', '-4', 'route', 'show', 'default'), when).toContain('default via 192.0.2.1');
  const addresses = netns.run('ip', '-4', '-o', 'addr').match(/\d+\.\d+\.\d+\.\d+\/24/g);
  expect(addresses?.sort(), when).toEqual(['192.0.2.7/24', '192.0.2.8/24', '198.51.100.7/24']);
}

async function endedBySignal(script: string, args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status, signal] = await once(child, 'close');
  if (signal === 'SIGKILL') return true;
  expect(status).toBe(0);
  return false;
}

async function ownNames({ links, ingress, guards }: Host): Promise<string[]> {
  const refused = (await ingress.list()).map(({ device, mac }) => `${mac} on ${device}`);
  const guarded = (await guards.list()).map(({ device }) => `guard of ${device}`);
  return [...(await links.list()).map(({ name }) => name), ...refused, ...guarded];
}
