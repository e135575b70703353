/** Python os-vif as a child process that answers one JSON line to each. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The one that Debian's packages belong to. */
export const PYTHON = '/usr/bin/python3';

/** Why there is no peer here; undefined where there is one. Under CI that is an error, not a reason to skip. */
export const PEER_MISSING: string | undefined = whyMissing();

export class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>) {
    this.#child = child;
    this.#answers = answers;
  }

  static start(): Peer {
    const script = fileURLToPath(new URL('peer.py', import.meta.url));
    const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    return new Peer(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  }

  /** Sends a request; ask again only when it has answered. */
  async ask<T>(verb: string, request: object = {}): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify({ verb, ...request })}\n`);
    const line = await this.#answers.next();
    if (line.done) throw new Error('the Python peer ended');
    const { result, error } = JSON.parse(line.value);
    if (error !== undefined) throw new Error(`the Python peer refused ${verb}: ${error}`);
    return result;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}

function whyMissing(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import os_vif'], { stdio: 'ignore' });
  if (status === 0) return undefined;
  const why = 'Python os-vif is not there: apt-get install python3-os-vif';
  if (process.env.CI) throw new Error(why);
  return why;
}
