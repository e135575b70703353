/**
 * The helper: a process with privileges that changes a host for clients without
 * privileges, within its policy.
 */

import { type OptionKinds, requireArgument, requireOptions } from '../../errors/argument.ts';
import { arrayOf, BOOLEAN, OBJECT, objectWith, TEXT, type ValueKind } from '../../errors/value-kinds.ts';
import type { Host } from '../../host-contract/host.ts';
import { isRecord } from '../../text/is-record.ts';
import { importedLater } from '../open-files.ts';
import type { PolicyOptions } from './policy.ts';
import type { Helper, HelperClients } from './serve.ts';

/** The host of a helper, its clients, and the changes that it allows. */
export interface HelperOptions extends PolicyOptions {
  /** The host, usually a LinuxHost. The helper does not close it. */
  readonly host: Host;
  /**
   * The network namespace that the greeting contains (`host.netns` of a RemoteHost).
   * Default: the namespace of the host.
   */
  readonly netns?: string | undefined;
  /** The socket or the streams of the clients. */
  readonly clients: HelperClients;
}

const HELPER_OPTIONS: OptionKinds<HelperOptions> = {
  host: OBJECT,
  netns: TEXT,
  clients: OBJECT,
  devices: arrayOf(TEXT, 'strings'),
  names: arrayOf(TEXT, 'strings'),
  filterTargets: arrayOf(TEXT, 'strings'),
  passthruMac: BOOLEAN,
  linkKinds: arrayOf(TEXT, 'strings'),
};

const HOST = objectWith('the option host, usually a LinuxHost', 'close');
const CLIENTS: ValueKind = {
  expected: 'the option clients with socket, fd, or input and output',
  accepts: (value) =>
    isRecord(value) && ('socket' in value || 'fd' in value || ('input' in value && 'output' in value)),
};

/**
 * Serves clients until it is closed.
 * Each client that can connect to the socket can do everything that the policy allows.
 *
 * @throws KindDefinitionError if `linkKinds` contains a kind that no module of this process has defined
 * @throws HelperConnectionError if the socket cannot be created, or another helper serves its path
 * @throws MissingKoffiError if koffi, which a helper on a socket needs, is not installed
 */
export async function serveHelper(options: HelperOptions): Promise<Helper> {
  requireOptions('serveHelper', options, HELPER_OPTIONS);
  requireArgument('serveHelper', options.host, HOST);
  requireArgument('serveHelper', options.clients, CLIENTS);
  const { host, netns = host.netns, clients, ...allowed } = options;
  const { OwnDevicesPolicy, serveWith } = await server();
  return serveWith(host, clients, new OwnDevicesPolicy(host, allowed), netns);
}

// Loaded later, because a client of a helper does not need it.
const server = importedLater('the server of a helper', () => import('./serve.ts'));
