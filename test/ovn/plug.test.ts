/** Plugs that wait until a real ovn-controller has installed the flows of the port. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import { waitForOvn } from '../../src/plugins/ovs/wait-for-ovn.ts';
import { type OvsHost, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { hybridVif, nativeVif, profile, SHORT_ID, TAP, tapVif, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { instance, VIF_ID } from '../plugins/vifs.ts';
import { type Controller, OVN_UNAVAILABLE, type OvnCentral, startOvn } from './ovn-central.ts';

interface Chassis extends OvsHost {
  readonly ovn: OvnCentral;
  readonly controller: Controller;
  osVif(options?: OvsPluginOptions): Promise<OsVif>;
  /** The external_ids of the interface. */
  idsOf(port: string): string;
}

describe.skipIf(OVN_UNAVAILABLE)('under OVN', { timeout: 60_000 }, () => {
  test.each<[string, VIFBase, string, OvsPluginOptions]>([
    ['a TAP', tapVif(), TAP, {}],
    ['a hybrid VIF', hybridVif(), `qvo${SHORT_ID}`, {}],
    ['a TAP on a bridge of its own', tapVif(), `ibp${VIF_ID}`, { perPortBridge: true }],
  ])('the plug of %s ends when its port is installed, and repeats change nothing', async (_, vif, port, options) => {
    const { ovn, osVif, idsOf } = await chassis();
    addPort(ovn, VIF_ID);
    const tested = await osVif(options);

    await tested.plug(vif, instance());
    const ids = idsOf(port);
    expect(ids).toContain('ovn-installed="true"');

    expect(await tested.plug(vif, instance())).toMatchObject({ changed: false });
    expect(await tested.check(vif, instance())).toEqual([]);
    expect(await tested.collectGarbage([vif])).toEqual([]);
    expect(idsOf(port)).toBe(ids);
    await tested.unplug(vif, instance());
  });

  test('a plug does not wait for a port whose device the hypervisor makes, and says so; another function does', async () => {
    const { osVif, ovn, host, netns, idsOf } = await chassis();
    addPort(ovn, VIF_ID);
    const later = nativeVif({ portProfile: profile({ createPort: true }) });
    const result = await (await osVif()).plug(later, instance());
    expect(result).toMatchObject({ changed: true, notes: [expect.stringContaining('did not wait')] });

    // The hypervisor makes the device.
    const installed = waitForOvn(host, later);
    netns.run('ip', 'tuntap', 'add', TAP, 'mode', 'tap');
    await installed;
    expect(idsOf(TAP)).toContain('ovn-installed="true"');
  });

  test('many plugs at once wait for their own ports', async () => {
    const { ovn, osVif, idsOf } = await chassis();
    const numbers = Array.from({ length: 16 }, (_, n) => n);
    ovn.nbctl('ls-add', 'net', ...numbers.flatMap((n) => ['--', 'lsp-add', 'net', vifId(n)]));
    const attachments = numbers.map((n) => ({ vif: tapVif(n), instance: instance() }));
    await (await osVif({ waitFor: 'port' })).plugAll(attachments, { waitFor: 'ovn-installed' });
    for (const { vif } of attachments) expect(idsOf(vif.vifName ?? '')).toContain('ovn-installed="true"');
  });

  test.each<[string, (given: Chassis) => unknown, RegExp]>([
    ['has no logical port', () => {}, /ovn-controller started on bridge br-int at 20/],
    [
      'is bound to another chassis',
      ({ ovn }) => {
        addPort(ovn, VIF_ID);
        ovn.nbctl('lsp-set-options', VIF_ID, 'requested-chassis=other');
      },
      /compare chassis, requested_chassis/,
    ],
    [
      'needs another iface-id-ver',
      ({ ovn }) => {
        addPort(ovn, VIF_ID);
        ovn.nbctl('set', 'Logical_Switch_Port', VIF_ID, 'options:iface-id-ver=2');
      },
      /iface-id-ver/,
    ],
    ['is on a host whose ovn-controller was killed', ({ controller }) => controller.kill(), /check that it runs/],
  ])('a plug whose port %s fails, and takes everything back', async (_, prepare, words) => {
    const given = await chassis();
    await prepare(given);
    const tested = await given.osVif({ ovnTimeout: 700 });

    const failing = tested.plug(tapVif(), instance());
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      left: [],
      cause: { code: 'ERR_OSVIF_OVN_NOT_INSTALLED', wait: { ifaceId: VIF_ID, port: TAP, bridge: 'br-int' } },
    });
    await expect(failing).rejects.toThrow(words);
    expect(given.server.vsctl('list-ports', 'br-int')).not.toContain(TAP);
    expect(given.netns.links().map(({ ifname }) => ifname)).not.toContain(TAP);
  });

  test('a host on which no ovn-controller ever ran is named', async () => {
    const { host } = await openOvsHost();
    const tested = await OsVif.open({
      host,
      plugins: [new OvsPlugin({ waitFor: 'ovn-installed', ovnTimeout: 300 })],
    });
    await expect(tested.plug(tapVif(), instance())).rejects.toThrow('no ovn-controller has ever run on bridge br-int');
  });

  test('the signal and the timeout of the call end the wait', async () => {
    const { osVif } = await chassis();
    const tested = await osVif();
    const ending = new AbortController();
    const aborted = tested.plug(tapVif(), instance(), { signal: ending.signal });
    setTimeout(() => ending.abort(new Error('enough')), 300);
    await expect(aborted).rejects.toMatchObject({ cause: { message: 'enough' }, left: [] });
    await expect(tested.plug(tapVif(), instance(), { timeout: 300 })).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_OVN_NOT_INSTALLED', cause: { cause: { name: 'TimeoutError' } } },
      left: [],
    });
  });

  test('a call may wait for less than the plugin', async () => {
    const { osVif, idsOf } = await chassis();
    await (await osVif({ ovnTimeout: 0 })).plug(tapVif(), instance(), { waitFor: 'port' });
    expect(idsOf(TAP)).not.toContain('ovn-installed');
  });

  test('an ovn-controller that starts during the wait ends it', async () => {
    const { ovn, osVif, controller, idsOf } = await chassis();
    addPort(ovn, VIF_ID);
    await controller.kill();
    const plugged = (await osVif()).plug(tapVif(), instance());
    await sleep(300);
    expect(idsOf(TAP)).not.toContain('ovn-installed');
    await controller.start();
    await plugged;
    expect(idsOf(TAP)).toContain('ovn-installed="true"');
  });

  test('the external_ids of the hook are set with the port, compared and repaired', async () => {
    const { ovn, osVif, idsOf, server } = await chassis();
    addPort(ovn, VIF_ID);
    ovn.nbctl('set', 'Logical_Switch_Port', VIF_ID, 'options:iface-id-ver=port-7');
    const tested = await osVif({ externalIds: ({ address }) => ({ 'iface-id-ver': 'port-7', mac: `${address}` }) });
    const vif = tapVif();

    await tested.plug(vif, instance());
    expect(idsOf(TAP)).toContain('iface-id-ver=port-7');
    expect(await tested.check(vif, instance())).toEqual([]);

    server.vsctl('set', 'Interface', TAP, 'external_ids:iface-id-ver=port-6');
    expect(await tested.check(vif, instance())).toMatchObject([
      { type: 'differs', on: TAP, property: 'externalIds.iface-id-ver', want: 'port-7', have: 'port-6' },
    ]);
    await tested.plug(vif, instance());
    expect(await tested.check(vif, instance())).toEqual([]);
  });
});

/** A host with an ovn-controller, and a plugin that waits for it. */
async function chassis(): Promise<Chassis> {
  const ovn = await startOvn();
  const host = await openOvsHost();
  const controller = await ovn.addChassis('chassis-1', host);
  return {
    ...host,
    ovn,
    controller,
    osVif: (options) =>
      OsVif.open({ host: host.host, plugins: [new OvsPlugin({ waitFor: 'ovn-installed', ...options })] }),
    idsOf: (port) => host.server.vsctl('get', 'Interface', port, 'external_ids'),
  };
}

function addPort({ nbctl }: OvnCentral, name: string): void {
  nbctl('ls-add', 'net', '--', 'lsp-add', 'net', name);
}
