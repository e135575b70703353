/** examples/compute-agent as a process on the kernel. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { OVS_UNAVAILABLE, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { AgentProcess, agentFolder } from './agent-process.ts';
import { portId, portRequest } from './agent-requests.ts';

const [TAP, BRIDGED, SWITCHED] = [1, 2, 3].map(portId);

const PATIENT = { timeout: 20_000 };

describe.skipIf(NETNS_UNAVAILABLE)('examples/compute-agent', () => {
  test('plugs ports, keeps them over kill -9 and SIGTERM, and leaves nothing after their DELETE', async () => {
    const netns = await makeNetns();
    const folder = await agentFolder();
    const settings = { COMPUTE_AGENT_NETNS: netns.path };
    const names = () => netns.links().map(({ ifname }) => ifname);

    const first = await AgentProcess.start(folder, settings);
    expect(await first.request('PUT', `/ports/${TAP}`, tap(1))).toMatchObject({ status: 201, body: { changed: true } });
    expect(await first.request('PUT', `/ports/${BRIDGED}`, bridged(2))).toMatchObject({ status: 201 });
    expect(names()).toEqual(['tap00000001-3c', 'brqb82c1929-05']);
    expect(netns.links()[0]).toMatchObject({ address: 'ee:ee:ee:ee:ee:ee', mtu: 1450, ifalias: `os-vif:${TAP}` });
    expect(await first.request('GET', `/ports/${TAP}`)).toMatchObject({
      status: 200,
      body: { state: 'plugged', drift: [] },
    });
    expect((await first.request('GET', '/metrics')).body).toContain('compute_agent_ports{state="plugged"} 2');

    await first.kill();
    netns.run('ip', 'link', 'del', 'tap00000001-3c');
    const second = await AgentProcess.start(folder, settings);
    expect(names().sort()).toEqual(['brqb82c1929-05', 'tap00000001-3c']);
    expect((await second.request('GET', '/ports')).body.ports).toHaveLength(2);

    expect(await second.terminate()).toBe(0);
    expect(second.log).toContain('the agent stops');
    expect(names().sort()).toEqual(['brqb82c1929-05', 'tap00000001-3c']);

    const third = await AgentProcess.start(folder, settings);
    for (const id of [TAP, BRIDGED]) expect((await third.request('DELETE', `/ports/${id}`)).status).toBe(200);
    expect(await third.terminate()).toBe(0);
    // The shared bridge stays: another port may come, and garbage collection removes it.
    expect(names()).toEqual(['brqb82c1929-05']);
    const fourth = await AgentProcess.start(folder, { ...settings, COMPUTE_AGENT_COLLECT_GARBAGE: 'true' });
    expect(names()).toEqual([]);
    expect(await readdir(join(folder, 'ports'))).toEqual([]);
    expect(await fourth.terminate()).toBe(0);
  });

  test('repairs what another program breaks', async () => {
    const netns = await makeNetns();
    const folder = await agentFolder();
    const agent = await AgentProcess.start(folder, { COMPUTE_AGENT_NETNS: netns.path });
    await agent.request('PUT', `/ports/${TAP}`, tap(1));
    netns.run('ip', 'link', 'set', 'tap00000001-3c', 'mtu', '1300');
    await expect.poll(() => netns.links()[0]?.mtu, PATIENT).toBe(1450);
    netns.run('ip', 'link', 'del', 'tap00000001-3c');
    await expect.poll(() => netns.links().map(({ ifname }) => ifname), PATIENT).toEqual(['tap00000001-3c']);
    await expect
      .poll(async () => (await agent.request('GET', '/metrics')).body, PATIENT)
      .toContain('compute_agent_watch_events_total{type="repaired"} 2');
    expect(agent.log).toContain('the host of a port was repaired');
    expect((await agent.request('GET', `/ports/${TAP}`)).body).toMatchObject({ state: 'plugged', drift: [] });

    await agent.request('DELETE', `/ports/${TAP}`);
    expect(netns.links()).toEqual([]);
    expect(await agent.terminate()).toBe(0);
  });

  test('starts with 500 ports, and logs no port of a request', { timeout: 120_000 }, async () => {
    const netns = await makeNetns();
    const folder = await agentFolder();
    const settings = { COMPUTE_AGENT_NETNS: netns.path };
    const first = await AgentProcess.start(folder, settings);
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const answers = await Promise.all(numbers.map((n) => first.request('PUT', `/ports/${portId(n)}`, tap(n))));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    await first.kill();
    expect(first.log).not.toMatch(/fa:16:3e|Warning/);

    // After a reboot there are no devices.
    const rebooted = await makeNetns();
    const second = await AgentProcess.start(folder, { COMPUTE_AGENT_NETNS: rebooted.path });
    expect(rebooted.links()).toHaveLength(500);
    await Promise.all(numbers.map((n) => second.request('DELETE', `/ports/${portId(n)}`)));
    expect(rebooted.links()).toEqual([]);
    expect(await second.terminate()).toBe(0);
  });

  test('ends with 1 and a sentence when it cannot start', async () => {
    const folder = await agentFolder();
    const misspelt = new AgentProcess(folder, { COMPUTE_AGENT_NETN: 'blue' });
    expect(await misspelt.exitCode()).toBe(1);
    expect(misspelt.log).toMatch(/^compute-agent: COMPUTE_AGENT_NETN is not a setting/);
    const stateless = new AgentProcess(folder, { STATE_DIRECTORY: '/dev/null/state' });
    expect(await stateless.exitCode()).toBe(1);
    expect(stateless.log).toMatch(/^compute-agent: ENOTDIR: .*\/dev\/null\/state/);
    const elsewhere = new AgentProcess(folder, { COMPUTE_AGENT_NETNS: 'no-such-namespace' });
    expect(await elsewhere.exitCode()).toBe(1);
    expect(elsewhere.log).toContain('no-such-namespace');
  });

  test('ends with 1 when another agent listens, and leaves its socket', async () => {
    const netns = await makeNetns();
    const folder = await agentFolder();
    const settings = { COMPUTE_AGENT_NETNS: netns.path };
    const first = await AgentProcess.start(folder, settings);
    const second = new AgentProcess(folder, settings);
    expect(await second.exitCode()).toBe(1);
    expect(second.log).toContain('EADDRINUSE');
    expect((await first.request('GET', '/healthz')).status).toBe(200);
  });
});

test.skipIf(OVS_UNAVAILABLE)(
  'examples/compute-agent plugs ports of Open vSwitch, and tells when the database is away',
  async () => {
    const { netns, server } = await openOvsHost();
    const folder = await agentFolder();
    const settings = { COMPUTE_AGENT_NETNS: netns.path, COMPUTE_AGENT_OVSDB: server.connection };
    const agent = await AgentProcess.start(folder, settings);
    expect(await agent.request('PUT', `/ports/${SWITCHED}`, portRequest('ovs', { id: SWITCHED }))).toMatchObject({
      status: 201,
    });
    expect(server.vsctl('port-to-br', 'tap00000003-3c')).toBe('br-int');
    expect((await agent.request('GET', '/readyz')).body.checks).toMatchObject({ ovsdb: 'ok' });
    server.signal('SIGSTOP');
    onTestFinished(() => server.signal('SIGCONT'));
    const { status, body } = await agent.request('GET', '/readyz');
    server.signal('SIGCONT');
    expect([status, body.status]).toEqual([503, 'not ready']);
    expect((await agent.request('DELETE', `/ports/${SWITCHED}`)).status).toBe(200);
    expect(server.vsctl('list-ports', 'br-int')).toBe('');
  },
);

const IS_ROOT = process.getuid?.() === 0;

test.skipIf(NETNS_UNAVAILABLE || !IS_ROOT)(
  'examples/compute-agent without privileges plugs through a helper with the privileges of its unit',
  async () => {
    const netns = await makeNetns();
    const folder = await agentFolder();
    await chown(folder, NOBODY, NOBODY);
    const socket = join(folder, 'helper.sock');
    const [command = '', ...args] = [
      ...['nsenter', `--net=${netns.path}`, 'unshare', '--mount', 'sh', '-c', `${OPEN_TUN}; exec "$@"`, 'sh'],
      ...asNobody('net_admin,+setpcap'),
      ...[join(inject('package'), 'bin/os-vif-helper'), '--socket', socket, '--mode', '0660'],
    ];
    const helper = spawn(command, args, { stdio: 'ignore' });
    onTestFinished(() => void helper.kill('SIGKILL'));
    for (let tries = 0; tries < 500 && (await isMissing(socket)); tries++) await sleep(20);

    const settings = { COMPUTE_AGENT_HELPER: socket };
    const agent = await AgentProcess.start(folder, settings, asNobody());
    expect(await agent.request('PUT', `/ports/${TAP}`, tap(1))).toMatchObject({ status: 201 });
    expect(await agent.request('PUT', `/ports/${BRIDGED}`, bridged(2))).toMatchObject({ status: 201 });
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['tap00000001-3c', 'brqb82c1929-05']);

    helper.kill('SIGTERM');
    await once(helper, 'exit');
    expect(await agent.exitCode()).toBe(1);
    expect(agent.log).toContain('the agent ends, because it cannot go on');
    expect(netns.links()).toHaveLength(2);
  },
);

const NOBODY = 65534;
/** udev gives /dev/net/tun the mode 0666; containers often do not. */
const OPEN_TUN =
  'set -e; mount -t tmpfs -o mode=755 tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200; mount -t sysfs sysfs /sys';

/** As User=, CapabilityBoundingSet= and AmbientCapabilities= of a unit. */
function asNobody(capabilities?: string): string[] {
  const sets = capabilities === undefined ? '-all' : `-all,+${capabilities}`;
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'];
  return [...user, `--inh-caps=${sets}`, `--ambient-caps=${sets}`, `--bounding-set=${sets}`];
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

function tap(n: number) {
  return portRequest('tap', { id: portId(n) });
}

function bridged(n: number) {
  return portRequest('bridge', { id: portId(n) });
}
