/** The database of Open vSwitch that the user names. Imported on demand. */

import { InputError, UsageError } from '../../errors/command.ts';
import { type Endpoint, parseEndpoint, requireSocket } from '../../host/ovsdb/endpoint.ts';
import { describeValue } from '../../text/describe-value.ts';
import { readConfig, type Setup } from '../config.ts';
import { printWarning } from '../output/output.ts';
import type { HostOptions } from '../verb.ts';

/**
 * The connection string of the option --ovsdb, else that of the configuration. Undefined if the user names no
 * database.
 *
 * @throws UsageError or InputError if it is no connection string, or if it needs certificates that the
 *   configuration does not have
 */
export function databaseOf(option: string | undefined, { host, where }: Setup): string | undefined {
  const connection = option ?? host.ovsdb?.connection;
  if (connection === undefined) return undefined;
  const refuse = (reason: string) =>
    option === undefined ? new InputError(where, `/ovsdb/connection: ${reason}`) : new UsageError(`--ovsdb: ${reason}`);
  const endpoint = endpointIn(connection);
  if (endpoint === undefined)
    throw refuse(`expected unix:/path, tcp:host:port or ssl:host:port, found ${describeValue(connection)}`);
  if (endpoint.kind === 'ssl' && host.ovsdb?.tls === undefined)
    throw refuse(`${connection} needs \`ovsdb.tls\` in the configuration: the files key, cert and ca`);
  return connection;
}

function endpointIn(connection: string): Endpoint | undefined {
  try {
    return parseEndpoint(connection);
  } catch {
    return undefined;
  }
}

/**
 * Warns if the user names a socket of Open vSwitch that does not exist. The verbs `ls` and `gc` take
 * a missing database to be empty, because a host without Open vSwitch has none.
 */
export async function warnOfMissingDatabase({ memory, ovsdb, config }: HostOptions): Promise<void> {
  if (memory) return;
  const connection = databaseOf(ovsdb, await readConfig(config));
  if (connection === undefined) return;
  try {
    requireSocket(connection);
  } catch {
    printWarning(
      `rows of Open vSwitch are not in the output: the socket of ${connection} does not exist; ` +
        'start ovsdb-server, or correct the path',
    );
  }
}
