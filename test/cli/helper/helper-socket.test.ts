/** One helper at most serves a path, and no helper removes what is not its own. */

import { existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';
import { type HelperProcess, spawnHelper, startHelper, temporaryFolder, until } from './helper-process.ts';

const osVif = commandUnderTest();
const IN_USE = 'already listens on it';

describe.skipIf(NETNS_UNAVAILABLE || process.getuid?.() !== 0)('the socket of a helper', () => {
  test('is served by exactly one of four helpers that start at once', async () => {
    const { path, folder } = await place();
    const netns = await makeNetns();
    const starts = Array.from({ length: 4 }, () => spawnHelper(osVif, netns, [], { socket: path }));
    const helpers = await Promise.all(starts);
    await until(() => helpers.filter(isOver).length === 3 && existsSync(path));
    const [winner, ...others] = helpers.filter((helper) => !isOver(helper));
    expect(others).toEqual([]);
    for (const loser of helpers.filter(isOver))
      expect([loser.child.exitCode, loser.complaint()]).toEqual([1, expect.stringContaining(IN_USE)]);
    await expectServing(path);
    winner?.child.kill('SIGTERM');
    expect(await winner?.ended).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);

  test('needs a folder, which the error names', async () => {
    const { folder } = await place();
    expect(await failedStart(join(folder, 'nowhere/helper.sock'))).toContain(
      `cannot listen on this socket: the folder ${folder}/nowhere does not exist`,
    );
  });

  test('stays when a second helper finds it in use and ends', async () => {
    const { path } = await place();
    await startHelper(osVif, await makeNetns(), [], { socket: path });
    const before = inodeOf(path);
    expect(await failedStart(path)).toContain(IN_USE);
    expect(inodeOf(path)).toBe(before);
    await expectServing(path);
  });

  test('stays with a helper that is stopped and whose queue of connections is full', async () => {
    const { path } = await place();
    const { child } = await startHelper(osVif, await makeNetns(), [], { socket: path });
    const before = inodeOf(path);
    child.kill('SIGSTOP');
    onTestFinished(() => void child.kill('SIGCONT'));
    await fillQueue(path);
    expect(await failedStart(path)).toContain(IN_USE);
    expect(inodeOf(path)).toBe(before);
  }, 60_000);

  test('stays with a stopped helper also when somebody removed the lock', async () => {
    const { path } = await place();
    const { child } = await startHelper(osVif, await makeNetns(), [], { socket: path });
    const before = inodeOf(path);
    child.kill('SIGSTOP');
    onTestFinished(() => void child.kill('SIGCONT'));
    await fillQueue(path);
    rmSync(`${path}.lock`);
    expect(await failedStart(path)).toContain('may be in use (EAGAIN)');
    expect(inodeOf(path)).toBe(before);
  }, 60_000);

  test('stays with another program that listens there', async () => {
    const { path } = await place();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    expect(await failedStart(path)).toContain(IN_USE);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('goes to the next helper after kill -9, several times', async () => {
    const { path, folder } = await place();
    const netns = await makeNetns();
    let last = '';
    for (let i = 0; i < 3; i++) {
      const helper = await spawnHelper(osVif, netns, [], { socket: path });
      await until(() => existsSync(path) && inodeOf(path) !== last);
      await expectServing(path);
      last = inodeOf(path);
      helper.child.kill('SIGKILL');
      await helper.ended;
      expect((await readdir(folder)).toSorted()).toEqual(['helper.sock', 'helper.sock.lock']);
    }
  }, 60_000);

  test('goes to exactly one of four helpers that start at once after kill -9', async () => {
    const { path } = await place();
    const netns = await makeNetns();
    const dead = await startAndKill(path, netns);
    const helpers = await Promise.all(Array.from({ length: 4 }, () => spawnHelper(osVif, netns, [], { socket: path })));
    await until(() => helpers.filter(isOver).length === 3 && inodeOf(path) !== dead);
    expect(helpers.filter(isOver)).toHaveLength(3);
    await expectServing(path);
  }, 60_000);

  test('is left alone at the end when another program has put its own there', async () => {
    const { path } = await place();
    const helper = await spawnHelper(osVif, await makeNetns(), [], { socket: path });
    await until(() => existsSync(path));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${path}.new`, resolve));
    onTestFinished(() => void server.close());
    await rename(`${path}.new`, path);
    const before = inodeOf(path);
    helper.child.kill('SIGTERM');
    expect(await helper.ended).toBe(0);
    expect(inodeOf(path)).toBe(before);
  });

  test.each<[string, (path: string, target: string) => Promise<unknown>]>([
    ['a regular file', (path) => writeFile(path, 'precious')],
    ['a folder', (path) => mkdir(path)],
    ['a symbolic link to a file', (path, target) => symlink(target, path)],
    ['a symbolic link to nothing', (path) => symlink('/nonexistent/socket', path)],
  ])('is not made in the place of %s', async (_, make) => {
    const { path, folder } = await place();
    const target = join(folder, 'target');
    await writeFile(target, 'precious');
    await make(path, target);
    const before = inodeOf(path);
    expect(await failedStart(path)).toContain('not a socket');
    expect(inodeOf(path)).toBe(before);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  test.each<[string, (path: string, target: string) => Promise<unknown>]>([
    ['a symbolic link to a file', (path, target) => symlink(target, path)],
    ['a folder', (path) => mkdir(path)],
  ])('is not made when its lock is %s', async (_, make) => {
    const { path, folder } = await place();
    const target = join(folder, 'target');
    await writeFile(target, 'precious');
    await make(`${path}.lock`, target);
    expect(await failedStart(path)).toContain('helper.sock.lock');
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  test('has a lock that other users cannot open, since an open file is enough to hold it', async () => {
    const { path } = await place();
    await startHelper(osVif, await makeNetns(), ['--mode', '0666'], { socket: path });
    expect(lstatSync(`${path}.lock`).mode & 0o777).toBe(0o600);
  });
});

async function place(): Promise<{ path: string; folder: string }> {
  const folder = await temporaryFolder();
  return { folder, path: join(folder, 'helper.sock') };
}

/** What a helper prints that must end at once. */
async function failedStart(socket: string): Promise<string> {
  const helper = await spawnHelper(osVif, await makeNetns(), [], { socket });
  expect(await helper.ended).toBe(1);
  return helper.complaint();
}

async function startAndKill(socket: string, netns: { path: string }): Promise<string> {
  const helper = await spawnHelper(osVif, netns, [], { socket });
  await until(() => existsSync(socket));
  helper.child.kill('SIGKILL');
  await helper.ended;
  return inodeOf(socket);
}

/** Connects until the kernel refuses. */
async function fillQueue(path: string): Promise<void> {
  for (;;) {
    const code = await new Promise<string | undefined>((resolve) => {
      const socket = connect(path);
      onTestFinished(() => void socket.destroy());
      socket
        .once('connect', () => resolve(undefined))
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    if (code === 'EAGAIN') return;
    expect(code).toBeUndefined();
  }
}

async function expectServing(socket: string): Promise<void> {
  await using host = await RemoteHost.connect({ socket });
  expect(await host.links.get('lo')).toMatchObject({ name: 'lo' });
}

function isOver({ child }: HelperProcess): boolean {
  return child.exitCode !== null;
}

function inodeOf(path: string): string {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
