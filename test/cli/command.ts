/** The command as it ships, run as a process of its own. `test/bundle-package.ts` bundles it. */

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Netns } from '../host/netns.ts';
import { requireValidOutput } from './output-schemas.ts';

/** What a run of the command left. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of stdout. */
  json(): unknown;
}

export interface RunOptions {
  /** For standard input, which is empty otherwise. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working directory (default: the folder of the command under test). */
  readonly cwd?: string;
  /** Runs in it; the command itself knows nothing of that. */
  readonly inside?: Netns;
  /** Standard output, error and input are a terminal of 100 columns; all that is printed is in stdout. */
  readonly terminal?: boolean;
  /** The width of the terminal. */
  readonly columns?: number;
  /** A folder that the command sees as /etc. */
  readonly etc?: string;
  /** Runs as this user and group: `nobody` has no capabilities. */
  readonly as?: 'nobody';
  /**
   * Sent to the command as soon as `when` says so, and with `again` a second time, so many ms
   * later.
   */
  readonly kill?: {
    readonly signal: NodeJS.Signals;
    readonly when: () => boolean | Promise<boolean>;
    readonly again?: number | undefined;
  };
}

export interface TestedCommand {
  (args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Where it runs: a copy of test/cli/files. */
  readonly folder: string;
  /** The script. */
  readonly script: string;
  /** Runs a shell's line on a terminal in that folder, with `os-vif` on the path. */
  line(text: string, inside: Netns): Promise<Run>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes a folder for the tests of this file, and removes it after them. A run fails if it prints
 * JSON that the schema of its verb does not allow.
 */
export function commandUnderTest(): TestedCommand {
  const root = inject('package');
  const script = join(root, 'dist/entries/cli.js');
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'work-'));
    // For runs as nobody.
    chmodSync(folder, 0o755);
    cpSync(join(ROOT, 'test/cli/files'), folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Run> =>
    runCommand([process.execPath, script, ...args], options.cwd ?? folder, options).then(async (left) => {
      await requireValidOutput(args, left.stdout);
      return left;
    });
  const line = (text: string, inside: Netns): Promise<Run> => {
    const env = { PATH: `${root}:${process.env.PATH}`, NO_COLOR: '1' };
    return runCommand(['bash', '-c', text], folder, { inside, terminal: true, env });
  };
  return Object.defineProperty(Object.assign(run, { line, folder, script }), 'folder', { get: () => folder });
}

function runCommand(words: readonly string[], cwd: string, options: RunOptions): Promise<Run> {
  const [command = '', ...args] = wrapped(words, options);
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: 'pipe', // The empty variable: no configuration of this machine.
      env: { ...env, TERM: 'xterm', OS_VIF_CONFIG: '', ...options.env },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      const stdout = output.stdout.replaceAll('\r\n', '\n');
      resolve({ status, stdout, stderr: output.stderr, json: (): unknown => JSON.parse(stdout) });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    void killed(child, options.kill);
  });
}

async function killed(child: ReturnType<typeof spawn>, kill: RunOptions['kill']): Promise<void> {
  if (kill === undefined) return;
  while (child.exitCode === null && !(await kill.when())) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill(kill.signal);
  if (kill.again === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, kill.again));
  child.kill(kill.signal);
}

function wrapped(words: readonly string[], { inside, etc, terminal, columns = 100, as }: RunOptions): string[] {
  const user =
    as === undefined ? [] : ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
  const inNamespace = inside === undefined ? [] : ['nsenter', `--net=${inside.path}`];
  const mounted = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"'];
  const withEtc = etc === undefined ? [] : [...mounted, etc];
  const all = [...inNamespace, ...withEtc, ...user, ...words];
  if (!terminal) return all;
  return [
    'script',
    '--quiet',
    '--return',
    '--command',
    `stty cols ${columns}; ${all.map(quoted).join(' ')}`,
    '/dev/null',
  ];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
