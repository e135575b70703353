/** The process of examples/compute-agent, as systemd starts it, in a network namespace of the test. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  /** The parsed JSON, or the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with what they expect
  readonly body: any;
}

export class AgentProcess {
  /** Everything that the process printed. */
  log = '';
  readonly #child: ChildProcess;
  readonly #socket: string;

  /**
   * Starts the agent and waits until it is ready. `prefix` are the words before `node`.
   * `env` are further settings.
   */
  static async start(folder: string, env: Readonly<Record<string, string>>, prefix: readonly string[] = []) {
    const agent = new AgentProcess(folder, env, prefix);
    await agent.#untilReady();
    return agent;
  }

  constructor(folder: string, env: Readonly<Record<string, string>>, prefix: readonly string[] = []) {
    this.#socket = join(folder, 'http.sock');
    const main = join(inject('package'), 'examples/compute-agent/main.mjs');
    const [command = '', ...args] = [...prefix, process.execPath, main];
    this.#child = spawn(command, args, {
      env: { PATH: process.env.PATH, STATE_DIRECTORY: folder, COMPUTE_AGENT_LISTEN: `unix:${this.#socket}`, ...env },
    });
    onTestFinished(() => this.kill());
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.log += chunk;
      });
  }

  async #untilReady(): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      const isReady = await this.request('GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isReady) return;
      if (this.#hasEnded) break;
      await sleep(20);
    }
    throw new Error(`the agent is not ready:\n${this.log}`);
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  request(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request({ socketPath: this.#socket, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json');
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
        });
        response.on('error', reject);
      });
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Sends SIGTERM and returns the exit code. */
  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode();
  }
}

/** A folder for state and sockets, for the running test. */
export async function agentFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
