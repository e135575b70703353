import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { birthGroup } from '../../../src/host-contract/interface-groups.ts';
import { bundleChild } from '../../children/child.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';

const RTM_NEWLINK = 16;
const RTM_SETLINK = 19;
/** The length of struct nlmsghdr and where it has the number that differs from request to request. */
const HEADER = 16;
const [SEQ_START, SEQ_END] = [8, 12];
/** Devices are made in a group of their own. */
const GROUP = String(birthGroup(''));

describe.skipIf(NETNS_UNAVAILABLE || whyNoStrace())('the bytes that go to the kernel are those of iproute2', () => {
  test.each([
    ['vf mac', ['link', 'set', 'eth0', 'vf', '3', 'mac', '02:00:00:00:00:07'], 'EOPNOTSUPP'],
    ['vf vlan', ['link', 'set', 'eth0', 'vf', '3', 'vlan', '100'], 'EOPNOTSUPP'],
    ['vf trust', ['link', 'set', 'eth0', 'vf', '3', 'trust', 'on'], 'EOPNOTSUPP'],
    ['vf spoofchk', ['link', 'set', 'eth0', 'vf', '3', 'spoofchk', 'off'], 'EOPNOTSUPP'],
    [
      'vf all',
      ['link', 'set', 'eth0', 'vf', '3', 'mac', '02:00:00:00:00:07', 'vlan', '100', 'spoofchk', 'off', 'trust', 'on'],
      'EOPNOTSUPP',
    ],
    [
      'vlan',
      ['link', 'add', 'group', GROUP, 'link', 'eth0', 'name', 'vlan100', 'type', 'vlan', 'id', '100'],
      undefined,
    ],
    [
      'vlan with mtu',
      ['link', 'add', 'mtu', '1450', 'group', GROUP, 'link', 'eth0', 'name', 'vlan100', 'type', 'vlan', 'id', '100'],
      undefined,
    ],
    ['hwmode vepa', ['bridge', 'link', 'set', 'dev', 'eth0', 'hwmode', 'vepa'], 'EOPNOTSUPP'],
    ['hwmode veb', ['bridge', 'link', 'set', 'dev', 'eth0', 'hwmode', 'veb'], 'EOPNOTSUPP'],
  ])('%s', async (name, command, errno) => {
    const child = await bundleChild('send-requests.ts');
    const program = command[0] === 'bridge' ? command : ['ip', ...command];
    const theirs = await recordedIn(await netnsWithNic(), ...program);
    const ours = await recordedIn(await netnsWithNic(), process.execPath, child, name);

    expect(theirs.request).not.toBe('');
    expect(ours.request).toBe(theirs.request);
    // The kernel's refusal is ours too: of virtual functions, which no veth has, and of VLANs where it is built without.
    if (errno !== undefined || theirs.status !== 0) {
      expect(JSON.parse(ours.output)).toMatchObject({ code: 'ERR_OSVIF_NETLINK', errno: errno ?? 'EOPNOTSUPP' });
    }
  });
});

async function netnsWithNic(): Promise<Netns> {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
  return netns;
}

interface Recording {
  /** Hex, without the sequence number. */
  readonly request: string;
  readonly output: string;
  readonly status: number | null;
}

/** Runs a command in the namespace and finds the first request to change a link that has a body. */
async function recordedIn({ path }: Netns, ...command: string[]): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-strace-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const trace = join(folder, 'trace');
  const strace = ['strace', '-f', '-qq', '-e', 'trace=sendto,sendmsg', '-e', 'write=all', '-o', trace, ...command];
  const { stdout, status } = spawnSync('nsenter', [`--net=${path}`, ...strace], { encoding: 'utf8' });
  const request = sentBytes(readFileSync(trace, 'latin1')).find(
    (bytes) => bytes.length > 2 * HEADER && [RTM_NEWLINK, RTM_SETLINK].includes(bytes.readUInt16LE(4)),
  );
  const masked = request && Buffer.concat([request.subarray(0, SEQ_START), request.subarray(SEQ_END)]);
  return { request: masked?.toString('hex') ?? '', output: stdout, status };
}

/** What each call sent, from strace's hex dumps: ` | 00010  00 00 ...  text |`. */
function sentBytes(trace: string): Buffer[] {
  const sent: Buffer[] = [];
  for (const line of trace.split('\n')) {
    const [, offset, bytes] = /^ \| ([0-9a-f]{5}) {2}((?:[0-9a-f]{2} {1,2}){1,16})/.exec(line) ?? [];
    if (offset === undefined || bytes === undefined) continue;
    const row = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
    if (offset === '00000') sent.push(row);
    else sent.push(Buffer.concat([sent.pop() ?? Buffer.alloc(0), row]));
  }
  return sent;
}

function whyNoStrace(): string | undefined {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true']);
    return undefined;
  } catch {
    if (process.env.CI === 'true')
      throw new Error('the tests need strace, and the right to trace: apt-get install strace');
    return 'strace is not installed, or may not trace: apt-get install strace';
  }
}
