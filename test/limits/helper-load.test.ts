/** Clients that take all they can get: the others are served in time, and the helper stays small. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { bundleChild } from '../children/child.ts';
import { commandUnderTest } from '../cli/command.ts';
import { startHelper } from '../cli/helper/helper-process.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { rawClient } from '../host/remote/helper-host.ts';

const osVif = commandUnderTest();
/** Calls of the honest client. */
const CALLS = 7;
/**
 * The promises of docs/privilege-separation.md: ms for an answer, kB of memory. An answer may take as long as 25 starts of
 * an empty process of Node.js, because machines differ: a second, or more on a slow one.
 */
const IN_TIME = Math.max(1000, 25 * startOfNode());
const SMALL = 200 * 1024;

describe.skipIf(NETNS_UNAVAILABLE || process.getuid?.() !== 0)('a helper under attack', () => {
  test.each<[string, string[]]>([
    ['silent connections, flooding clients and unfinished frames', ['silent=600', 'flood=60', 'unfinished=200']],
    ['connections that greet and are silent, of another user', ['greeted=600']],
    ['connections whose greeting has no end', ['halfGreeting=600']],
    ['connections that come and go', ['churn=200']],
    ['clients that have iptables run', ['programs=60']],
    ['clients with requests that are refused', ['broken=60']],
    ['clients that do not read their answers', ['unread=200']],
    ['clients with large requests', ['large=10']],
    ['clients with large requests that are refused at their end', ['refused=10']],
    ['all of these', ['silent=200', 'greeted=50', 'churn=10', 'programs=2', 'flood=10', 'unread=20', 'large=2']],
  ])(
    'of %s, answers an honest client in time and stays small',
    async (_, attacks) => {
      const netns = await makeNetns();
      const { pid, socket } = await startHelper(osVif, netns, ['--mode', '0666']);
      const honest = await RemoteHost.connect({ socket });
      await attack(socket, attacks);
      const known: number[] = [];
      const fresh: number[] = [];
      const created: number[] = [];
      for (let i = 0; i < CALLS; i++) {
        known.push(await timeOf(async () => expect(await honest.links.get('lo')).toMatchObject({ name: 'lo' })));
        created.push(await timeOf(() => honest.links.create({ kind: 'tap', name: `tap${i}`, alias: 'os-vif:a' })));
        fresh.push(
          await timeOf(async () => {
            await using other = await RemoteHost.connect({ socket });
            expect(await other.links.get('lo')).toMatchObject({ name: 'lo' });
          }),
        );
      }
      const peak = peakMemory(pid);
      expect(median(known)).toBeLessThan(IN_TIME);
      expect(median(fresh)).toBeLessThan(IN_TIME);
      expect(median(created)).toBeLessThan(IN_TIME);
      expect(peak).toBeLessThan(SMALL);
      await honest.close();
    },
    120_000,
  );

  test('ends a connection that has not greeted within 3 s, and says so', async () => {
    const { socket } = await startHelper(osVif, await makeNetns());
    const start = performance.now();
    const client = await rawClient(socket);
    const last = await client.next();
    expect(last).toMatchObject({ error: { code: 'ERR_OSVIF_HELPER_CONNECTION', message: 'no greeting within 3 s' } });
    expect(await client.next()).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(3500);
  });

  test('sends away the connection that has been silent for longest, and keeps those that greeted', async () => {
    const { socket } = await startHelper(osVif, await makeNetns());
    await using first = await RemoteHost.connect({ socket });
    const silent = Array.from({ length: 255 }, () => connect(socket));
    for (const each of silent) onTestFinished(() => void each.destroy());
    const oldest = once(silent[0] ?? connect(socket), 'close');
    await Promise.all(silent.map((each) => once(each, 'connect')));
    await using last = await RemoteHost.connect({ socket });
    silent[0]?.resume();
    await oldest;
    expect(await last.links.get('lo')).toMatchObject({ name: 'lo' });
    expect(await first.links.get('lo')).toMatchObject({ name: 'lo' });
    expect(silent.filter((each) => each.destroyed)).toHaveLength(1);
  });

  test('tells a client why it is not let in, when all connections of its user are in use', async () => {
    const { socket } = await startHelper(osVif, await makeNetns());
    const hosts = await Promise.all(Array.from({ length: 256 }, () => RemoteHost.connect({ socket })));
    await expect(RemoteHost.connect({ socket })).rejects.toMatchObject({
      code: 'ERR_OSVIF_HELPER_CONNECTION',
      message: `helper ${socket}: the user already has 256 connections`,
    });
    await Promise.all(hosts.splice(0, 1).map((host) => host.close()));
    await using next = await RemoteHost.connect({ socket });
    expect(await next.links.get('lo')).toMatchObject({ name: 'lo' });
    await Promise.all(hosts.map((host) => host.close()));
  }, 30_000);
});

/** The attackers are another user, and work until the test ends. */
async function attack(socket: string, attacks: readonly string[]): Promise<void> {
  const script = await bundleChild('attack-helper.ts', { koffi: false });
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const as = attacks.some((each) => each.startsWith('greeted')) ? ['setpriv', ...user] : [];
  const [program = '', ...words] = [...as, process.execPath, script, socket, ...attacks];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** In kB, since the confined process began. */
function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
}

function startOfNode(): number {
  const starts = Array.from({ length: 5 }, () => {
    const start = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    return performance.now() - start;
  });
  return median(starts);
}
