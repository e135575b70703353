/** A connection without a running call does not keep the process alive. A running call does. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { bundleChild } from '../children/child.ts';
import { NETNS_UNAVAILABLE } from './netns.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb/ovsdb-server.ts';
import { helperOf } from './remote/helper-host.ts';

/** A helper that lists one device when it reads the word `now` from the named pipe. */
const SLOW_HELPER = (pipe: string) => `read greeting; echo '{"protocol":"os-vif-helper","version":1}'
  read request; read now < ${pipe}; echo '{"id":1,"value":[{"name":"lo"}]}'
  read end; echo 'the helper has ended' >&2`;

describe.skipIf(NETNS_UNAVAILABLE ?? ovsIsMissing())('a LinuxHost with Open vSwitch', () => {
  test('ends with its last call', async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    server.vsctl('init');
    const child = await startChild('ovsdb', server.connection);
    expect(await child.next()).toBe('waiting');
    server.vsctl('add-br', 'br0');
    expect(await child.next()).toBe('br0');
    expect(await child.ended).toEqual([0, null]);
  });
});

describe('a RemoteHost', () => {
  test('on a socket ends with its last call', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const slow = interceptHost(new MemoryHost(), async (_, proceed) => {
      if (isHeld) await released;
      return proceed();
    });
    const socket = await helperOf(slow);
    isHeld = true;
    const child = await startChild('socket', socket);
    expect(await child.next()).toBe('waiting');
    release();
    expect(await child.next()).toBe('lo');
    expect(await child.ended).toEqual([0, null]);
  });

  test('with a helper of its own ends with its last call, and so does the helper', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'os-vif-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const child = await startChild('command', SLOW_HELPER(pipe));
    expect(await child.next()).toBe('waiting');
    await writeFile(pipe, 'now\n');
    expect(await child.next()).toBe('lo');
    expect(await child.ended).toEqual([0, null]);
    expect(await child.errors).toBe('the helper has ended\n');
  });
});

/** A process that makes a call and closes nothing. */
async function startChild(kind: string, address: string) {
  const script = await bundleChild('exit-by-itself.ts');
  const child = spawn(process.execPath, [script, kind, address], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => (await lines.next()).value;
  return { next, ended: once(child, 'exit'), errors: text(child.stderr) };
}
