/** The errors of calls that a timeout ends while a server does not answer. */

import { describe, expect, test } from 'vitest';
import { OvsdbTimeoutError } from '../src/errors/ovs.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import { OsVif } from '../src/os-vif.ts';
import { OvsPlugin } from '../src/plugins/ovs/ovs-plugin.ts';
import { TapPlugin } from '../src/plugins/tap-plugin.ts';
import { hybridVif, vifId } from './plugins/ovs/ovs-vifs.ts';
import { instance, tapVif } from './plugins/vifs.ts';

/** An OsVif with an Open vSwitch that does not answer before the timeout, and the signal of this timeout. */
async function withSilentServer() {
  const timeout = new AbortController();
  const host = interceptHost(new MemoryHost(), async ({ port }, proceed) => {
    if (port !== 'ovsdb') return proceed();
    timeout.abort(new DOMException('too late', 'TimeoutError'));
    throw new OvsdbTimeoutError('unix:/db.sock', 'a look did not end', { cause: timeout.signal.reason });
  });
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'none' }), new TapPlugin()] });
  return { osVif, signal: timeout.signal };
}

describe.each(['check', 'plan'] as const)('%s', (verb) => {
  test('names the server that did not answer', async () => {
    const { osVif, signal } = await withSilentServer();
    await expect(osVif[verb](hybridVif(), instance(), { signal })).rejects.toThrow('OVSDB unix:/db.sock: a look did');
  });

  test('names the server of each of many VIFs, and gives the reason for those that were not begun', async () => {
    const { osVif, signal } = await withSilentServer();
    const vifs = Array.from({ length: 40 }, (_, i) => hybridVif({ id: vifId(i) }));
    const attachments = vifs.map((vif) => ({ vif, instance: instance() }));
    const error = await osVif[`${verb}All`](attachments, { signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_OSVIF_BATCH' });
    const { failures } = Object(error);
    expect(failures.size).toBe(40);
    expect(failures.get(vifs[0]?.id)).toMatchObject({ code: 'ERR_OSVIF_OVSDB_TIMEOUT' });
    expect(failures.get(vifs[39]?.id)).toBe(signal.reason);
  });
});

test('a timeout may be a part of a millisecond', async () => {
  const osVif = await OsVif.open({ host: new MemoryHost(), plugins: [new TapPlugin()] });
  expect(await osVif.check(tapVif(), instance(), { timeout: 60_000.5 })).toMatchObject([{ type: 'missing' }]);
});
