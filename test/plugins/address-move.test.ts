import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { AddressPlan } from '../../src/host-contract/addressing.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin, type LinuxBridgePluginOptions } from '../../src/plugins/linux-bridge-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { type AddressCase, BRIDGE, IPV6, MOVABLE, REFUSED } from './address-move-cases.ts';
import { bridgeVif, instance } from './vifs.ts';

const NOTHING = { addresses: [], routes: [] };

interface Prepared {
  readonly host: Host;
  /** All that a move may change, in the words of the host. */
  look(): Promise<unknown>;
  /** Gives the NIC an address or a route. */
  give(tested: AddressCase): void;
}

moveSuite('in memory', async () => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
  const { index = 0 } = (await host.links.get('eth0')) ?? {};
  return {
    host,
    look: async () => [await host.links.list(), await host.addressing.get(index)],
    give: ({ plan }) => host.addressing.set(index, plan),
  };
});

describe.skipIf(NETNS_UNAVAILABLE)('kernel', () => {
  moveSuite('on the kernel', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const shown = (...args: string[]) => netns.run('ip', '-d', ...args).replace(/(\d+)sec/g, 'SECONDS');
    return {
      host,
      look: async () => [
        shown('-4', 'addr'),
        shown('-6', 'addr', 'show', 'scope', 'global'),
        shown('-4', 'route', 'show', 'table', 'all'),
        shown('-6', 'route', 'show', 'dev', 'eth0'),
      ],
      give: ({ commands }) => {
        for (const command of commands) netns.run('ip', ...command.split(' '));
      },
    };
  });
});

function moveSuite(name: string, prepare: () => Promise<Prepared>): void {
  describe(name, () => {
    const given = async (tested: AddressCase, options: LinuxBridgePluginOptions = {}) => {
      const prepared = await prepare();
      prepared.give(tested);
      const osVif = await open(prepared.host, options);
      const planOf = async (device: string) => sorted(await prepared.host.addressing.get(await indexOf(device)));
      const indexOf = async (device: string) => (await prepared.host.links.get(device))?.index ?? 0;
      return { ...prepared, osVif, planOf, indexOf };
    };
    const plug = (osVif: OsVif, filtered = true) =>
      osVif.plug(bridgeVif({ hasTrafficFiltering: filtered }), instance());
    const drifts = (osVif: OsVif) => osVif.check(bridgeVif(), instance());

    test.each(Object.entries(MOVABLE))('%s goes to the bridge as it is', async (_, tested) => {
      const { osVif, planOf } = await given(tested);
      expect(await planOf('eth0')).toEqual(sorted(tested.plan));
      await plug(osVif);
      expect(await planOf(BRIDGE)).toEqual(sorted(tested.plan));
      expect(await planOf('eth0')).toEqual(NOTHING);
      expect(await drifts(osVif)).toEqual([]);
    });

    test.each(Object.entries(MOVABLE))('%s comes back when the plug fails later', async (_, tested) => {
      const { host, osVif, look } = await given(tested);
      const before = await look();
      const failing = await open(failingAtFilter(host));
      await expect(plug(failing, false)).rejects.toMatchObject({ element: `forward-rule ${BRIDGE}`, left: [] });
      expect(await look()).toEqual(before);
      await plug(osVif);
      expect(await drifts(osVif)).toEqual([]);
    });

    test.each(Object.entries(IPV6))(
      '%s goes to a bridge of the administrator with IPv6, and comes back',
      async (_, tested) => {
        const { host, osVif, look, planOf } = await given(tested);
        await host.links.create({ kind: 'bridge', name: BRIDGE, up: true });
        const before = await look();
        const failing = await open(failingAtFilter(host));
        await expect(plug(failing, false)).rejects.toMatchObject({ left: [] });
        expect(await look()).toEqual(before);
        await plug(osVif);
        expect(await planOf(BRIDGE)).toEqual(sorted(tested.plan));
        expect(await planOf('eth0')).toEqual(NOTHING);
        expect(await drifts(osVif)).toEqual([]);
      },
    );

    test.each(Object.entries(REFUSED))(
      '%s on the NIC is a conflict, and the plug changes nothing',
      async (_, tested) => {
        const { osVif, look } = await given(tested);
        const before = await look();
        const [drift] = (await drifts(osVif)).filter(({ type }) => type === 'conflict');
        expect(drift).toMatchObject({ on: 'eth0', reason: expect.stringContaining(tested.reason) });
        const refused = plug(osVif);
        await expect(refused).rejects.toMatchObject({
          element: 'port eth0',
          left: [],
          cause: { code: 'ERR_OSVIF_ADDRESS_MOVE', message: drift?.type === 'conflict' ? drift.reason : '' },
        });
        expect(await look()).toEqual(before);
      },
    );

    test.each([
      ['eth0:1', `${BRIDGE}`],
      ['eth0:service', `${BRIDGE}`],
    ])('the label %s, which is too long with the name of the bridge, becomes %s', async (label) => {
      const tested = {
        commands: [`addr add 192.0.2.7/24 label ${label} dev eth0`],
        plan: { addresses: [{ address: '192.0.2.7/24', label }], routes: [] },
      };
      const { host, osVif, look, planOf } = await given(tested);
      const before = await look();
      const failing = await open(failingAtFilter(host));
      await expect(plug(failing, false)).rejects.toMatchObject({ left: [] });
      expect(await look()).toEqual(before);
      await plug(osVif);
      expect(await planOf(BRIDGE)).toEqual({ addresses: [{ address: '192.0.2.7/24' }], routes: [] });
    });

    test('a label with the name of the NIC gets the name of a short bridge', async () => {
      const tested = {
        commands: ['addr add 192.0.2.7/24 label eth0:1 dev eth0'],
        plan: { addresses: [{ address: '192.0.2.7/24', label: 'eth0:1' }], routes: [] },
      };
      const { osVif, planOf } = await given(tested);
      await osVif.plug(bridgeVif({ bridgeName: 'br0' }), instance());
      expect(await planOf('br0')).toEqual({ addresses: [{ address: '192.0.2.7/24', label: 'br0:1' }], routes: [] });
    });

    test('with moveLeasedAddresses a lease goes to the bridge, and a renewed lease replaces it', async () => {
      const lease = (seconds: number): AddressCase => ({
        commands: [`addr replace 192.0.2.7/24 valid_lft ${seconds} preferred_lft ${seconds} dev eth0`],
        plan: {
          addresses: [{ address: '192.0.2.7/24', lifetime: { valid: seconds, preferred: seconds } }],
          routes: [],
        },
      });
      const { osVif, give, planOf } = await given(lease(100), { moveLeasedAddresses: true });
      const validOnBridge = async () => (await planOf(BRIDGE)).addresses[0]?.lifetime?.valid ?? 0;
      await plug(osVif);
      expect(await planOf('eth0')).toEqual(NOTHING);
      expect(await validOnBridge()).toBeLessThanOrEqual(100);
      give(lease(3600));
      expect(await drifts(osVif)).toMatchObject([{ property: 'addresses', have: ['192.0.2.7/24'] }]);
      await plug(osVif);
      expect(await planOf('eth0')).toEqual(NOTHING);
      expect(await validOnBridge()).toBeGreaterThan(3500);
      expect(await drifts(osVif)).toEqual([]);
    });

    test('a renewed lease on the NIC stays on both devices when the next plug fails', async () => {
      const lease: AddressCase = {
        commands: ['addr replace 192.0.2.7/24 valid_lft 3600 preferred_lft 3600 dev eth0'],
        plan: { addresses: [{ address: '192.0.2.7/24', lifetime: { valid: 3600, preferred: 3600 } }], routes: [] },
      };
      const { host, osVif, give, planOf } = await given(lease, { moveLeasedAddresses: true });
      await plug(osVif);
      give(lease);
      const failing = await open(failingAtFilter(host), { moveLeasedAddresses: true });
      await expect(plug(failing, false)).rejects.toMatchObject({ left: [] });
      for (const device of ['eth0', BRIDGE])
        expect((await planOf(device)).addresses.map(({ address }) => address)).toEqual(['192.0.2.7/24']);
    });

    test('the bridge has the MAC address of the NIC, and TAPs with lower addresses do not change it', async () => {
      const { host, osVif, indexOf } = await given({
        commands: ['addr add 192.0.2.7/24 dev eth0'],
        plan: { addresses: [{ address: '192.0.2.7/24' }], routes: [] },
      });
      const macOf = async (device: string) => (await host.links.get(device))?.mac;
      await plug(osVif);
      expect(await macOf(BRIDGE)).toBe(await macOf('eth0'));
      for (const end of ['01', '02', '03'])
        await host.links.create({
          kind: 'tap',
          name: `tap${end}`,
          mac: `02:00:00:00:00:${end}`,
          master: await indexOf(BRIDGE),
        });
      expect(await macOf(BRIDGE)).toBe(await macOf('eth0'));
      expect(await drifts(osVif)).toEqual([]);
      await host.links.change(await indexOf(BRIDGE), { mac: '02:00:00:00:00:01' });
      expect(await drifts(osVif)).toMatchObject([{ on: BRIDGE, property: 'mac' }]);
      await plug(osVif);
      expect(await macOf(BRIDGE)).toBe(await macOf('eth0'));
      expect(await drifts(osVif)).toEqual([]);
    });
  });
}

async function open(host: Host, options: LinuxBridgePluginOptions = {}): Promise<OsVif> {
  return OsVif.open({ host, plugins: [new LinuxBridgePlugin(options)] });
}

function failingAtFilter(host: Host): Host {
  return interceptHost(host, async ({ port, method }, proceed) => {
    if (port === 'filter' && method === 'set') throw new Error('this step fails');
    return proceed();
  });
}

/** The kernel lists by scope and by hash. */
function sorted({ addresses, routes, ...rest }: AddressPlan): AddressPlan {
  const byText = <T>(list: readonly T[]) => list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { addresses: byText(addresses.map(ordered)), routes: byText(routes.map(ordered)), ...rest };
}

function ordered<T extends object>(value: T): T {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.assign({}, value, Object.fromEntries(entries));
}
