/** A test suite for the contract of plugins, for vitest. */

import { describe, expect, test } from 'vitest';
import type { Host } from '../host-contract/host.ts';
import type { Link, LinkSettings } from '../host-contract/links.ts';
import { aliasOf, isOwnedBy } from '../host-contract/ownership.ts';
import { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { OsVif } from '../os-vif.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { WiringPlugin } from '../plugins/wiring-plugin.ts';
import { messageOf } from '../text/message-of.ts';
import { objectClasses } from '../versioned/object-class.ts';
import type { PluginExample } from './plugin-example.ts';
import { ANOTHER_VIF, counting, devices, devicesMadeBy, devicesOfSuite, failingAt, hostForTest } from './test-host.ts';

/** Declares a `describe` block with tests of the contract that all plugins must fulfil. */
export function describeVIFPlugin(plugin: VIFPlugin, example: PluginExample): void {
  const { vif: makeVif, instance = new InstanceInfo({ name: 'instance-00000001' }) } = example;
  const { pluginName = '' } = plugin.describe();
  const freshHost = () => hostForTest(plugin, example);

  describe(`plugin ${pluginName}`, () => {
    test('describes itself: a name, and the VIF objects and versions that it takes', () => {
      const { pluginName: name, vifInfo = [] } = plugin.describe();
      expect(name).toMatch(/^[\w-]+$/);
      for (const { vifObjectName = '', minVersion, maxVersion } of vifInfo) {
        expect([...objectClasses().keys()]).toContain(vifObjectName);
        for (const version of [minVersion, maxVersion]) expect(version).toMatch(/^\d+\.\d+$/);
      }
      expect(vifInfo.map(({ vifObjectName }) => vifObjectName)).toContain(objectNameOf(makeVif()));
      expect(makeVif().plugin).toBe(name);
    });

    test('a plug leaves the VIF and the instance as they were', async () => {
      const vif = makeVif();
      const before = JSON.stringify([vif, instance]);
      await using osVif = await OsVif.open({ host: await freshHost(), plugins: [plugin] });
      await osVif.plug(vif, instance);
      await osVif.unplug(vif, instance);
      expect(JSON.stringify([vif, instance])).toBe(before);
    });

    test('a plug that repeats changes nothing', async () => {
      const { host, changes } = counting(await freshHost());
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      await osVif.plug(makeVif(), instance);
      const before = await devices(host);
      changes.length = 0;
      await osVif.plug(makeVif(), instance);
      expect(changes).toEqual([]);
      // A switch may create further devices later, such as the device of its datapath.
      expect(await devices(host)).toEqual(expect.arrayContaining(before));
    });

    // A plugin that implements VIFPlugin itself may return no result.
    test.runIf(plugin instanceof WiringPlugin)('a result says whether the call changed the host', async () => {
      const { host, changes } = counting(await freshHost());
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      for (const call of ['plug', 'plug', 'unplug', 'unplug'] as const) {
        changes.length = 0;
        const { changed, steps } = await osVif[call](makeVif(), instance);
        expect(changed, `${call}: ${JSON.stringify(steps)}`).toBe(changes.length > 0);
        expect(steps.length > 0).toBe(changed);
      }
      expect(changes, 'the second unplug').toEqual([]);
    });

    test.runIf(plugin instanceof WiringPlugin)('a plug makes the steps of its plan', async () => {
      await using osVif = await OsVif.open({ host: await freshHost(), plugins: [plugin] });
      const planned = await osVif.plan(makeVif(), instance);
      const { steps } = await osVif.plug(makeVif(), instance);
      // A plan has no records at devices of other programs: no guest depends on them. The order may
      // differ, because one request changes several properties.
      const made = steps.filter((step) => !('property' in step && step.property === 'record'));
      expect(made.map((step) => JSON.stringify(step)).sort()).toEqual(
        planned.map((step) => JSON.stringify(step)).sort(),
      );
    });

    test('an unplug leaves no device of the VIF, and may be repeated', async () => {
      const host = await freshHost();
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      const vif = makeVif();
      await osVif.plug(vif, instance);
      for (let i = 0; i < 2; i++) await osVif.unplug(vif, instance);
      expect(await devicesOwnedBy(vif, host)).toEqual([]);
    });

    test('an unplug of what was never plugged changes no device', async () => {
      const host = await freshHost();
      const before = await devices(host);
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      await osVif.unplug(makeVif(), instance);
      expect(await devices(host)).toEqual(before);
    });

    test('wherever a plug fails, the devices are as before', async () => {
      const host = await freshHost();
      const before = await devices(host);
      for (let step = 0; ; step++) {
        const failing = failingAt(step, host);
        await using osVif = await OsVif.open({ host: failing.host, plugins: [plugin] });
        const plugged = osVif.plug(makeVif(), instance);
        // The plug made fewer changes than `step`, so no change failed, and the plug must succeed.
        if (!(await failing.failed(plugged))) return void (await plugged);
        expect(await devices(host), `the change number ${step + 1} failed`).toEqual(before);
      }
    });

    test('a call that was aborted does nothing', async () => {
      const { host, changes } = counting(await freshHost());
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      await expect(osVif.plug(makeVif(), instance, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ERR_OSVIF_PLUG',
      });
      expect(changes).toEqual([]);
    });

    test.runIf(plugin.check !== undefined)('check changes nothing, and finds nothing after a plug', async () => {
      const { host, changes } = counting(await freshHost());
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      await osVif.check(makeVif(), instance);
      expect(changes).toEqual([]);
      await osVif.plug(makeVif(), instance);
      expect(await osVif.check(makeVif(), instance)).toEqual([]);
    });

    test.runIf(plugin.check !== undefined)(
      'check finds something exactly when a plug would change something',
      async () => {
        const { host, changes } = counting(await freshHost());
        await using osVif = await OsVif.open({ host, plugins: [plugin] });
        const before = await devices(host);
        const missing = await osVif.check(makeVif(), instance);
        await osVif.plug(makeVif(), instance);
        expect(missing.length > 0).toBe(changes.length > 0);
        for (const settings of FOREIGN_CHANGES) {
          for (const { index } of await devicesOfSuite(host, plugin, example, before))
            await host.links.change(index, settings);
          const drifts = await osVif.check(makeVif(), instance);
          changes.length = 0;
          await osVif.plug(makeVif(), instance);
          expect(drifts.length > 0, `after ${JSON.stringify(settings)}`).toBe(changes.length > 0);
          expect(await osVif.check(makeVif(), instance)).toEqual([]);
        }
      },
    );

    test('a collection keeps everything of a VIF that is valid', async () => {
      const { host, changes } = counting(await freshHost());
      await using osVif = await OsVif.open({ host, plugins: [plugin] });
      const ofOthers = await osVif.collectGarbage([makeVif()], { dryRun: true });
      await osVif.plug(makeVif(), instance);
      const before = await devices(host);
      changes.length = 0;
      expect(await osVif.collectGarbage([makeVif()], { dryRun: true })).toEqual(ofOthers);
      // A collection would remove the devices of other VIFs.
      if (ofOthers.length === 0) expect(await osVif.collectGarbage([makeVif()])).toEqual([]);
      expect(changes).toEqual([]);
      expect(await devices(host)).toEqual(expect.arrayContaining(before));
    });

    test.runIf(plugin.adopt !== undefined)(
      'an adoption tags devices that have lost their tag, and changes no other',
      async () => {
        const { host, changes } = counting(await freshHost());
        await using osVif = await OsVif.open({ host, plugins: [plugin] });
        await osVif.plug(makeVif(), instance);
        const before = await devices(host);
        const own = await devicesOwnedBy(makeVif(), host);
        const { adopted, drifts, owned } = await withoutTags(host, own, async () => ({
          ...(await osVif.adopt(makeVif(), instance)),
          owned: await devicesOwnedBy(makeVif(), host),
        }));
        const tagged = own.map(({ name }) => name).filter((name) => adopted.some(({ on }) => on === name));
        expect(owned.map(({ name }) => name)).toEqual(tagged);
        const others = before.filter(({ name }) => !own.some((link) => link.name === name));
        expect(await devices(host)).toEqual(expect.arrayContaining(others));
        // Kinds of elements may lack support for adoption.
        if (tagged.length === own.length) expect(drifts).toEqual([]);
        changes.length = 0;
        expect((await osVif.adopt(makeVif(), instance)).adopted).toEqual([]);
        expect(changes).toEqual([]);
      },
    );

    test.runIf(plugin.check !== undefined)('a device of another VIF is a conflict, and stays', async () => {
      for (const name of await devicesMadeBy(plugin, example)) {
        const host = await freshHost();
        await host.links.create({ kind: 'tap', name, alias: aliasOf(ANOTHER_VIF) });
        const before = await devices(host);
        await using osVif = await OsVif.open({ host, plugins: [plugin] });
        const conflicts = (await osVif.check(makeVif(), instance)).filter((drift) => drift.type === 'conflict');
        const failure = await osVif.plug(makeVif(), instance).then(
          () => 'the plug succeeded',
          (error: unknown) => messageOf(error),
        );
        expect(
          conflicts.filter(({ reason }) => failure.includes(reason)),
          failure,
        ).not.toEqual([]);
        await osVif.unplug(makeVif(), instance);
        expect(await devices(host), name).toEqual(before);
      }
    });

    test.runIf(plugin instanceof WiringPlugin)('its wiring is plain data, and the same each time', () => {
      if (!(plugin instanceof WiringPlugin)) return;
      const wiring = plugin.wire(makeVif(), instance);
      expect(JSON.parse(JSON.stringify(wiring))).toEqual(wiring);
      expect(plugin.wire(makeVif(), instance)).toEqual(wiring);
    });
  });
}

function objectNameOf(vif: VIFBase): unknown {
  return vif.toPrimitive()['versioned_object.name'];
}

/** Changes of settings, as another program could make them. */
const FOREIGN_CHANGES: readonly LinkSettings[] = [{}, { up: false }, { mtu: 1280 }];

async function devicesOwnedBy({ id }: VIFBase, { links }: Host): Promise<Link[]> {
  return (await links.list()).filter((link) => id !== undefined && isOwnedBy(link, id));
}

/** Runs an action while the devices have no tag. Then each device has its tag again. */
async function withoutTags<T>({ links }: Host, tagged: readonly Link[], action: () => Promise<T>): Promise<T> {
  try {
    for (const { index } of tagged) await links.change(index, { alias: '' });
    return await action();
  } finally {
    for (const { index, alias } of await links.list()) {
      const tag = tagged.find((link) => link.index === index)?.alias;
      if (alias === '' && tag !== undefined) await links.change(index, { alias: tag });
    }
  }
}
