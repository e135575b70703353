/** A helper in a folder of its own, and clients of it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { serveHelper } from '../../../src/host/remote/helper.ts';
import type { Policy, PolicyOptions } from '../../../src/host/remote/policy.ts';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import { serveWith } from '../../../src/host/remote/serve.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { AtEnd } from '../for-all-tests.ts';

/** Has a helper drive this host, and resolves to the path of its socket. */
export async function helperOf(
  host: Host,
  { policy, ...allowed }: PolicyOptions & { policy?: Policy } = {},
  atEnd: AtEnd = onTestFinished,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-test-'));
  const clients = { socket: join(folder, 'helper.sock') };
  const helper = policy ? await serveWith(host, clients, policy) : await serveHelper({ host, clients, ...allowed });
  atEnd(async () => {
    await helper.close();
    await rm(folder, { recursive: true });
  });
  return clients.socket;
}

/** The same host, by way of a helper. */
export async function remoteOf(host: Host, options?: PolicyOptions & { policy?: Policy }): Promise<RemoteHost> {
  const remote = await RemoteHost.connect({ socket: await helperOf(host, options) });
  onTestFinished(() => remote.close());
  return remote;
}

/** Permits every request, for tests of everything else. */
export const EVERYTHING: Policy = {
  create: async () => [],
  change: async () => [],
  delete: async () => [],
  deleteAll: async (indexes) => indexes.map((index) => ({ index })),
  move: async (plan) => ({ plan, checked: [] }),
  use: async () => [],
  setSysctl: async () => [],
  setFilter: async (_, rules) => [...rules],
  createDrop: async () => {},
  deleteRules: async () => {},
};

/** A client that says what it likes. */
export interface RawClient {
  readonly socket: Socket;
  send(...frames: unknown[]): void;
  sendText(text: string | Buffer): void;
  /** The next frame; undefined once the helper has closed the connection. */
  next(): Promise<
    { id?: number; value?: unknown; error?: { code: string; message: string }; protocol?: string } | undefined
  >;
}

export const HELLO = { protocol: 'os-vif-helper', version: 1 };

export async function rawClient(path: string, atEnd: AtEnd = onTestFinished): Promise<RawClient> {
  const socket = connect(path);
  socket.on('error', () => {});
  atEnd(() => void socket.destroy());
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const sendText = (text: string | Buffer): void => void socket.write(text);
  return {
    socket,
    sendText,
    send: (...frames) => sendText(frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')),
    next: async () => {
      const { value, done } = await lines.next();
      return done ? undefined : JSON.parse(value);
    },
  };
}
