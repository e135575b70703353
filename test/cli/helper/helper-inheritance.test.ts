/** What the helper, and the programs that it starts, get from the process that starts the helper. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { commandUnderTest } from '../command.ts';
import { inheritanceOf, startHelper, temporaryFolder, until } from './helper-process.ts';

const osVif = commandUnderTest();
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';
const CLEAN = [`PATH=${SYSTEM_PATH}`, 'LC_ALL=C'];
/** Files that only root may read, and a folder, at numbers with gaps and above those of libuv. */
const DESCRIPTORS = 'exec 3</etc/shadow 20</etc/hostname 50</etc/shadow 200</etc 999</etc/group';

describe.skipIf(NETNS_UNAVAILABLE || process.getuid?.() !== 0)('what a helper inherits', () => {
  test('it has no file that its starter had open', async () => {
    const { pid } = await startHelper(osVif, await makeNetns(), [], { before: DESCRIPTORS });
    expect(inheritanceOf(pid).files.filter((file) => file.startsWith('/etc'))).toEqual([]);
  });

  test.each([
    ['a secret', { DATABASE_PASSWORD: 'secret' }],
    ['options of Node', { NODE_OPTIONS: '--max-old-space-size=300 --inspect-port=9999', NODE_PATH: '/tmp' }],
    ['settings of the loader', { LD_LIBRARY_PATH: '/tmp', LD_BIND_NOW: '1', GLIBC_TUNABLES: 'glibc.malloc.check=1' }],
    ['another PATH', { PATH: `/tmp:${process.env.PATH}` }],
    ['a socket of systemd for another process', { LISTEN_PID: '1', LISTEN_FDS: '1' }],
    ['a lock of iptables', { XTABLES_LOCKFILE: '/tmp/lock' }],
    ['a log of Node', { NODE_DEBUG: 'module,net' }],
  ])('its environment is fixed when the starter has %s', async (_, env) => {
    const { pid } = await startHelper(osVif, await makeNetns(), [], { env });
    expect(inheritanceOf(pid).environment).toEqual(CLEAN);
  });

  test('of the logs of Node, it has only that of its operations', async () => {
    const start = { env: { NODE_DEBUG: 'module,os-vif' } };
    const { pid } = await startHelper(osVif, await makeNetns(), [], start);
    expect(inheritanceOf(pid).environment).toEqual([...CLEAN, 'NODE_DEBUG=os-vif']);
  });

  test('it works in /, and finds a socket that was named relative to the folder of its starter', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'run'));
    const start = { cwd: folder, socket: join(folder, 'run/h.sock') };
    const { pid } = await startHelper(osVif, await makeNetns(), ['--socket', 'run/h.sock'], start);
    expect(inheritanceOf(pid).folder).toBe('/');
  });

  test('it has no option of Node from its starter', async () => {
    const node = ['--no-deprecation', '--max-old-space-size=300'];
    const { pid } = await startHelper(osVif, await makeNetns(), [], { node });
    const options = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(1);
    expect(options.slice(0, options.indexOf(osVif.script))).not.toContain('--no-deprecation');
    expect(options.slice(0, options.indexOf(osVif.script))).not.toContain('--max-old-space-size=300');
  });

  test.each([
    ['iptables, for both IP versions,', 'filter', /^\/usr\/sbin\/xtables-(nft|legacy)-multi$/, 2],
    ['nft', 'ingress', /^\/usr\/sbin\/nft$/, 1],
  ] as const)('%s has no file, variable or folder of the starter', async (_, port, program, count) => {
    const netns = await makeNetns();
    const env = { DATABASE_PASSWORD: 'secret', LD_BIND_NOW: '1', PATH: `/tmp:${process.env.PATH}` };
    const { pid, socket } = await startHelper(osVif, netns, [], { before: DESCRIPTORS, env });
    await using host = await RemoteHost.connect({ socket });
    const started = await startedBy(pid, () => host[port].list());
    const path = expect.stringMatching(program);
    const each = { path, environment: CLEAN, files: [], folder: '/' };
    expect(started).toEqual(Array.from({ length: count }, () => each));
  });

  test('the socket of systemd stays open in the helper, and not in the programs that it starts', async () => {
    const netns = await makeNetns();
    const socket = join(await temporaryFolder(), 'activated.sock');
    const command = [process.execPath, osVif.script, 'helper', '--netns', netns.path];
    const child = spawn('systemd-socket-activate', ['-l', socket, '-E', 'SECRET=1', ...command], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    onTestFinished(() => void child.kill());
    await until(() => existsSync(socket));
    await using host = await RemoteHost.connect({ socket });
    await host.links.list();
    expect(inheritanceOf(pid).environment).toEqual([...CLEAN, `LISTEN_PID=${pid}`, 'LISTEN_FDS=1']);
    const [started] = await startedBy(pid, () => host.filter.list());
    expect(started).toMatchObject({ environment: CLEAN, files: [], folder: '/' });
  });
});

interface Started {
  /** The program file, such as /usr/sbin/nft. */
  readonly path: string;
  readonly environment: readonly string[];
  /** Descriptors above 2. */
  readonly files: readonly string[];
  readonly folder: string;
}

/** The programs that a process starts during an action. strace(1) holds each right after execve(2), for /proc to be read. */
async function startedBy(pid: number, action: () => Promise<unknown>): Promise<Started[]> {
  const hold = ['-e', 'trace=execve', '-e', 'inject=execve:delay_exit=400000'];
  const tracer = spawn('strace', ['-f', ...hold, '-o', '/dev/null', '-p', String(pid)], { stdio: 'pipe' });
  onTestFinished(() => void tracer.kill('SIGKILL'));
  const [attached] = await once(tracer.stderr, 'data');
  expect(String(attached)).toContain('attached');
  const found = new Map<string, Started>();
  let isOver = false;
  const acted = action().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const child of childrenOf(pid)) {
      const started = found.has(child) ? undefined : programOf(child);
      if (started !== undefined) found.set(child, started);
    }
    await sleep(5);
  }
  await acted;
  tracer.kill('SIGINT');
  await once(tracer, 'exit');
  return [...found.values()];
}

function childrenOf(pid: number): string[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '));
  return children.filter((child) => child !== '');
}

/** Undefined before the end of execve(2), which sets the environment last, and after the end of the program. */
function programOf(pid: string): Started | undefined {
  try {
    const path = readlinkSync(`/proc/${pid}/exe`);
    const inherited = inheritanceOf(Number(pid));
    const isStarted = path !== realpathSync(process.execPath) && inherited.environment.length > 0;
    return isStarted ? { path, ...inherited } : undefined;
  } catch {
    return undefined;
  }
}
