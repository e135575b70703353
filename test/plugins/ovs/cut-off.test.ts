/** What a plug that is cut off says of the host, and what is there. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PlugError } from '../../../src/errors/plugin.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { interceptHost } from '../../../src/host-contract/intercept.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { hybridVif, tapVif } from './ovs-vifs.ts';

const PATCH = `pbp${VIF_ID}`;

/** Aborts while the host is asked for a device after the port is open: the last that a plug asks before it is done. */
function abortedAtTheEnd(host: Host): { host: Host; signal: AbortSignal } {
  const controller = new AbortController();
  let isOpen = false;
  const aborting = interceptHost(host, async ({ port, method }, proceed) => {
    if (isOpen && port === 'links' && method === 'get') controller.abort(new Error('too late'));
    const result = await proceed();
    if (port === 'ovsdb' && method === 'waitFor') isOpen = true;
    return result;
  });
  return { host: aborting, signal: controller.signal };
}

function perPortBridge(host: Host): Promise<OsVif> {
  return OsVif.open({ host, plugins: [new OvsPlugin({ perPortBridge: true })] });
}

async function failureOf(plug: Promise<unknown>): Promise<PlugError> {
  const error: unknown = await plug.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PlugError)) throw new Error(`expected a PlugError, got ${error}`);
  return error;
}

describe.skipIf(OVS_UNAVAILABLE)('a plug that is cut off', () => {
  test('when all is made does not say that the host is as before', async () => {
    const { host, server } = await openOvsHost();
    await (await perPortBridge(host)).plug(tapVif(), instance());
    server.vsctl('del-port', PATCH);
    const late = abortedAtTheEnd(host);

    await (await perPortBridge(late.host)).plug(tapVif(), instance(), { signal: late.signal });

    expect(late.signal.aborted).toBe(true);
    expect(server.vsctl('--bare', '--columns=name', 'list', 'Port')).toContain(PATCH);
  });

  test('before the devices of a VIF that was hybrid are removed names what is left', async () => {
    const { host } = await openOvsHost();
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });
    await osVif.plug(hybridVif(), instance());
    const late = abortedAtTheEnd(host);
    const lateVif = await OsVif.open({ host: late.host, plugins: [new OvsPlugin()] });

    const { message, left } = await failureOf(lateVif.plug(tapVif(), instance(), { signal: late.signal }));

    expect(message).toMatch(/is plugged, but not all of its former devices were removed: .*too late/);
    expect(left).not.toEqual([]);
    expect(await osVif.check(tapVif(), instance())).toEqual([]);
  });

  test('while a stopped server has its transaction, which it carries out later, takes that back', async () => {
    const { host, server } = await openOvsHost();
    const osVif = await perPortBridge(host);
    await osVif.plug(tapVif(), instance());
    server.vsctl('del-port', PATCH);
    await host.ovsdb.view();
    server.signal('SIGSTOP');

    const failure = failureOf(osVif.plug(tapVif(), instance(), { signal: AbortSignal.timeout(100) }));
    await sleep(400);
    server.signal('SIGCONT');

    expect((await failure).left).toEqual([]);
    expect(server.vsctl('--bare', '--columns=name', 'list', 'Port')).not.toContain(PATCH);
  });

  test('and whose roll-back gets no answer either says what is left, and an unplug takes it', async () => {
    const { host, server } = await openOvsHost();
    const osVif = await perPortBridge(host);
    await osVif.plug(tapVif(), instance());
    server.vsctl('del-port', PATCH);
    await host.ovsdb.view();
    server.signal('SIGSTOP');

    const failure = await failureOf(osVif.plug(tapVif(), instance(), { signal: AbortSignal.timeout(100) }));
    server.signal('SIGCONT');

    expect(failure.left).toHaveLength(1);
    await osVif.unplug(tapVif(), instance());
    expect(server.vsctl('--bare', '--columns=name', 'list', 'Port')).not.toContain(PATCH);
    expect(await osVif.collectGarbage([], { dryRun: true })).toEqual([]);
  });
});
