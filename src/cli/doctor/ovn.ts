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
  const answer = connectionStatus();
  return answer === 'connected'
    ? { name: NAME, state: 'yes', what: `OVN: ${chassis}; ovn-controller is connected` }
    : { name: NAME, state: 'no', what: `OVN: ${chassis}; ${answer}`, advice: START };
}

/** The map of a result with one row (RFC 7047 5.1). */
function textsOf(result: unknown): Readonly<Record<string, string | undefined>> {
  const rows = isRecord(result) && Array.isArray(result.rows) ? result.rows : [];
  const map: unknown = rows[0]?.external_ids;
  return Array.isArray(map) && map[0] === 'map' && Array.isArray(map[1]) ? Object.fromEntries(map[1]) : {};
}

/** The answer of ovn-controller about its connection to the southbound database, or the reason why there is none. */
function connectionStatus(): string {
  const folder = process.env.OVN_RUNDIR ?? '/run/ovn';
  const sockets = socketsIn(folder);
  if (sockets.length === 0) return `no control socket of ovn-controller in ${folder}`;
  for (const socket of sockets) {
    const args = ['--timeout=3', '-t', join(folder, socket), 'connection-status'];
    const { error, status, stdout } = spawnSync('ovn-appctl', args, { encoding: 'utf8' });
    if (error !== undefined) return 'the program ovn-appctl is missing';
    if (status === 0) return stdout.trim() === 'connected' ? 'connected' : `ovn-controller says: ${stdout.trim()}`;
  }
  return `ovn-controller does not answer on its control socket in ${folder}`;
}

/** A socket whose process was killed stays. */
function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^ovn-controller\.\d+\.ctl$/.test(name));
  } catch {
    return [];
  }
}
