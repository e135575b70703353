/** A process that runs the command again and again, because Node.js takes longer to start than most runs take. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a run left, before its text is read as JSON. */
export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Request {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
}

/** Runs one command after another. */
export class CommandProcess {
  readonly #words: readonly string[];
  readonly #isTerminal: boolean;
  /** Absent before the first run, and after a run that ended the process, as `process.exit()` does. */
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #runs = 0;
  // Of the present run.
  #stdout = '';
  #stderr = '';
  #status: number | undefined;
  #onChange = (): void => {};

  /**
   * @param words the words that start test/children/run-commands.mjs
   * @param isTerminal whether standard output, error and input are one terminal
   */
  constructor(words: readonly string[], isTerminal: boolean) {
    this.#words = words;
    this.#isTerminal = isTerminal;
  }

  /** Runs the command after the runs that were asked for before. */
  run(request: Request): Promise<Output> {
    const output = this.#last.then(() => this.#run(request));
    this.#last = output.catch(() => {});
    return output;
  }

  async stop(): Promise<void> {
    await this.#last;
    if (this.#child === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #run(request: Request): Promise<Output> {
    this.#runs += 1;
    // The runner writes the mark after the output of the run.
    const mark = `\u0003end of run ${this.#runs}\u0003`;
    [this.#stdout, this.#stderr, this.#status] = ['', '', undefined];
    this.#child ??= this.#start();
    this.#child.send({ ...request, mark });
    const isOver = (): boolean =>
      this.#child === undefined ||
      (this.#status !== undefined && this.#stdout.endsWith(mark) && (this.#isTerminal || this.#stderr.endsWith(mark)));
    await new Promise<void>((resolve) => {
      this.#onChange = () => isOver() && resolve();
    });
    const printed = (text: string): string => text.replace(mark, '');
    return { status: this.#status ?? null, stdout: printed(this.#stdout), stderr: printed(this.#stderr) };
  }

  #start(): ChildProcess {
    const [command = '', ...args] = this.#words;
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.#changed(() => (this.#stdout += chunk)));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.#changed(() => (this.#stderr += chunk)));
    child.on('message', (status: number) => this.#changed(() => (this.#status = status)));
    child.on('close', (status: number | null) =>
      this.#changed(() => {
        this.#child = undefined;
        this.#status = status ?? undefined;
      }),
    );
    return child;
  }

  #changed(change: () => void): void {
    change();
    this.#onChange();
  }
}
