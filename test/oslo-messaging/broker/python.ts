/** Servers and clients of oslo.messaging in Python. They end with the test. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { PYTHON } from '../../peer/peer.ts';
import { broker } from './on-broker.ts';
import { RABBITMQ_UNAVAILABLE } from './rabbitmq.ts';

/** Why there is no oslo.messaging here, or undefined. */
export const PYTHON_UNAVAILABLE: string | undefined = RABBITMQ_UNAVAILABLE ?? whyUnavailable();

/** Where a process of Python is on the bus. */
export interface Place {
  readonly exchange: string;
  readonly topic: string;
  readonly server: string;
}

/** What the client of Python got. */
export interface Answer {
  readonly result?: unknown;
  readonly classes?: unknown;
  readonly error?: string;
  readonly bases?: readonly string[];
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
}

/** A call by the client of Python. `prepare` has the arguments of its method `prepare`. */
export interface Request {
  readonly verb?: 'call' | 'cast';
  readonly method: string;
  readonly args: object;
  readonly context?: object;
  readonly prepare?: object;
}

/** Starts a server, and resolves when it is ready. */
export async function pythonServer(place: Place, ...flags: readonly string[]): Promise<void> {
  await start('python_server.py', place, flags);
}

/** Starts a client. The function in the result makes a call. */
export async function pythonClient(
  place: Place,
  ...flags: readonly string[]
): Promise<(request: Request) => Promise<Answer>> {
  const { child, lines } = await start('python_client.py', place, flags);
  return async (request) => {
    child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the client of Python ended');
    return JSON.parse(value);
  };
}

async function start(
  script: string,
  { exchange, topic, server }: Place,
  flags: readonly string[],
): Promise<{ child: ChildProcess; lines: AsyncIterator<string> }> {
  const { amqp } = await broker();
  const url = `rabbit://guest:pw@127.0.0.1:${amqp}/`;
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(PYTHON, ['-W', 'ignore', path, url, exchange, topic, server, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== 'ready') throw new Error(`${script} did not start: ${value}`);
  return { child, lines };
}

function whyUnavailable(): string | undefined {
  if (spawnSync(PYTHON, ['-c', 'import os_vif, oslo_messaging'], { stdio: 'ignore' }).status === 0) return undefined;
  const reason = 'oslo.messaging is not there: apt-get install python3-oslo.messaging python3-os-vif';
  if (process.env.CI) throw new Error(reason);
  return reason;
}
