import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { HelperConnectionError, HelperProtocolError } from '../../../src/errors/helper.ts';
import { NetlinkError } from '../../../src/errors/kernel.ts';
import { LinkValueError } from '../../../src/errors/link.ts';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { serveHelper } from '../../../src/host/remote/helper.ts';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { changesSuite } from '../changes-suite.ts';
import { earlyGuardSuite, guardSuite } from '../guard-suite.ts';
import { hostSuite } from '../host-suite.ts';
import { BINDS_BY_NAME, HAS_EGRESS } from '../kernel-version.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { networkSuite } from '../network-suite.ts';
import { EVERYTHING, helperOf, remoteOf } from './helper-host.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel, by way of a helper', () => {
  hostSuite('RemoteHost: links', open);
  guardSuite('RemoteHost: source guards', open, { egress: HAS_EGRESS });
  earlyGuardSuite('RemoteHost', open, BINDS_BY_NAME);
  changesSuite('RemoteHost: changes', open);
  networkSuite('RemoteHost: everything else', open);

  test('an error of the kernel is the same error here', async () => {
    const { links } = await open();
    await links.create({ kind: 'bridge', name: 'br0' });
    const refused = links.create({ kind: 'bridge', name: 'br0' });
    await expect(refused).rejects.toBeInstanceOf(NetlinkError);
    await expect(refused).rejects.toMatchObject({ name: 'NetlinkError', code: 'ERR_OSVIF_NETLINK', errno: 'EEXIST' });
    await expect(links.get('a/b')).rejects.toBeInstanceOf(LinkValueError);
  });
});

test('where no helper is, connecting says so', async () => {
  const nowhere = RemoteHost.connect({ socket: '/nonexistent/helper.sock' });
  await expect(nowhere).rejects.toBeInstanceOf(HelperConnectionError);
  await expect(nowhere).rejects.toThrow('/nonexistent/helper.sock');
});

test.each<[string, readonly [string, ...string[]], unknown]>([
  ['is not there', ['/nonexistent/os-vif'], HelperConnectionError],
  ['ends at once', ['true'], HelperConnectionError],
  ['speaks of something else', ['echo', '{"hello":"world"}'], HelperProtocolError],
  ['speaks no JSON', ['echo', 'sudo: a password is required'], HelperProtocolError],
])('a command that %s is no helper', async (_, command, error) => {
  await expect(RemoteHost.connect({ command })).rejects.toBeInstanceOf(error);
});

describe('a helper that accepts connections and never greets', () => {
  test('is an error after the time limit', async () => {
    const { socket, ended } = await silentServer();
    await expect(RemoteHost.connect({ socket, connectTimeout: 50 })).rejects.toThrow('sent no greeting within 50 ms');
    await ended;
  });

  test('is left when the signal is aborted', async () => {
    const { socket, ended } = await silentServer();
    const reason = new Error('no more time');
    const connecting = RemoteHost.connect({ socket, signal: AbortSignal.abort(reason) });
    await expect(connecting).rejects.toBe(reason);
    const controller = new AbortController();
    const late = RemoteHost.connect({ socket, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(late).rejects.toBe(reason);
    await ended;
  });

  test('is an error when it is a command', async () => {
    const command = ['sh', '-c', 'read greeting; read more'] as const;
    await expect(RemoteHost.connect({ command, connectTimeout: 200 })).rejects.toThrow(
      'sent no greeting within 200 ms',
    );
  });
});

test.each([
  ['a command', 'read greeting; echo \'{"protocol":"os-vif-helper","version":1}\'; exec sleep 600'],
  ['a command that is stopped', 'read greeting; echo \'{"protocol":"os-vif-helper","version":1}\'; kill -STOP $$'],
])('%s that greets and never answers does not keep the host from closing', async (_, script) => {
  const remote = await RemoteHost.connect({ command: ['sh', '-c', script] });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked = expect(remote.links.list()).rejects.toThrow('did not answer within 10000 ms after the close');
  const closed = remote.close();
  await vi.advanceTimersByTimeAsync(10_000);
  await asked;
  await closed;
});

/** A server that never answers. `ended` resolves when a client has gone. */
async function silentServer(): Promise<{ readonly socket: string; readonly ended: Promise<unknown> }> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-test-'));
  const socket = join(folder, 'silent.sock');
  const server = createServer();
  const ended = new Promise((resolve) => server.on('connection', (client) => client.resume().on('close', resolve)));
  server.listen(socket);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  return { socket, ended };
}

test('closing waits for what was asked, and nothing can be asked after', async () => {
  const remote = await remoteOf(new MemoryHost());
  const asked = Array.from({ length: 300 }, () => remote.links.list());
  const closed = remote.close();
  await expect(remote.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
  expect((await Promise.all(asked)).map((links) => links.length)).toEqual(asked.map(() => 1));
  await closed;
});

test('when the helper goes, what is asked fails and does not wait', async () => {
  const child = await RemoteHost.connect({
    command: ['sh', '-c', `read line; echo '{"protocol":"os-vif-helper","version":1}'; read line`],
  });
  onTestFinished(() => child.close());
  await expect(child.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_CONNECTION' });
  await expect(child.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_CONNECTION' });
});

test('two helpers do not listen on one socket', async () => {
  const socket = await helperOf(new MemoryHost());
  const second = serveHelper({ host: new MemoryHost(), clients: { socket } });
  await expect(second).rejects.toThrow('already listens on it');
});

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return remoteOf(host, { policy: EVERYTHING });
}
