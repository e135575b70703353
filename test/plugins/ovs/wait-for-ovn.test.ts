/** Waits for ovn-controller in memory, where the test is ovn-controller. test/ovn has the real one. */

import { expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsMap } from '../../../src/host-contract/ovsdb.ts';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { waitForOvn } from '../../../src/plugins/ovs/wait-for-ovn.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { hybridVif, nativeVif, profile, SHORT_ID, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

const MARK = { 'ovn-installed': 'true' };

test.each<[string, VIFBase, string, OvsPluginOptions]>([
  ['a TAP', tapVif(), TAP, {}],
  ['a hybrid VIF', hybridVif(), `qvo${SHORT_ID}`, {}],
  ['a TAP on a bridge of its own', tapVif(), `ibp${VIF_ID}`, { perPortBridge: true }],
  ['a vhost-user VIF', vhostUserVif(), `vhu${SHORT_ID}`, {}],
])('the plug of %s ends with the mark', async (_, vif, port, options) => {
  const host = new MemoryHost();
  let isDone = false;
  const plugged = (await open(host, options)).plug(vif, instance()).then(() => (isDone = true));
  await untilThere(host, port);
  expect(isDone).toBe(false);
  await mark(host, port, MARK);
  await plugged;
});

test.each<[string, VIFBase]>([
  ['has no port', nativeVif()],
  ['has a port without device', nativeVif({ portProfile: profile({ createPort: true }) })],
])('no plug waits for a VIF that %s, and the result says why', async (_, vif) => {
  const host = new MemoryHost();
  const { notes } = await (await open(host)).plug(vif, instance());
  expect(notes).toEqual([
    `did not wait for ovn-controller: the hypervisor makes the device of port ${TAP} later; call waitForOvn after the guest has started`,
  ]);
});

test('waitForOvn waits for a port that comes later, under any name', async () => {
  const host = new MemoryHost();
  const installed = waitForOvn(host, nativeVif());
  await host.ovsdb.change(() => [
    { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' },
    { edit: 'add-port', bridge: 'br-int', name: 'vnet7', interface: { externalIds: { 'iface-id': VIF_ID } } },
  ]);
  await mark(host, 'vnet7', MARK);
  await installed;
  await expect(waitForOvn(new MemoryHost(), nativeVif(), { timeout: 10 })).rejects.toMatchObject({
    message: expect.stringContaining('no port has this iface-id: check that the hypervisor has added the port'),
    wait: { ifaceId: VIF_ID, port: undefined },
  });
  const ended = AbortSignal.abort(new Error('enough'));
  await expect(waitForOvn(host, hybridVif(), { signal: ended })).rejects.toThrow('enough');
});

test('a wait in vain takes everything back, and tells when ovn-controller started', async () => {
  const host = new MemoryHost();
  const startup = String(Date.UTC(2026, 0, 2));
  await host.ovsdb.change(() => [
    { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev', externalIds: { 'ovn-startup-ts': startup } },
  ]);
  const failing = (await open(host, { ovnTimeout: 20 })).plug(tapVif(), instance());
  await expect(failing).rejects.toMatchObject({
    left: [],
    cause: { wait: { port: TAP, ifaceId: VIF_ID, bridge: 'br-int', ovnStartedAt: new Date('2026-01-02') } },
  });
  expect((await host.ovsdb.view()).port(TAP)).toBeUndefined();
  expect(await host.links.get(TAP)).toBeUndefined();
});

test('a port that another program removes ends the wait', async () => {
  const host = new MemoryHost();
  const failing = (await open(host)).plug(tapVif(), instance());
  const outcome = expect(failing).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_OVS_PORT', port: TAP } });
  await untilThere(host, TAP);
  await host.ovsdb.change(() => [{ edit: 'remove-port', name: TAP }]);
  await outcome;
});

test('a call decides for itself', async () => {
  const host = new MemoryHost();
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });
  await osVif.plug(tapVif(), instance(), { waitFor: 'none' });
  const waiting = osVif.plug(tapVif(), instance(), { waitFor: 'ovn-installed' });
  await mark(host, TAP, MARK);
  expect(await waiting).toMatchObject({ changed: false });
  const other = tapVif(1);
  const many = osVif.plugAll([{ vif: other, instance: instance() }], { waitFor: 'ovn-installed' });
  await untilThere(host, `${other.vifName}`);
  await mark(host, `${other.vifName}`, MARK);
  expect(await many).toMatchObject([{ changed: true }]);
  // @ts-expect-error: a wrong value, as JavaScript may pass it.
  await expect(osVif.plug(tapVif(), instance(), { waitFor: 'ovn' })).rejects.toThrow('port, ovn-installed, none');
});

test.each<[string, unknown, RegExp]>([
  ['a reserved key', { 'iface-id': 'x', 'ovn-installed': 'true', 'os-vif': 'x' }, /iface-id, ovn-installed.*os-vif/],
  ['a number', { ver: 7 }, /no object of strings/],
  ['nothing', undefined, /no object of strings/],
])('a hook that returns %s is refused, and the host stays as it is', async (_, ids, words) => {
  const host = new MemoryHost();
  const externalIds = (): OvsMap => ids as OvsMap;
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin({ externalIds })] });
  await expect(osVif.plug(tapVif(), instance())).rejects.toThrow(words);
  expect((await host.ovsdb.view()).port(TAP)).toBeUndefined();
  await osVif.unplug(tapVif(), instance());
});

function open(host: MemoryHost, options: OvsPluginOptions = {}): Promise<OsVif> {
  return OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'ovn-installed', ...options })] });
}

async function untilThere({ ovsdb }: MemoryHost, port: string): Promise<void> {
  await ovsdb.waitFor('the port', (view) => (view.interface(port) === undefined ? undefined : true));
}

async function mark({ ovsdb }: MemoryHost, name: string, externalIds: OvsMap): Promise<void> {
  await ovsdb.change(() => [{ edit: 'set-interface', name, externalIds }]);
}
