/** The real command `os-vif helper` as a process of its own, for tests. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { Netns } from '../../host/netns.ts';
import type { TestedCommand } from '../command.ts';

export interface HelperProcess {
  readonly pid: number;
  readonly socket: string;
  readonly child: ChildProcess;
  /** Settles with the exit status, or the signal, of the process. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Standard error until now. */
  complaint(): string;
}

export interface StartOptions {
  /** Path of the socket. Default: `helper.sock` in a new folder. */
  readonly socket?: string;
  /** Environment of the starter. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Options of Node for the process that the starter starts. */
  readonly node?: readonly string[];
  /** Shell commands that run before the shell becomes the helper. */
  readonly before?: string;
}

/** Starts a helper and does not wait for it. The process ends with the running test. */
export async function spawnHelper(
  osVif: TestedCommand,
  { path }: Pick<Netns, 'path'>,
  options: readonly string[],
  { socket, env = {}, cwd, node = [], before = '' }: StartOptions = {},
): Promise<HelperProcess> {
  const place = socket ?? join(await temporaryFolder(), 'helper.sock');
  const words = [process.execPath, ...node, osVif.script, 'helper', '--netns', path, '--socket', place, ...options];
  const child = spawn('bash', ['-c', `${before}\nexec "$@"`, 'bash', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (status, signal) => resolve(status ?? signal)),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const complaint: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
  return { pid: child.pid ?? 0, socket: place, child, ended, complaint: () => Buffer.concat(complaint).toString() };
}

/** Starts a helper and waits until it listens. When the test ends, the helper must stop as told, without a trace. */
export async function startHelper(
  osVif: TestedCommand,
  netns: Pick<Netns, 'path'>,
  options: readonly string[] = [],
  start: StartOptions = {},
): Promise<HelperProcess> {
  const helper = await spawnHelper(osVif, netns, options, start);
  onTestFinished(async () => {
    helper.child.kill('SIGTERM');
    expect(await helper.ended).toBe(0);
    expect(existsSync(helper.socket)).toBe(false);
  });
  await until(() => {
    if (helper.child.exitCode !== null) throw new Error(helper.complaint());
    return existsSync(helper.socket);
  });
  return helper;
}

/** Variables, descriptors above 2 and working directory of a process, as /proc has them. */
export function inheritanceOf(pid: number): { environment: string[]; files: string[]; folder: string } {
  const folder = `/proc/${pid}/fd`;
  const extra = readdirSync(folder).filter((fd) => Number(fd) > 2);
  return {
    environment: readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean),
    files: extra.map((fd) => readlinkSync(join(folder, fd))),
    folder: readlinkSync(`/proc/${pid}/cwd`),
  };
}

/** A folder that everyone may enter. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o777);
  return folder;
}

/** Waits for a condition that no event announces, for ten seconds at most. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isSo(); i++) await sleep(10);
}
