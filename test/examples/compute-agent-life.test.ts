/** Start, watch and stop of examples/compute-agent. */

import { EventEmitter, on, once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attachment, OsVif } from 'os-vif/host';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { PORT_ID, portId, portRequest } from './agent-requests.ts';
import { openedAgent, startedAgent } from './memory-agent.ts';

const TAP = 'tapdc065497-3c';
const URL = `/ports/${PORT_ID}`;

describe('a start', () => {
  test('plugs all ports of the state directory', async () => {
    const { agent, request, folder } = await startedAgent();
    for (let n = 1; n <= 20; n++) {
      const { status } = await request('PUT', `/ports/${portId(n)}`, portRequest('tap', { id: portId(n) }));
      expect(status).toBe(201);
    }
    await agent.stop();

    const rebooted = await startedAgent({ folder });
    expect((await rebooted.host.links.list()).length).toBe(21);
    expect((await rebooted.request('GET', '/ports')).body.ports).toHaveLength(20);
    expect(
      (await rebooted.request('PUT', `/ports/${portId(3)}`, portRequest('tap', { id: portId(3) }))).body.changed,
    ).toBe(false);
  });

  test('filters frames for a private macvtap guest again, whose rules are gone', async () => {
    const host = new MemoryHost();
    host.links.addNic({ name: 'eth0', up: true });
    const { agent, request, folder } = await startedAgent({ host });
    const { status } = await request('PUT', URL, portRequest('macvtap', { details: { macvtap_mode: 'private' } }));
    expect(status).toBe(201);
    await agent.stop();
    for (const drop of await host.ingress.list()) await host.ingress.delete(drop);

    await startedAgent({ host, folder });
    expect(await host.ingress.list()).toMatchObject([{ device: 'eth0', mac: 'fa:16:3e:4a:5b:6c' }]);
  });

  test('goes on without a port that cannot be plugged, and without a file that cannot be read', async () => {
    const { agent, request, folder } = await startedAgent();
    for (const id of [PORT_ID, portId(1), portId(2)]) await request('PUT', `/ports/${id}`, portRequest('tap', { id }));
    await agent.stop();
    await writeFile(join(folder, 'ports', `${portId(2)}.json`), '{"vif":');
    await writeFile(join(folder, 'ports', `${portId(3)}.json.new`), '{');

    const host = new MemoryHost();
    await host.links.create({ kind: 'bridge', name: TAP });
    const again = await startedAgent({ folder, host });
    expect((await again.request('GET', '/ports')).body.ports).toMatchObject([
      { id: portId(1), state: 'plugged' },
      { id: PORT_ID, state: 'failed', error: { code: 'ERR_OSVIF_PLUG' } },
    ]);
    expect((await readdir(join(folder, 'ports'))).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('collects garbage if it is told to, and if all files can be read', async () => {
    const { agent, request, folder, host } = await startedAgent();
    for (const id of [PORT_ID, portId(1)]) await request('PUT', `/ports/${id}`, portRequest('tap', { id }));
    await agent.stop();
    const file = join(folder, 'ports', `${PORT_ID}.json`);

    await writeFile(file, 'damaged');
    await (await startedAgent({ folder, host, collectGarbage: true })).agent.stop();
    expect(await host.links.get(TAP)).toBeDefined();
    await rm(file);
    await (await startedAgent({ folder, host })).agent.stop();
    expect(await host.links.get(TAP)).toBeDefined();
    await (await startedAgent({ folder, host, collectGarbage: true })).agent.stop();
    expect(await host.links.get(TAP)).toBeUndefined();
    expect(await host.links.get('tap00000001-3c')).toBeDefined();
  });
});

describe('the watch', () => {
  test('gets each port after its plug, and its events change the state of the port', async () => {
    const watch = scriptedWatch();
    const { agent, request } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    expect(watch.added.map(({ vif }) => vif.id)).toEqual([PORT_ID]);
    const { vif, instance } = watch.added[0] ?? expect.fail('nothing is watched');

    const states: string[] = [];
    for (const event of [
      { type: 'drift', drifts: [] },
      { type: 'failed', error: new Error('no memory'), retryIn: 100 },
      { type: 'repaired', drifts: [], result: { changed: true, steps: [] } },
      { type: 'drift', drifts: [] },
      { type: 'restored' },
    ]) {
      await watch.emit({ vif, instance, ...event });
      const [port] = (await request('GET', '/ports')).body.ports;
      states.push(port.error === undefined ? port.state : `${port.state}: ${port.error.message}`);
    }
    expect(states).toEqual(['drifted', 'failed: no memory', 'plugged', 'drifted', 'plugged']);
    await watch.emit({ type: 'resynchronized', reason: 'events lost' });
    const { body } = await agent.app.inject('/metrics');
    expect(body).toContain('compute_agent_watch_events_total{type="drift"} 2');
    expect(body).toContain('compute_agent_watch_events_total{type="resynchronized"} 1');

    await request('DELETE', URL);
    await watch.emit({ vif, instance, type: 'drift', drifts: [] });
    expect((await request('GET', '/ports')).body.ports).toEqual([]);
  });

  test('has no event for a check that works again: the failed ports are checked when all are', async () => {
    const watch = scriptedWatch();
    const { request } = await startedAgent();
    for (const id of [PORT_ID, portId(1)]) await request('PUT', `/ports/${id}`, portRequest('tap', { id }));
    for (const attachment of watch.added)
      await watch.emit({ ...attachment, type: 'failed', error: new Error('the database is away'), retryIn: 100 });
    const states = async () => (await request('GET', '/ports')).body.ports.map(({ state }: { state: string }) => state);
    expect(await states()).toEqual(['failed', 'failed']);
    await watch.emit({ type: 'resynchronized', reason: 'events lost' });
    await expect.poll(states, { timeout: 20_000 }).toEqual(['plugged', 'plugged']);
  });

  test('begins with the ports of the state directory, also with those that could not be plugged', async () => {
    const { agent, request, folder } = await startedAgent();
    for (const id of [PORT_ID, portId(1)]) await request('PUT', `/ports/${id}`, portRequest('tap', { id }));
    await agent.stop();
    const watch = scriptedWatch();
    const host = new MemoryHost();
    await host.links.create({ kind: 'bridge', name: TAP });
    await startedAgent({ folder, host });
    expect(watch.added.map(({ vif }) => vif.id).sort()).toEqual([portId(1), PORT_ID]);
  });

  test('that ends by itself ends the agent', async () => {
    const watch = scriptedWatch();
    const { agent, request } = await openedAgent();
    const ended = new Promise<Error>((resolve) => void agent.start(resolve));
    await watch.isOpen;
    expect((await request('GET', '/readyz')).status).toBe(200);
    await watch.fail(new Error('the kernel has no memory'));
    expect((await ended).message).toBe('the kernel has no memory');
    expect((await request('GET', '/readyz')).status).toBe(503);
  });
});

describe('a stop', () => {
  test('waits for the requests under way, and leaves the VIFs plugged', async () => {
    const memory = new MemoryHost();
    const { host, reached, release } = blockedHost(memory);
    const { agent } = await startedAgent({ host });
    const address = await agent.app.listen({ host: '127.0.0.1', port: 0 });
    const answer = putTo(address);
    await reached;
    const stopped = agent.stop();
    release();
    expect((await answer).status).toBe(201);
    await stopped;
    expect(await memory.links.get(TAP)).toBeDefined();
  });

  test('ends the requests under way at the deadline, and a plug rolls back', async () => {
    const memory = new MemoryHost();
    const { host, reached, release } = blockedHost(memory);
    const { agent, folder } = await startedAgent({ host, stopTimeout: 0 });
    const address = await agent.app.listen({ host: '127.0.0.1', port: 0 });
    const answer = putTo(address, portRequest('ovs'));
    await reached;
    const stopped = agent.stop();
    // Timers of one duration fire in order: the deadline has passed.
    await sleep(0);
    release();
    const { status, code } = await answer;
    await stopped;
    expect([status, code]).toEqual([500, 'ERR_OSVIF_PLUG']);
    expect(await memory.links.get(TAP)).toBeUndefined();
    expect(await readdir(join(folder, 'ports'))).toEqual([`${PORT_ID}.json`]);
  });

  test('cuts the connection of a client that never ends its request', async () => {
    const { agent } = await startedAgent({ stopTimeout: 0 });
    const { port } = new globalThis.URL(await agent.app.listen({ host: '127.0.0.1', port: 0 }));
    const client = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void client.destroy());
    const received = once(agent.app.server, 'request');
    client.write(`PUT ${URL} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`);
    await received;
    await agent.stop();
  });
});

/** In place of the watch: it has the events that the test emits. */
function scriptedWatch() {
  const added: Attachment[] = [];
  const events = new EventEmitter();
  const opened = vi.spyOn(OsVif.prototype, 'watch').mockImplementation((attachments) => {
    added.push(...attachments);
    setImmediate(() => events.emit('open'));
    const end = new AbortController();
    const iterator = on(events, 'event', { signal: end.signal });
    const over = async () => {
      end.abort();
      return { done: true, value: undefined } as const;
    };
    return {
      add: (attachment) => void added.push(attachment),
      remove: () => {},
      has: () => false,
      async next() {
        const { value: [event] = [] } = await iterator.next();
        return { done: false, value: event };
      },
      return: over,
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: async () => void (await over()),
    };
  });
  onTestFinished(() => opened.mockRestore());
  return {
    added,
    isOpen: once(events, 'open'),
    async emit(event: unknown) {
      events.emit('event', event);
      await sleep(0);
    },
    async fail(error: Error) {
      events.emit('error', error);
      await sleep(0);
    },
  };
}

/** A host that creates no device before `release()`. */
function blockedHost(memory: MemoryHost) {
  const events = new EventEmitter();
  const reached = once(events, 'reached');
  const released = once(events, 'released');
  const host = interceptHost(memory, async ({ port, method }, proceed) => {
    if (port !== 'links' || method !== 'create') return proceed();
    events.emit('reached');
    await released;
    return proceed();
  });
  return { host, reached, release: () => events.emit('released') };
}

/** A request over a real connection, because a stop waits only for these. */
async function putTo(address: string, body = portRequest('tap')) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(address + URL, { method: 'PUT', headers, body: JSON.stringify(body) });
  const { code }: { code?: string } = Object(await response.json());
  return { status: response.status, code };
}
