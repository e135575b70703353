import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { bundleChild } from '../children/child.ts';
import { ovsIsMissing } from './ovsdb/ovsdb-server.ts';

test.skipIf(process.platform !== 'linux' || ovsIsMissing())(
  'the ovsdb-server of a test ends if the process of the test is killed',
  { timeout: 60_000 },
  async () => {
    const child = spawn(process.execPath, [await bundleChild('ovsdb-until-killed.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [folder] = await once(createInterface({ input: child.stdout }), 'line');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    expect(await answerOf(join(folder, 'db.sock'))).toBe('connected');
    child.kill('SIGKILL');
    await expect.poll(() => answerOf(join(folder, 'db.sock')), { timeout: 30_000 }).toBe('ECONNREFUSED');
  },
);

function answerOf(socket: string): Promise<string> {
  return new Promise((resolve) => {
    const probe = connect(socket)
      .on('connect', () => {
        probe.destroy();
        resolve('connected');
      })
      .on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}
