import { EventEmitter, on, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import '../children/stand-in-watch.mjs';
import { type Attachment, OsVif } from 'os-vif/host';
import { openAgent } from '../../examples/compute-agent/agent.mjs';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { PORT_ID, portId, portRequest } from './agent-requests.ts';

const TAP = 'tapdc065497-3c';
const URL = `/ports/${PORT_ID}`;

describe('PUT /ports/:id', () => {
  test('plugs the port, and changes nothing when it repeats', async () => {
    const { host, request } = await startedAgent();
    const first = await request('PUT', URL, portRequest('tap'));
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ id: PORT_ID, changed: true, steps: [{ action: 'create', on: TAP }] });
    expect(first.body.libvirt_xml).toContain(`<target dev="${TAP}" managed="no"/>`);
    expect((await host.links.get(TAP))?.alias).toBe(`os-vif:${PORT_ID}`);

    const second = await request('PUT', `/ports/${PORT_ID.toUpperCase()}`, portRequest('tap'));
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ changed: false, steps: [] });
  });

  test('takes the binding of a migration apart from the port', async () => {
    const { host, request } = await startedAgent();
    const { port, ...rest } = portRequest('tap');
    const unbound = { ...port, 'binding:vif_type': 'unbound' };
    const binding = { vif_type: 'tap', vif_details: {}, status: 'INACTIVE' };
    expect((await request('PUT', URL, { port: unbound, binding, ...rest })).status).toBe(201);
    expect(await host.links.get(TAP)).toBeDefined();
  });

  test('unplugs the earlier VIF when the port has another binding', async () => {
    const { host, request } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    expect((await request('PUT', URL, portRequest('bridge'))).status).toBe(200);
    expect((await host.links.list()).map(({ name }) => name)).toEqual(['lo', 'brqb82c1929-05']);
  });

  test('changes the MTU of a plugged port without a new device', async () => {
    const { host, request } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    const { body } = await request('PUT', URL, { ...portRequest('tap'), network: network({ mtu: 1300 }) });
    expect(body.steps).toEqual([
      { element: `tap ${TAP}`, on: TAP, action: 'change', property: 'mtu', from: 1450, to: 1300 },
    ]);
    expect((await host.links.get(TAP))?.mtu).toBe(1300);
  });

  test('keeps a port whose plug failed, and plugs it when the request is repeated', async () => {
    const { host, request } = await startedAgent();
    await host.links.create({ kind: 'bridge', name: TAP });
    const taken = await host.links.get(TAP);
    const failed = await request('PUT', URL, portRequest('tap'));
    expect(failed.status).toBe(500);
    expect(failed.body).toMatchObject({ code: 'ERR_OSVIF_PLUG', left: [], cause: 'ERR_OSVIF_FOREIGN_LINK' });
    expect((await request('GET', '/ports')).body.ports).toMatchObject([{ id: PORT_ID, state: 'failed' }]);

    await host.links.delete(taken?.index ?? 0);
    expect((await request('PUT', URL, portRequest('tap'))).body.changed).toBe(true);
    expect((await request('GET', '/ports')).body.ports).toMatchObject([{ id: PORT_ID, state: 'plugged' }]);
  });

  test('runs the requests for one port one after the other', async () => {
    const { host, request, folder } = await startedAgent();
    const requests = Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0 ? request('PUT', URL, portRequest('tap')) : request('DELETE', URL),
    );
    for (const { status } of await Promise.all(requests)) expect([200, 201, 404]).toContain(status);
    const { ports } = (await request('GET', '/ports')).body;
    expect(ports).toHaveLength((await host.links.get(TAP)) === undefined ? 0 : 1);
    expect(await readdir(join(folder, 'ports'))).toHaveLength(ports.length);
  });
});

describe('an invalid request is answered with 400 and with everything that is wrong:', () => {
  const tap = portRequest('tap');
  const cases: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'no port': [{ network: tap.network, instance: tap.instance }, ['']],
    'a property that does not exist': [{ ...tap, subnet: [] }, ['']],
    'an id that is not that of the URL': [{ ...tap, port: { ...tap.port, id: portId(7) } }, ['/port/id']],
    'an unbound port': [{ ...tap, port: { ...tap.port, 'binding:vif_type': 'unbound' } }, ['/port/binding:vif_type']],
    'several values': [
      { ...tap, port: { ...tap.port, mac_address: 'fa:16', 'binding:vif_details': { mac_address: 'x' } } },
      ['/port/mac_address', '/port/binding:vif_details/mac_address'],
    ],
    'a wrong binding of a migration': [
      { ...tap, binding: { vif_type: 'macvtap', vif_details: { macvtap_mode: 'fast' } } },
      [
        '/binding/vif_details/macvtap_source',
        '/binding/vif_details/physical_interface',
        '/binding/vif_details/macvtap_mode',
      ],
    ],
    'a wrong MTU': [{ ...tap, network: network({ mtu: 'big' }) }, ['/network']],
    'another network': [{ ...tap, network: network({ id: portId(1) }) }, ['/network']],
    'a wrong UUID of the instance': [{ ...tap, instance: { uuid: 'x', name: 'guest-1' } }, ['/instance']],
    'a vif type without a plugin': [{ ...tap, port: { ...tap.port, 'binding:vif_type': 'midonet' } }, ['/port']],
  };

  test.each(Object.entries(cases))('%s', async (_, [body, paths]) => {
    const { request, folder } = await startedAgent();
    const answer = await request('PUT', URL, body);
    expect(answer.status).toBe(400);
    const { violations } = answer.body;
    expect(violations.map(({ path }: { path: string }) => path)).toEqual(paths);
    for (const { message } of violations) expect(message).toMatch(/\w/);
    expect(await readdir(join(folder, 'ports'))).toEqual([]);
  });

  test('an id that is no UUID', async () => {
    const { request } = await startedAgent();
    expect((await request('PUT', '/ports/..%2F..%2Fetc', tap)).status).toBe(400);
    expect((await request('DELETE', '/ports/1')).status).toBe(400);
  });

  test('a body that is no JSON', async () => {
    const { agent } = await startedAgent();
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body } = await agent.app.inject({ method: 'PUT', url: URL, headers, payload: '{"port":' });
    expect([statusCode, JSON.parse(body).code]).toEqual([400, 'FST_ERR_CTP_INVALID_JSON_BODY']);
  });
});

describe('DELETE /ports/:id', () => {
  test('unplugs the port; a repeated request finds no port', async () => {
    const { host, request, folder } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    const { status, body } = await request('DELETE', URL);
    expect([status, body]).toEqual([
      200,
      { changed: true, steps: [{ element: `tap ${TAP}`, on: TAP, action: 'remove' }] },
    ]);
    expect(await host.links.get(TAP)).toBeUndefined();
    expect(await readdir(join(folder, 'ports'))).toEqual([]);
    expect(await request('DELETE', URL)).toMatchObject({ status: 404, body: { code: 'UNKNOWN_PORT' } });
  });

  test('a start repeats an unplug that failed', async () => {
    const memory = new MemoryHost();
    let isBroken = true;
    const broken = interceptHost(memory, async ({ port, method }, proceed) => {
      if (isBroken && port === 'links' && method.startsWith('delete')) throw new Error('no memory');
      return proceed();
    });
    const { request, agent, folder } = await startedAgent({ host: broken });
    await request('PUT', URL, portRequest('tap'));
    expect(await request('DELETE', URL)).toMatchObject({ status: 500, body: { code: 'ERR_OSVIF_UNPLUG' } });
    expect((await request('GET', '/ports')).body.ports).toMatchObject([{ state: 'leaving' }]);
    await agent.stop();

    isBroken = false;
    const again = await startedAgent({ host: broken, folder });
    expect((await again.request('GET', '/ports')).body.ports).toEqual([]);
    expect(await memory.links.get(TAP)).toBeUndefined();
  });
});

describe('GET', () => {
  test('/ports/:id tells the VIF and where the host differs now', async () => {
    const { host, request } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    const tap = await host.links.get(TAP);
    await host.links.change(tap?.index ?? 0, { mtu: 1300 });
    const { body } = await request('GET', URL);
    expect(body.vif).toMatchObject({ type: 'VIFGeneric', vif_name: TAP, network: { mtu: 1450 } });
    expect(body.drift).toMatchObject([{ element: `tap ${TAP}`, property: 'mtu', want: 1450, have: 1300 }]);
    expect(await request('GET', `/ports/${portId(7)}`)).toMatchObject({ status: 404, body: { code: 'UNKNOWN_PORT' } });
  });

  test('/metrics counts the ports by state, and the operations of os-vif', async () => {
    const { agent, request } = await startedAgent();
    await request('PUT', URL, portRequest('tap'));
    const { body, headers } = await agent.app.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('compute_agent_ports{state="plugged"} 1');
    expect(body).toContain('os_vif_operation_duration_seconds_count{operation="plug"} 1');
    expect(body).toContain('process_resident_memory_bytes');
  });

  test('/healthz tells that the process answers, also before the start', async () => {
    const { request } = await openedAgent();
    expect(await request('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await request('GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'not ready' } });
    expect(await request('PUT', URL, portRequest('tap'))).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
  });

  test('/readyz asks the database of Open vSwitch once there is a port that needs it', async () => {
    let isUp = true;
    const host = interceptHost(new MemoryHost(), async ({ port }, proceed) => {
      if (!isUp && port === 'ovsdb') throw new Error('the database is down');
      return proceed();
    });
    const { request } = await startedAgent({ host });
    expect(await request('GET', '/readyz')).toEqual({
      status: 200,
      body: { status: 'ok', checks: { watch: 'ok', host: 'ok' } },
    });
    await request('PUT', URL, portRequest('ovs'));
    expect((await request('GET', '/readyz')).body.checks).toEqual({ watch: 'ok', host: 'ok', ovsdb: 'ok' });
    isUp = false;
    expect(await request('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { checks: { ovsdb: expect.stringContaining('down') } },
    });
  });
});

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
    const kept = await readFile(file);

    await writeFile(file, 'damaged');
    await (await startedAgent({ folder, host, collectGarbage: true })).agent.stop();
    expect(await host.links.get(TAP)).toBeDefined();
    await rm(file);
    await (await startedAgent({ folder, host })).agent.stop();
    expect(await host.links.get(TAP)).toBeDefined();
    await (await startedAgent({ folder, host, collectGarbage: true })).agent.stop();
    expect(await host.links.get(TAP)).toBeUndefined();
    expect(await host.links.get('tap00000001-3c')).toBeDefined();
    expect(kept.length).toBeGreaterThan(0);
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

interface Given {
  readonly host?: Host;
  /** The state directory. */
  readonly folder?: string;
  readonly collectGarbage?: boolean;
  readonly stopTimeout?: number;
}

/** An agent on a host in memory. The host stays open after the agent, as a kernel does. */
async function openedAgent({
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

async function startedAgent(given?: Given) {
  const opened = await openedAgent(given);
  await opened.agent.start((error) => {
    throw error;
  });
  return opened;
}

/** In place of the watch: it has the events that the test emits. */
function scriptedWatch() {
  const added: Attachment[] = [];
  const events = new EventEmitter();
  const opened = vi.spyOn(OsVif.prototype, 'watch').mockImplementation((attachments, { signal }) => {
    added.push(...attachments);
    events.emit('open');
    return {
      add: (attachment: Attachment) => void added.push(attachment),
      remove: () => {},
      async *[Symbol.asyncIterator]() {
        for await (const [event] of on(events, 'event', { signal })) yield event;
      },
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

function network(values: object) {
  return { ...portRequest('tap').network, ...values };
}
