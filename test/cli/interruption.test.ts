/** SIGINT and SIGTERM during verbs that change the host. */

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { OVS_UNAVAILABLE, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { commandUnderTest } from './command.ts';
import { interruptedRuns } from './interrupted-runs.ts';

const osVif = commandUnderTest();
const VIF_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const HANGING_ID = '6a4f1c5e-90ea-4b6e-8c1f-6b0f2a2c7d11';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('the output after signals at random moments agrees with the host', async () => {
    const seen = await interruptedRuns(osVif, await makeNetns(), { runs: 8, vifs: 100, seed: 1 });
    expect([...seen.keys()]).toContain('not started');
  });

  test('SIGINT rolls back the plug that waits, and says so', async () => {
    const netns = await makeNetns();
    const silent = createServer(() => {});
    const socket = join(osVif.folder, 'silent.sock');
    await new Promise<void>((resolve) => silent.listen(socket, resolve));
    onTestFinished(() => void silent.close());
    const run = await osVif(['plug', 'hybrid.json', '--netns', netns.path, '--ovsdb', `unix:${socket}`], {
      kill: { signal: 'SIGINT', when: () => netns.links().length >= 3 },
    });
    expect([run.status, run.json()]).toEqual([130, expect.objectContaining({ id: VIF_ID, outcome: 'rolled back' })]);
    expect(run.stderr.split('\n')).toEqual([
      expect.stringMatching(/^os-vif: SIGINT: rolling back the plugs under way; .* a second signal ends the command/),
      'os-vif: ERR_OSVIF_INTERRUPTED: interrupted by SIGINT: 1 rolled back',
      '',
    ]);
    expect(netns.links()).toEqual([]);
  });

  test.each([
    ['plug', 'plugged', 1],
    ['unplug', 'unplugged', 0],
  ])('the second signal ends a %s that hangs, and names the VIF', async (verb, done, links) => {
    const netns = await makeNetns();
    const begun = join(osVif.folder, `${verb}.begun`);
    writeFileSync(join(osVif.folder, 'hanging.mjs'), hangingPlugin(begun));
    writeFileSync(join(osVif.folder, 'hanging.yaml'), `{ netns: ${netns.path}, plugins: { ./hanging.mjs: {} } }`);
    await osVif([verb === 'plug' ? 'unplug' : 'plug', 'vif.json', '--netns', netns.path]);
    const hanging = { type: 'VIFGeneric', id: HANGING_ID, plugin: 'hanging' };
    const run = await osVif([verb, 'vif.json', '-', '--config', 'hanging.yaml'], {
      input: JSON.stringify(hanging),
      kill: { signal: 'SIGTERM', when: () => existsSync(begun) && netns.links().length === links, again: 200 },
    });
    expect([run.status, run.json()]).toMatchObject([
      143,
      [
        { id: VIF_ID, outcome: done },
        { id: HANGING_ID, outcome: 'incomplete' },
      ],
    ]);
    expect(run.stderr).toContain(
      'os-vif: standard input: some of the devices may be on the host; plug again, or remove them with os-vif unplug\n',
    );
    expect(run.stderr).toContain(`interrupted by SIGTERM: 1 ${done}, 1 incomplete\n`);
  });

  test('the second signal ends a collection that hangs, and tells what is not known', async () => {
    const netns = await makeNetns();
    const begun = join(osVif.folder, 'gc.begun');
    writeFileSync(join(osVif.folder, 'hanging.mjs'), hangingPlugin(begun));
    writeFileSync(
      join(osVif.folder, 'hanging.yaml'),
      `{ netns: ${netns.path}, plugins: { ./hanging.mjs: {}, ovs: false } }`,
    );
    await osVif(['plug', 'vif.json', '--netns', netns.path]);
    const run = await osVif(['gc', '--config', 'hanging.yaml'], {
      input: '[]',
      kill: { signal: 'SIGINT', when: () => existsSync(begun), again: 50 },
    });
    expect([run.status, run.json()]).toMatchObject([130, [{ name: 'tapdc065497-3c', outcome: 'unknown' }]]);
    expect(run.stderr).toContain('interrupted by SIGINT: 1 unknown; look with os-vif gc --dry-run\n');
  });
});

describe.skipIf(OVS_UNAVAILABLE)('with Open vSwitch', () => {
  test.each([3, 20, 40])('after a signal at %d devices, ports and devices are as the output tells', async (devices) => {
    const { netns, server } = await openOvsHost({ withSwitch: false });
    const config = {
      netns: netns.path,
      ovsdb: { connection: server.connection },
      plugins: { ovs: { waitFor: 'none' } },
    };
    writeFileSync(join(osVif.folder, 'ovs.json'), JSON.stringify(config));
    const vifs = Array.from({ length: 30 }, (_, n) => hybridVif(n));
    const plug = await osVif(['plug', '--config', 'ovs.json', '--instance', 'instance.json'], {
      input: JSON.stringify(vifs.map(({ vif }) => vif)),
      kill: { signal: 'SIGINT', when: () => netns.links().length >= devices },
    });
    const ports = server.vsctl('--columns=name', 'list', 'Port');
    const names = netns.links().map(({ ifname }) => ifname);
    const told = (plug.json() as { outcome: string }[]).map(({ outcome }) => outcome);
    const found = vifs.map(({ port, bridge }) => [ports.includes(port), names.includes(port), names.includes(bridge)]);
    expect(plug.status, plug.stderr).toBe(130);
    expect(found).toEqual(told.map((outcome) => Array(3).fill(outcome === 'plugged')));
    expect(told).toEqual(
      told.map((outcome) => (outcome === 'plugged' ? outcome : expect.stringMatching(/rolled|not/))),
    );
  });
});

/** A plugin that ignores signals, and writes a file when it begins. */
function hangingPlugin(begun: string): string {
  return `import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const info = { pluginName: 'hanging', vifInfo: [] };
const hang = async () => {
  writeFileSync(${JSON.stringify(begun)}, '');
  await sleep(60_000);
};
export const plugin = {
  describe: () => ({ ...info, require: () => info }),
  plug: hang,
  unplug: hang,
  collectGarbage: (owners, dryRun) => (dryRun ? [] : hang()),
};`;
}

/** A hybrid VIF, with the names of its port and of its bridge. */
function hybridVif(n: number): { readonly port: string; readonly bridge: string; readonly vif: object } {
  const id = `dc06${String(n).padStart(4, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
  const bridge = `qbr${n}`;
  const vif = {
    type: 'VIFBridge',
    id,
    address: '22:52:25:62:e2:aa',
    vif_name: `tap${n}`,
    bridge_name: bridge,
    plugin: 'ovs',
    network: { bridge: 'br-int', mtu: 1450 },
    port_profile: { type: 'VIFPortProfileOpenVSwitch', interface_id: id },
  };
  return { port: `qvo${id.slice(0, 11)}`, bridge, vif };
}
