/** The agent of examples/compute-agent on a host in memory, with requests that need no network. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openAgent } from '../../examples/compute-agent/agent.mjs';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';

interface Given {
  readonly host?: Host;
  /** The state directory. */
  readonly folder?: string;
  readonly collectGarbage?: boolean;
  readonly stopTimeout?: number;
}

/** An agent on a host in memory. The host stays open after the agent, as a kernel does. */
export async function openedAgent({
  host = new MemoryHost(),
  folder,
  collectGarbage = false,
  stopTimeout = 60_000,
}: Given = {}) {
  const stateDirectory = folder ?? (await mkdtemp(join(tmpdir(), 'agent-')));
  if (folder === undefined) onTestFinished(() => rm(stateDirectory, { recursive: true }));
  const kept = Object.create(host, { close: { value: async () => {} } });
  const agent = await openAgent(kept, { stateDirectory, collectGarbage, logLevel: 'silent', stopTimeout });
  onTestFinished(() => agent.stop());
  const request = async (method: 'GET' | 'PUT' | 'DELETE', url: string, payload?: unknown) => {
    const { statusCode, body } = await agent.app.inject({
      method,
      url,
      ...(payload !== undefined && { payload: Object(payload) }),
    });
    return { status: statusCode, body: JSON.parse(body) };
  };
  return { agent, host, request, folder: stateDirectory };
}

export async function startedAgent(given?: Given) {
  const opened = await openedAgent(given);
  await opened.agent.start((error) => {
    throw error;
  });
  return opened;
}
