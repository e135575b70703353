import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import type { NewLink } from '../../../src/host-contract/links.ts';
import { bundleChild } from '../../children/child.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';
import { spawnHelper, startHelper, temporaryFolder, until } from './helper-process.ts';

const osVif = commandUnderTest();
const run = promisify(execFile);
const NOBODY = [
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
  '--no-new-privs',
];
/** An ordinary user may make TAPs, with the capability. */
const TUN_IS_OPEN = existsSync('/dev/net/tun') && (statSync('/dev/net/tun').mode & 0o6) === 0o6;
const TAP = { kind: 'tap', name: 'tap0', alias: 'os-vif:a' } as const;

describe.skipIf(NETNS_UNAVAILABLE || process.getuid?.() !== 0)('os-vif helper', () => {
  test('has CAP_NET_ADMIN and no other capability, in every thread, and can get none', async () => {
    const { pid } = await startHelper(osVif, await makeNetns());
    const { stdout } = await run('sh', ['-c', `cat /proc/${pid}/task/*/status`]);
    const sets = [...stdout.matchAll(/^(Cap(?:Inh|Prm|Eff|Bnd|Amb)):\t(\w+)$/gm)].map(([, , set]) => set);
    expect(sets.length).toBeGreaterThan(25);
    expect(new Set(sets)).toEqual(new Set(['0000000000001000']));
    expect(new Set(stdout.match(/^NoNewPrivs:.*/gm))).toEqual(new Set(['NoNewPrivs:\t1']));
  });

  test.each([
    ['root', ['--group', 'nogroup']],
    ['another user', ['--user', 'nobody', '--group', 'nogroup']],
  ])('as %s, plugs every kind of VIF for a client that has no privileges', async (user, options) => {
    const netns = await makeNetns();
    netns.run('sh', '-c', 'ip link add eth0 type veth peer name far0; ip address add 192.0.2.7/24 dev eth0');
    const { socket } = await startHelper(osVif, netns, [...options, '--mode', '0660', '--device', 'eth0']);
    const child = await bundleChild('plug-each.ts', { koffi: false });
    const { stdout } = await run('setpriv', [...NOBODY, process.execPath, child, socket]);
    const tap = user === 'root' || TUN_IS_OPEN ? 'ok' : expect.stringContaining('ERR_OSVIF_PERMISSION');
    expect(JSON.parse(stdout)).toEqual({ tap, bridge: 'ok', rules: 'ok', macvtap: 'ok', isolateGuests: 'ok' });
    // Bridges of several VIFs stay when one goes.
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['far0', 'eth0', 'br0', 'br1']);
  });

  test('whom the mode of its socket keeps out, is not served', async () => {
    const { socket } = await startHelper(osVif, await makeNetns());
    const child = await bundleChild('plug-each.ts', { koffi: false });
    const { stdout } = await run('setpriv', [...NOBODY, process.execPath, child, socket]);
    expect(JSON.parse(stdout)).toMatchObject({ tap: expect.stringMatching(/EACCES.*helper\.sock/) });
  });

  test('serves who started it, and ends with it', async () => {
    const netns = await makeNetns();
    const command = [process.execPath, osVif.script, 'helper', '--stdio', '--netns', netns.path] as const;
    const host = await RemoteHost.connect({ command });
    await host.links.create(TAP);
    expect(netns.links()).toMatchObject([{ ifname: 'tap0', ifalias: 'os-vif:a' }]);
    await host.close();
    await expect(host.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
  });

  test('refuses every request after its namespace was deleted and created again', async () => {
    const netns = `os-vif-test-${process.pid}-${Date.now()}`;
    await run('ip', ['netns', 'add', netns]);
    onTestFinished(() => void run('ip', ['netns', 'del', netns]));
    for (const path of [netns, `../run/netns/${netns}`]) {
      const { socket } = await startHelper(osVif, { path }, ['--group', 'nogroup'], { cwd: '/etc' });
      await using host = await RemoteHost.connect({ socket });
      await host.links.create(TAP);
      await run('ip', ['netns', 'del', netns]);
      await run('ip', ['netns', 'add', netns]);
      await expect(host.links.list()).rejects.toMatchObject({
        code: 'ERR_OSVIF_NAMESPACE',
        message: expect.stringMatching(/deleted and created again.* restart the helper$/),
      });
    }
  });

  test('takes the socket that systemd hands it', async () => {
    const netns = await makeNetns();
    const folder = await temporaryFolder();
    const socket = join(folder, 'activated.sock');
    const activate = [
      'systemd-socket-activate',
      '-l',
      socket,
      process.execPath,
      osVif.script,
      'helper',
      '--netns',
      netns.path,
    ];
    const [program = '', ...args] = activate;
    if ((await run('which', [program]).catch(() => undefined)) === undefined) return;
    const child = spawn(program, args, { stdio: 'ignore' });
    onTestFinished(() => void child.kill());
    await until(() => isListening(socket));
    await using host = await RemoteHost.connect({ socket });
    await host.links.create(TAP);
    expect(netns.links()).toMatchObject([{ ifname: 'tap0' }]);
  });

  test.each([
    ['nowhere to serve', ['helper'], 'one of --socket'],
    ['two places to serve', ['helper', '--stdio', '--socket', '/nonexistent/s'], 'one of --socket'],
    ['a user without a group', ['helper', '--stdio', '--user', 'nobody'], '--user needs --group'],
    ['a mode that is none', ['helper', '--stdio', '--mode', '66o'], 'three octal digits'],
    ['a mode with a digit too many', ['helper', '--stdio', '--mode', '07770'], 'three octal digits'],
    ['a false claim to be confined', ['helper', '--stdio', '--confined'], '--confined is internal'],
  ])('is refused with %s', async (_, args, message) => {
    const { status, stderr } = await osVif(args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('creates devices of a kind that a plugin defines and that --link-kind allows', async () => {
    const netns = await makeNetns();
    const options = ['--plugin', await vxlanPlugin(), '--link-kind', 'vxlan'];
    const { socket } = await startHelper(osVif, netns, [...options, '--group', 'nogroup']);
    await using host = await RemoteHost.connect({ socket });
    await host.links.create(VXLAN);
    expect(netns.links()).toMatchObject([{ ifname: 'vx0', linkinfo: { info_kind: 'vxlan', info_data: { id: 42 } } }]);
    expect(await host.links.get('vx0')).toMatchObject({ kind: 'vxlan', settings: { vni: 42 } });
  });

  test('refuses a kind that a plugin defines and that --link-kind does not allow', async () => {
    const netns = await makeNetns();
    const { socket } = await startHelper(osVif, netns, ['--plugin', await vxlanPlugin()]);
    await using host = await RemoteHost.connect({ socket });
    await expect(host.links.create(VXLAN)).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_REFUSAL' });
    expect(netns.links()).toEqual([]);
  });

  test.each([
    ['a kind that no plugin defines', ['--link-kind', 'vxlan'], 'no module of its process has defined it'],
    ['a plugin that is not there', ['--plugin', '/nonexistent/plugin.js'], 'cannot be loaded'],
    ['a plugin with a relative path', ['--plugin', './plugin.js'], 'write an absolute path'],
  ])('does not start with %s', async (_, options, message) => {
    const { ended, complaint } = await spawnHelper(osVif, await makeNetns(), options);
    expect(await ended).toBe(1);
    expect(complaint()).toContain(message);
  });

  test('started without CAP_NET_ADMIN, it says what it lacks', async () => {
    const { status, stderr } = await osVif(['helper', '--stdio'], { as: 'nobody' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('started with CAP_NET_ADMIN')]);
  });
});

/** What the defineLinkKind of a client makes. */
const VXLAN: NewLink = JSON.parse('{"kind":"vxlan","name":"vx0","alias":"os-vif:a","settings":{"vni":42}}');

/** The flag is the kernel's __SO_ACCEPTCON: the program has called listen(). */
function isListening(socket: string): boolean {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.some((line) => line.endsWith(` ${socket}`) && line.split(/\s+/)[3] === '00010000');
}

/** A module that exports a plugin and defines the kind `vxlan`. It stands where Node finds os-vif for it. */
async function vxlanPlugin(): Promise<string> {
  const path = join(osVif.folder, 'vxlan-plugin.mjs');
  await writeFile(
    path,
    `import { attributeValue, defineLinkKind, NoopPlugin } from 'os-vif/host';
    defineLinkKind({
      kind: 'vxlan',
      attributes: ({ vni }) => [[1, attributeValue.u32(vni)]],
      read: (attributes) => ({ vni: attributes.u32(1) }),
    });
    export const plugin = new NoopPlugin();`,
  );
  return path;
}
