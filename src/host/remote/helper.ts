/**
 * The helper: a process with privileges that changes a host for clients without
 * privileges, within its policy.
 */

import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { type OptionKinds, requireArgument, requireOptions } from '../../errors/argument.ts';
import { HelperProtocolError } from '../../errors/helper.ts';
import { arrayOf, BOOLEAN, OBJECT, objectWith, TEXT, type ValueKind } from '../../errors/value-kinds.ts';
import { onBehalfOf, traced } from '../../host-contract/diagnostics/traced.ts';
import type { Host } from '../../host-contract/host.ts';
import { isRecord } from '../../text/is-record.ts';
import { loadPeerUser } from '../linux/peer.ts';
import type { Perform } from './client-session.ts';
import { Clients } from './clients.ts';
import { OwnDevicesPolicy, type Policy, type PolicyOptions } from './policy.ts';
import { GREETING } from './protocol.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { listenOn, type SocketFile } from './socket-file.ts';

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
  readonly clients: SocketFile | { readonly fd: number } | { readonly input: Readable; readonly output: Writable };
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

/** A running helper. */
export interface Helper {
  /** Resolves after `close`, or after the only client of streams has disconnected. */
  readonly closed: Promise<void>;
  /** Stops reading requests, and waits until all requests are answered. */
  close(): Promise<void>;
}

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
  return serveWith(host, clients, new OwnDevicesPolicy(host, allowed), netns);
}

/** Serves clients with the given policy. */
export async function serveWith(
  host: Host,
  clients: HelperOptions['clients'],
  policy: Policy,
  netns?: string,
): Promise<Helper> {
  const perform = await performerFor(host, policy);
  const all = new Clients(perform, { ...GREETING, ...(netns !== undefined && { netns }) });
  if ('input' in clients) return { closed: all.welcome(clients.input, clients.output), close: () => all.close() };

  const userOf = await loadPeerUser();
  const server = createServer({ allowHalfOpen: true }, (socket) => void all.welcome(socket, socket, userOf(socket)));
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const removeSocket = await listenOn(server, clients);
  const close = async (): Promise<void> => {
    removeSocket();
    if (server.listening) server.close();
    await all.close();
    await closed;
  };
  return { closed, close };
}

/** The function that performs requests. ajv is loaded on the first call, because clients do not need it. */
async function performerFor(host: Host, policy: Policy): Promise<Perform> {
  const { VERB_BY_NAME } = await import('./verbs.ts');
  const rules = new RuleKeeper(host);
  await rules.load();
  const workplace = { host, policy, rules };
  return async (name, args) => {
    const verb = VERB_BY_NAME.get(name);
    // Without a suggestion, because its computation takes longer than a request to the kernel.
    if (verb === undefined) throw new HelperProtocolError(`there is no verb ${JSON.stringify(name.slice(0, 40))}`);
    return onBehalfOf([], () => traced('os-vif:serve', { verb: name }, () => verb(args, workplace)));
  };
}
