/** The command as it ships, run in a process. `test/bundle-package.ts` bundles it. */

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Netns } from '../host/netns.ts';
import { quoted } from '../host/shell.ts';
import { CommandProcess, type Output } from './command-process.ts';
import { requireValidOutput } from './output-schemas.ts';

/** What a run of the command left. */
export interface Run extends Output {
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
  /** Runs in a process of its own. The default is that of `commandUnderTest`. */
  readonly apart?: boolean;
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
const RUNNER = join(ROOT, 'test/children/run-commands.mjs');

/**
 * Makes a folder for the tests of this file, and removes it after them. A run fails if it prints
 * JSON that the schema of its verb does not allow.
 *
 * Runs in one namespace share a process, if they differ only in arguments, input, folder and variables.
 *
 * @param apart each run has a process of its own, because a run declares objects, or reads the
 *   configuration from standard input, which the command does once
 */
export function commandUnderTest({ apart = false } = {}): TestedCommand {
  const root = inject('package');
  const script = join(root, 'dist/entries/cli.js');
  const processes = new Map<string, CommandProcess>();
  const shared = (options: RunOptions): CommandProcess => {
    const { terminal = false } = options;
    const words = wrapped([process.execPath, RUNNER, script], options);
    const found = processes.get(words.join(' ')) ?? new CommandProcess(words, terminal);
    processes.set(words.join(' '), found);
    return found;
  };
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'work-'));
    // For runs as nobody.
    chmodSync(folder, 0o755);
    cpSync(join(ROOT, 'test/cli/files'), folder, { recursive: true });
  });
  afterAll(async () => {
    for (const each of processes.values()) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<Run> => {
    const { cwd = folder, input = '' } = options;
    const left =
      (options.apart ?? apart) || needsProcess(options)
        ? await runCommand([process.execPath, script, ...args], cwd, options)
        : runOf(await shared(options).run({ args, cwd, input, env: environment(options) }));
    await requireValidOutput(args, left.stdout);
    return left;
  };
  const line = (text: string, inside: Netns): Promise<Run> => {
    const env = { PATH: `${root}:${process.env.PATH}`, NO_COLOR: '1' };
    return runCommand(['bash', '-c', text], folder, { inside, terminal: true, env });
  };
  return Object.defineProperty(Object.assign(run, { line, folder, script }), 'folder', { get: () => folder });
}

/** Whether the run differs from others in its namespace by more than arguments, folder, variables and input. */
function needsProcess({ etc, as, kill, terminal, input, env = {} }: RunOptions): boolean {
  const isOnTerminalWithInput = terminal && input !== undefined;
  const hasVariablesOfNode = Object.keys(env).some((name) => name.startsWith('NODE_'));
  return [etc, as, kill].some(Boolean) || isOnTerminalWithInput || hasVariablesOfNode;
}

function environment(options: RunOptions): Readonly<Record<string, string | undefined>> {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env;
  // The empty variable: no configuration of this machine.
  return { ...env, TERM: 'xterm', OS_VIF_CONFIG: '', ...options.env };
}

function runOf({ status, stdout: printed, stderr }: Output): Run {
  const stdout = printed.replaceAll('\r\n', '\n');
  return { status, stdout, stderr, json: (): unknown => JSON.parse(stdout) };
}

function runCommand(words: readonly string[], cwd: string, options: RunOptions): Promise<Run> {
  const [command = '', ...args] = wrapped(words, options);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'pipe', env: environment(options) });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve(runOf({ status, ...output })));
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
