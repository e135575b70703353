/** Examines whether this host is a chassis of OVN. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OvsdbClient } from '../../host/ovsdb/ovsdb-client.ts';
import { isRecord } from '../../text/is-record.ts';
import type { Finding } from './finding.ts';

/** The external_ids of Open_vSwitch that ovn-controller(8) needs. */
const NEEDED = ['system-id', 'ovn-remote', 'ovn-encap-type', 'ovn-encap-ip'];

const NAME = 'ovn';
const SET_IDS = `needed only for ML2/OVN: ovs-vsctl set Open_vSwitch . external_ids:KEY=VALUE (ovn-controller(8))`;
const START = 'needed only for ML2/OVN: start ovn-controller (ovn-host), and allow this user to open its socket';
const RESTART = 'needed only for ML2/OVN: look at the log of ovn-controller, and restart it';
/** Seconds. */
const LIMIT = 3;

/** The result without a database. */
export const OVN_UNKNOWN: Finding = { name: NAME, state: 'unknown', what: 'OVN: not examined without the database' };

/** Whether the host is a chassis of OVN, and its ovn-controller is connected. */
export async function examineOvn(client: OvsdbClient): Promise<Finding> {
  const select = { op: 'select', table: 'Open_vSwitch', where: [], columns: ['external_ids'] } as const;
  const ids = textsOf((await client.transact([select]))[0]);
  const missing = NEEDED.filter((key) => !ids[key]);
  if (missing.length > 0)
    return {
      name: NAME,
      state: 'no',
      what: `OVN: Open_vSwitch lacks external_ids ${missing.join(', ')}`,
      advice: SET_IDS,
    };
  const chassis = `chassis ${ids['system-id']} of ${ids['ovn-remote']} (${ids['ovn-encap-type']} at ${ids['ovn-encap-ip']})`;
  const { problem, advice = START } = connectionStatus();
  return problem === undefined
    ? { name: NAME, state: 'yes', what: `OVN: ${chassis}; ovn-controller is connected` }
    : { name: NAME, state: 'no', what: `OVN: ${chassis}; ${problem}`, advice };
}

/** The map of a result with one row (RFC 7047 5.1). */
function textsOf(result: unknown): Readonly<Record<string, string | undefined>> {
  const rows = isRecord(result) && Array.isArray(result.rows) ? result.rows : [];
  const map: unknown = rows[0]?.external_ids;
  return Array.isArray(map) && map[0] === 'map' && Array.isArray(map[1]) ? Object.fromEntries(map[1]) : {};
}

/**
 * Asks ovn-controller about its connection to the southbound database. Without a problem, it is
 * connected.
 */
function connectionStatus(): { readonly problem?: string; readonly advice?: string } {
  const folder = process.env.OVN_RUNDIR ?? '/run/ovn';
  const sockets = socketsIn(folder);
  if (sockets.length === 0) return { problem: `no control socket of ovn-controller in ${folder}` };
  let hanging: string | undefined;
  for (const socket of sockets) {
    const path = join(folder, socket);
    const args = [`--timeout=${LIMIT}`, '-t', path, 'connection-status'];
    const { error, status, signal, stdout } = spawnSync('ovn-appctl', args, { encoding: 'utf8' });
    if (error !== undefined) return { problem: 'the program ovn-appctl is missing' };
    if (status === 0) return stdout.trim() === 'connected' ? {} : { problem: `ovn-controller says: ${stdout.trim()}` };
    // ovn-appctl(8): SIGALRM ends it after the timeout.
    if (signal === 'SIGALRM') hanging ??= path;
  }
  if (hanging === undefined) return { problem: `ovn-controller does not answer on its control socket in ${folder}` };
  return { problem: `ovn-controller hangs: no answer on ${hanging} within ${LIMIT} s`, advice: RESTART };
}

/** A socket whose process was killed stays. */
function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^ovn-controller\.\d+\.ctl$/.test(name));
  } catch {
    return [];
  }
}
