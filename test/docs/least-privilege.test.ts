import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleChild } from '../children/child.ts';
import type { PlugEachReport } from '../children/plug-each.ts';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';

const NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs';
const ONLY_NET_ADMIN = '--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --bounding-set=-all,+net_admin';

const OK = { tap: 'ok', bridge: 'ok', rules: 'ok', macvtap: 'ok', isolateGuests: 'ok' };
const refused = expect.stringMatching(/^ERR_OSVIF_PERMISSION/);

const unprivileged = process.getuid?.() !== 0;

describe.skipIf(NETNS_UNAVAILABLE || unprivileged)('what docs/least-privilege.md says holds:', () => {
  test('CAP_NET_ADMIN alone, ambient, is enough for every device and every rule', async () => {
    expect(await plugEach(`${NOBODY} ${ONLY_NET_ADMIN}`)).toEqual(OK);
  });

  test('without it nothing is plugged', async () => {
    const report = await plugEach(`${NOBODY} --inh-caps=-all --bounding-set=-all`);
    expect(report).toEqual({ tap: refused, bridge: refused, rules: refused, macvtap: refused, isolateGuests: refused });
  });

  test('a capability of the file node is not handed on to iptables and nft', async () => {
    const report = await plugEach(NOBODY.replace(' --no-new-privs', ' --inh-caps=-all'), { setcap: true });
    expect(report).toEqual({ ...OK, rules: refused, isolateGuests: refused });
  });

  test('where /proc/sys is read-only, a bridge can not be made, and the error says so', async () => {
    const report = await plugEach(`${NOBODY} ${ONLY_NET_ADMIN}`, { readOnlySysctls: true });
    const readOnly = expect.stringMatching(/^ERR_OSVIF_PERMISSION.*read-only/);
    expect(report).toEqual({ ...OK, bridge: readOnly, rules: readOnly });
  });
});

interface Surroundings {
  /** node is a copy that has CAP_NET_ADMIN. */
  readonly setcap?: boolean;
  readonly readOnlySysctls?: boolean;
}

/** Runs the child behind these words, in a network of its own with eth0, where everyone may open /dev/net/tun. */
async function plugEach(
  words: string,
  { setcap = false, readOnlySysctls = false }: Surroundings = {},
): Promise<PlugEachReport> {
  const child = await bundleChild('plug-each.ts');
  const folder = dirname(child);
  const node = setcap ? `${folder}/node` : process.execPath;
  const prepare = [
    'set -e',
    'mount -t sysfs sysfs /sys',
    `mkdir ${folder}/dev`,
    `mount -t tmpfs -o mode=755 tmpfs ${folder}/dev`,
    `mknod -m 666 ${folder}/dev/tun c 10 200`,
    `mount --bind ${folder}/dev/tun /dev/net/tun`,
    'ip link add eth0 type veth peer name far0',
    ...(setcap ? [`cp ${process.execPath} ${node}`, `setcap cap_net_admin+ep ${node}`] : []),
    ...(readOnlySysctls ? ['mount --bind /proc/sys /proc/sys', 'mount -o remount,bind,ro /proc/sys'] : []),
    `exec ${words} ${node} ${child}`,
  ];
  return JSON.parse(
    execFileSync('unshare', ['--mount', '--net', 'sh', '-c', prepare.join('\n')], { encoding: 'utf8' }),
  );
}
