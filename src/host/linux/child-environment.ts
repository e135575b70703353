/**
 * The environment of the programs that this library starts.
 * The environment of this process does not decide what they do.
 */

/** Folders of system programs. Debian's order comes first; NixOS has its programs in the last folder only. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

/** iptables(8): the lock of iptables-legacy, for services that may not write to /run. */
const KEPT = ['XTABLES_LOCKFILE'];

/** @param own the environment of this process; children get only `XTABLES_LOCKFILE` of it */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = KEPT.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]));
  return { PATH: SYSTEM_PATH, LC_ALL: 'C', ...Object.fromEntries(kept) };
}
