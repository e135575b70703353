/** SIGUSR1 has Node open its inspector, in which every process of the host can run code. In the helper it must not. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { commandUnderTest } from '../cli/command.ts';
import { type HelperProcess, spawnHelper, temporaryFolder, until } from '../cli/helper/helper-process.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';

const osVif = commandUnderTest();
const AS_NOBODY = ['--user', 'nobody', '--group', 'nogroup'];
/** The options of docs/privilege-separation.md for the process that starts. */
const NO_INSPECTOR = ['--inspect-port=[fe80::1]:1024'];
/** Any process ends by SIGUSR1 before it can ignore it. This starter ignores it, as a service manager would block it. */
const IGNORING = "trap '' USR1; echo started >&2";

describe.skipIf(NETNS_UNAVAILABLE || process.getuid?.() !== 0)('SIGUSR1 to a helper', () => {
  test.each<[string, string[], 'root' | 'nobody']>([
    ['root, from a process of root without capabilities', [], 'root'],
    ['another user, from a process of that user', AS_NOBODY, 'nobody'],
  ])(
    'opens no inspector from the first instruction on: as %s',
    async (_, options, user) => {
      const netns = await attackedNetns();
      const start = { before: `${IGNORING}\n${inside(netns)}`, node: NO_INSPECTOR };
      const helper = await spawnHelper(osVif, netns, options, start);
      await until(() => helper.complaint().includes('started'));
      const attack = flood(helper.pid, user);
      await untilServing(helper);
      await attack.for(200);
      expect(await attack.opened()).toEqual([]);
      await expectServing(helper);
      expect(attack.sent()).toBeGreaterThan(100);
    },
    120_000,
  );

  test('opens no inspector while the confined process starts, without any option of Node', async () => {
    const netns = await attackedNetns();
    const helper = await spawnHelper(osVif, netns, AS_NOBODY, { before: inside(netns) });
    const attack = flood(helper.pid, 'nobody', '--confined');
    await untilServing(helper);
    await attack.for(200);
    expect(await attack.opened()).toEqual([]);
    await expectServing(helper);
    expect(attack.sent()).toBeGreaterThan(100);
  }, 120_000);

  test('opens no inspector in a helper that has served for a while', async () => {
    const netns = await attackedNetns();
    const helper = await spawnHelper(osVif, netns, AS_NOBODY, { before: inside(netns) });
    await untilServing(helper);
    await expectServing(helper);
    const attack = flood(helper.pid, 'nobody');
    await attack.for(2000);
    expect(await attack.opened()).toEqual([]);
    await expectServing(helper);
  }, 120_000);

  test.each<[string, () => string[]]>([
    ['node with the option', () => [process.execPath, ...NO_INSPECTOR, osVif.script, 'helper']],
    ['os-vif-helper', () => [join(dirname(osVif.script), '../../bin/os-vif-helper')]],
  ])(
    'opens no inspector in a helper that serves its starter, from the first instruction on: %s',
    async (_, command) => {
      const netns = await attackedNetns();
      const words = [...command(), '--stdio', '--netns', netns.path];
      const script = `trap '' USR1; echo $$ >pid; ${inside(netns)}\nexec "$@"`;
      const folder = await temporaryFolder();
      const file = `${folder}/pid`;
      const opening = RemoteHost.connect({ command: ['bash', '-c', `cd ${folder}; ${script}`, 'bash', ...words] });
      await until(() => textOf(file).endsWith('\n'));
      const attack = flood(Number(textOf(file)), 'root');
      await using host = await opening;
      await attack.for(200);
      expect(await attack.opened()).toEqual([]);
      expect(await host.links.get('lo')).toMatchObject({ name: 'lo' });
    },
    120_000,
  );
});

/** Nothing else listens in it. */
async function attackedNetns(): Promise<Netns> {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'set', 'lo', 'up');
  return netns;
}

/** Words before a command that have each of its stages be in the namespace: an inspector would listen there. */
function inside({ path }: Netns): string {
  return `set -- nsenter --net=${path} "$@"`;
}

interface Attack {
  /** Goes on for some milliseconds. */
  for(milliseconds: number): Promise<void>;
  /** Stops, and resolves to the addresses on which the attacked process, or another one in its namespace, listened. */
  opened(): Promise<string[]>;
  /** Signals that reached the process. */
  sent(): number;
}

/**
 * Sends 50 SIGUSR1 every 5 ms, as a process of this user that has no capability. Without any
 * pause, a slow machine would do nothing else.
 * @param from an argument of the process; the attack starts when the process has it
 */
function flood(pid: number, user: 'root' | 'nobody', from = ''): Attack {
  const id = user === 'root' ? '0' : '65534';
  const drop = [`--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
  const attacker = spawn('setpriv', [...drop, process.execPath, '-e', ATTACKER, String(pid), from], { stdio: 'pipe' });
  onTestFinished(() => void attacker.kill('SIGKILL'));
  const output: Buffer[] = [];
  attacker.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  attacker.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const closed = once(attacker, 'close');
  let sent = 0;
  return {
    for: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    opened: async () => {
      attacker.stdin.end();
      await closed;
      const [count = '', ...listening] = Buffer.concat(output).toString().trim().split('\n');
      expect(count).toMatch(/^\d+$/);
      sent = Number(count);
      return listening;
    },
    sent: () => sent,
  };
}

/** Works until its standard input ends. /proc/PID/net is the namespace of the attacked process. */
const ATTACKER = `
const { readFileSync } = require('node:fs');
const pid = Number(process.argv[1]);
while (!readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes(process.argv[2]));
const listening = new Set();
let sent = 0;
let isOver = false;
process.stdin.resume().on('end', () => { isOver = true; });
function round() {
  for (let i = 0; i < 50; i++) {
    try { process.kill(pid, 'SIGUSR1'); sent += 1; } catch {}
  }
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync('/proc/' + pid + '/net/' + table, 'utf8').split('\\n').slice(1)) {
      const fields = line.trim().split(/\\s+/);
      if (fields[3] === '0A') listening.add(fields[1]);
    }
  }
  if (isOver) console.log([sent, ...listening].join('\\n'));
  else setTimeout(round, 5);
}
round();
`;

async function untilServing(helper: HelperProcess): Promise<void> {
  let isServing = false;
  while (!isServing) {
    expect([helper.child.exitCode, helper.child.signalCode]).toEqual([null, null]);
    isServing = await RemoteHost.connect({ socket: helper.socket, connectTimeout: 5000 }).then(
      (host) => host.close().then(() => true),
      () => false,
    );
    if (!isServing) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function expectServing({ socket }: HelperProcess): Promise<void> {
  await using host = await RemoteHost.connect({ socket });
  expect(await host.links.get('lo')).toMatchObject({ name: 'lo' });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
