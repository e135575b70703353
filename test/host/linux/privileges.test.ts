import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleChild } from '../../children/child.ts';
import type { PlugTapReport } from '../../children/plug-tap.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

/** uid and gid of nobody and nogroup. */
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
const NO_ORDINARY_USER = whyNoOrdinaryUser();

describe.skipIf(NETNS_UNAVAILABLE || NO_ORDINARY_USER)('as an ordinary user', () => {
  test('a TAP is plugged under unshare --map-root-user where /dev/net/tun lets everyone in', async () => {
    const child = await bundleChild('plug-tap.ts');
    const report = await withOpenTun([...AS_NOBODY, 'unshare', '--map-root-user', '--net', process.execPath, child]);
    expect(report).toMatchObject({ plugged: { name: 'tap0', kind: 'tap', up: true }, left: ['lo'] });
    expect(report.pluggedAgain).toEqual(report.plugged);
  });

  test('without CAP_NET_ADMIN the error says so', async () => {
    const child = await bundleChild('plug-tap.ts');
    const report = await withOpenTun([...AS_NOBODY, process.execPath, child]);
    expect(report).toMatchObject({
      uid: 65534,
      error: {
        code: 'ERR_OSVIF_PLUG',
        cause: { code: 'ERR_OSVIF_PERMISSION', message: expect.stringMatching(/EPERM.*CAP_NET_ADMIN.*root/) },
      },
    });
  });

  test('without access to /dev/net/tun the error says so', async () => {
    const child = await bundleChild('plug-tap.ts');
    const report = await withTun('600', [...AS_NOBODY, 'unshare', '--map-root-user', '--net', process.execPath, child]);
    expect(report).toMatchObject({
      error: {
        code: 'ERR_OSVIF_PLUG',
        cause: { code: 'ERR_OSVIF_PERMISSION', message: expect.stringMatching(/\/dev\/net\/tun.*EACCES/) },
      },
    });
  });
});

test.skipIf(NETNS_UNAVAILABLE)('without koffi the error says what to install', async () => {
  const child = await bundleChild('plug-tap.ts', { koffi: false });
  const { path } = await makeNetns();
  const report = read(execFileSync('nsenter', [`--net=${path}`, process.execPath, child], { encoding: 'utf8' }));
  expect(report).toMatchObject({
    error: {
      code: 'ERR_OSVIF_MISSING_KOFFI',
      message: expect.stringMatching(/npm install koffi.*in a bundle, mark koffi as external/),
    },
  });
});

test.skipIf(NETNS_UNAVAILABLE)('without a TUN driver the error says how to load it', async () => {
  const child = await bundleChild('plug-tap.ts');
  const report = read(
    execFileSync(
      'unshare',
      ['--mount', '--net', 'sh', '-c', 'mount -t tmpfs tmpfs /dev/net && exec "$@"', 'sh', process.execPath, child],
      { encoding: 'utf8' },
    ),
  );
  expect(report).toMatchObject({
    error: { cause: { code: 'ERR_OSVIF_SYSTEM_CALL', message: expect.stringContaining('modprobe tun') } },
  });
});

function withOpenTun(command: string[]): Promise<PlugTapReport> {
  return withTun('666', command);
}

/** Runs a command in a network and a mount namespace in which /dev/net/tun has this mode. */
async function withTun(mode: string, command: string[]): Promise<PlugTapReport> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-tun-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const prepare = `mount -t tmpfs -o mode=755 tmpfs ${folder} && mknod -m ${mode} ${folder}/tun c 10 200 && mount --bind ${folder}/tun /dev/net/tun && exec "$@"`;
  return read(
    execFileSync('unshare', ['--mount', '--net', 'sh', '-c', prepare, 'sh', ...command], { encoding: 'utf8' }),
  );
}

function read(output: string): PlugTapReport {
  return JSON.parse(output);
}

function whyNoOrdinaryUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can become an ordinary user';
  const [command = '', ...args] = [...AS_NOBODY, 'unshare', '--map-root-user', '--net', process.execPath, '--version'];
  return spawnSync(command, args).status === 0
    ? undefined
    : 'an ordinary user can make no namespaces here, or not run this node';
}
