/** Lists of devices while other programs add and remove devices all the time. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';

describe.skipIf(NETNS_UNAVAILABLE)('while devices come and go', () => {
  test('each list has all devices that stay, and addresses are read', { timeout: 60_000 }, async () => {
    const netns = await makeNetns();
    const names = Array.from({ length: 400 }, (_, i) => `stay${i}`);
    batch(netns, ...names.map((name) => `link add ${name} type bridge`), 'address add 192.0.2.7/24 dev stay0');
    await using host = await LinuxHost.open({ netns: netns.path });
    const { index = 0 } = (await host.links.get('stay0')) ?? {};
    const storms = [1, 2].map((i) => storm(netns, `storm${i}`));

    for (let i = 0; i < 15; i++) {
      const links = await host.links.list();
      const found = links.map(({ name }) => name).filter((name) => name.startsWith('stay'));
      expect(found.sort()).toEqual([...names].sort());
      expect(new Set(links.map((link) => link.index)).size).toBe(links.length);
      expect(await host.addressing.get(index)).toMatchObject({ addresses: [{ address: '192.0.2.7/24' }] });
    }
    expect(storms.map(({ exitCode }) => exitCode)).toEqual([null, null]);
  });

  test('a device that does not exist has no addresses', async () => {
    await using host = await LinuxHost.open({ netns: (await makeNetns()).path });
    expect(await host.addressing.get(4711)).toEqual({ addresses: [], routes: [] });
  });
});

function batch({ run }: Netns, ...lines: readonly string[]): void {
  run('sh', '-c', `ip -batch - <<END\n${lines.join('\n')}\nEND`);
}

/** Adds and removes devices until the test ends. */
function storm({ path }: Netns, prefix: string): ChildProcess {
  const lines = Array.from({ length: 20 }, (_, i) => [
    `link add ${prefix}.${i} type bridge`,
    `link add ${prefix}x${i} type bridge`,
    `link del ${prefix}.${i}`,
    `link del ${prefix}x${i}`,
  ]).flat();
  const script = `while true; do ip -force -batch - <<END\n${lines.join('\n')}\nEND\ndone`;
  const child = spawn('nsenter', [`--net=${path}`, 'sh', '-c', script], { stdio: 'ignore', detached: true });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  });
  return child;
}
