/**
 * The environment of the programs that this library starts.
 * The variables of this process do not influence these programs.
 */

/** Folders of system programs, in the order of Debian. NixOS has its programs only in the last folder. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

/**
 * Variables that child processes get. iptables(8): XTABLES_LOCKFILE is the lock file of iptables-legacy, for
 * services that may not write to /run.
 */
const KEPT = ['XTABLES_LOCKFILE'];

/**
 * Returns the environment of a child process.
 *
 * @param own the environment of this process. Child processes get only `XTABLES_LOCKFILE` of it
 */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = KEPT.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]));
  return { PATH: SYSTEM_PATH, LC_ALL: 'C', ...Object.fromEntries(kept) };
}
