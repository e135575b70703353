/** The server of a helper: accepts clients, and performs their requests. */

import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { HelperProtocolError } from '../../errors/helper.ts';
import { onBehalfOf, traced } from '../../host-contract/diagnostics/traced.ts';
import type { Host } from '../../host-contract/host.ts';
import { loadPeerUser } from '../linux/peer.ts';
import type { Perform } from './client-session.ts';
import { Clients } from './clients.ts';
import type { Policy } from './policy.ts';
import { GREETING } from './protocol.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { listenOn, type SocketFile } from './socket-file.ts';
import { VERB_BY_NAME } from './verbs.ts';

export { OwnDevicesPolicy } from './policy.ts';

/** The socket or the streams of the clients. */
export type HelperClients =
  | SocketFile
  | { readonly fd: number }
  | { readonly input: Readable; readonly output: Writable };

/** A running helper. */
export interface Helper {
  /** Resolves after `close`, or after the only client of streams has disconnected. */
  readonly closed: Promise<void>;
  /** Stops reading requests, and waits until all requests are answered. */
  close(): Promise<void>;
}

/** Serves clients within a policy. */
export async function serveWith(host: Host, clients: HelperClients, policy: Policy, netns?: string): Promise<Helper> {
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

/** The function that performs requests. */
async function performerFor(host: Host, policy: Policy): Promise<Perform> {
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
