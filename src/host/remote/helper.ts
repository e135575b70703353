/** The process with the privileges: works on a host for clients that have none, as far as its policy allows. */

import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { HelperProtocolError } from '../../errors/helper.ts';
import type { Host } from '../../host-contract/host.ts';
import { loadPeerUser } from '../linux/peer.ts';
import type { Perform } from './client-session.ts';
import { Clients } from './clients.ts';
import { OwnDevicesPolicy, type Policy, type PolicyOptions } from './policy.ts';
import { GREETING } from './protocol.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { listenOn, type SocketFile } from './socket-file.ts';

/** The host of a helper, its clients, and the changes that it allows. */
export interface HelperOptions extends PolicyOptions {
  /** The host to work on, usually a LinuxHost. The helper does not close it. */
  readonly host: Host;
  /** The network namespace that clients are told (`host.netns` of a RemoteHost). Default: that of the host. */
  readonly netns?: string | undefined;
  /** How clients reach the helper. */
  readonly clients: SocketFile | { readonly fd: number } | { readonly input: Readable; readonly output: Writable };
}

/** A running helper. */
export interface Helper {
  /** Resolves after `close`, or when the only client is gone. */
  readonly closed: Promise<void>;
  /** Takes no more requests, and waits until those that were taken are done. */
  close(): Promise<void>;
}

/**
 * Serves clients until it is closed. Every client that may connect to the socket may do all that the policy allows.
 *
 * @throws KindDefinitionError when `linkKinds` names a kind that no module of this process has defined
 * @throws HelperConnectionError when the socket cannot be made, or another helper serves its path
 * @throws MissingKoffiError when koffi is not installed, which a helper on a socket needs
 */
export async function serveHelper({ host, netns = host.netns, clients, ...allowed }: HelperOptions): Promise<Helper> {
  return serveWith(host, clients, new OwnDevicesPolicy(host, allowed), netns);
}

/** The same with another policy. */
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

/** Clients do not need ajv, so that it is loaded with the first helper. */
async function performerFor(host: Host, policy: Policy): Promise<Perform> {
  const { VERB_BY_NAME } = await import('./verbs.ts');
  const rules = new RuleKeeper(host);
  await rules.load();
  const workplace = { host, policy, rules };
  return async (name, args) => {
    const verb = VERB_BY_NAME.get(name);
    // A proposal for a misspelt verb would cost more time than a request to the kernel.
    if (verb === undefined) throw new HelperProtocolError(`there is no verb ${JSON.stringify(name.slice(0, 40))}`);
    return verb(args, workplace);
  };
}
