/** The API of examples/compute-agent. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { PORT_ID, portId, portRequest } from './agent-requests.ts';
import { openedAgent, startedAgent } from './memory-agent.ts';

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
    expect((await request('PUT', URL, portRequest('tap'))).status).toBe(200);
    expect((await request('GET', '/ports')).body.ports).toMatchObject([{ id: PORT_ID, state: 'plugged' }]);
    expect((await host.links.get(TAP))?.alias).toBe(`os-vif:${PORT_ID}`);
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
    await host.links.delete(tap?.index ?? 0);
    // Nobody repairs this.
    await host.links.create({ kind: 'bridge', name: TAP });
    const { body } = await request('GET', URL);
    expect(body.vif).toMatchObject({ type: 'VIFGeneric', vif_name: TAP, network: { mtu: 1450 } });
    expect(body.drift).toMatchObject([{ element: `tap ${TAP}`, type: 'conflict', on: TAP }]);
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
    expect((await request('GET', '/ports')).status).toBe(503);
    expect((await request('DELETE', URL)).status).toBe(503);
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

function network(values: object) {
  return { ...portRequest('tap').network, ...values };
}
