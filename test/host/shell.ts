/** A shell that runs commands for tests. To fork the process of the tests takes longer than most commands take. */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the file `command` for each line that it reads, and writes the exit code to the other pipe. */
const LOOP = `
mkfifo "$1/request" "$1/answer" && : >"$1/ready" || exit
exec 3<"$1/request" 4>"$1/answer"
while read -r _ <&3; do
  (. "$1/command") </dev/null >"$1/stdout" 2>"$1/stderr" 3<&- 4>&-
  echo $? >&4
done`;

export class Shell {
  readonly process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'os-vif-shell-'));
  #pipes: { readonly request: number; readonly answer: number } | undefined;

  /**
   * @param before the words of a command that starts the shell, such as `unshare --net`
   * @param first a line that the shell runs before all others
   */
  constructor(before: readonly string[] = [], first = ':') {
    const [command = '', ...args] = [...before, 'sh', '-c', `${first} || exit\n${LOOP}`, 'sh', this.#folder];
    this.process = spawn(command, args, { stdio: 'ignore' });
    // A shell that nobody stops ends with the process of the tests.
    this.process.unref();
  }

  /** Whether the first line is done. */
  get isReady(): boolean {
    return existsSync(join(this.#folder, 'ready'));
  }

  /** Runs a command and returns what it printed. Throws if it fails, with its standard error. */
  run(command: string, ...args: string[]): string {
    this.#pipes ??= this.#open();
    const words = [command, ...args];
    writeFileSync(join(this.#folder, 'command'), `exec ${words.map(quoted).join(' ')}\n`);
    writeSync(this.#pipes.request, '\n');
    const answer = Buffer.alloc(8);
    const length = readSync(this.#pipes.answer, answer);
    const [stdout, stderr] = ['stdout', 'stderr'].map((name) => readFileSync(join(this.#folder, name), 'utf8'));
    const status = answer.toString('utf8', 0, length).trim();
    if (status !== '0') throw new Error(`${words.join(' ')}: exit code ${status}\n${stderr}`);
    return stdout ?? '';
  }

  stop(): void {
    this.process.kill('SIGKILL');
    for (const pipe of Object.values(this.#pipes ?? {})) closeSync(pipe);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): { request: number; answer: number } {
    const waiting = new Int32Array(new SharedArrayBuffer(4));
    // A new network namespace waits while the kernel removes others, which takes seconds on a busy machine.
    for (let i = 0; i < 4000 && !this.isReady; i++) Atomics.wait(waiting, 0, 0, 5);
    if (!this.isReady) throw new Error('the shell did not start');
    return {
      request: openSync(join(this.#folder, 'request'), 'r+'),
      answer: openSync(join(this.#folder, 'answer'), 'r'),
    };
  }
}

/** For all tests of the worker. */
let common: Shell | undefined;

/** Runs a command in the namespaces of the tests, and returns what it printed. Throws as `Shell.run` does. */
export function run(command: string, ...args: string[]): string {
  common ??= startCommon();
  return common.run(command, ...args);
}

function startCommon(): Shell {
  const started = new Shell();
  process.once('exit', () => started.stop());
  return started;
}

/** The word for a shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
