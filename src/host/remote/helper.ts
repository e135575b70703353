/** The process with the privileges: does on a host what clients ask for that have none, as far as its policy goes. */

import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { HelperProtocolError } from '../../errors/helper.ts';
import { didYouMean } from '../../errors/nearest.ts';
import type { Host } from '../../wiring/host.ts';
import { ClientSession, type Perform } from './client-session.ts';
import { OwnDevicesPolicy, type Policy, type PolicyOptions } from './policy.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { listenOn, type SocketFile } from './socket-file.ts';

/** What a helper works on, for whom, and what it allows. */
export interface HelperOptions extends PolicyOptions {
  /** What it drives, as a rule a LinuxHost. The helper does not close it. */
  readonly host: Host;
  /** Where clients come from. */
  readonly clients: SocketFile | { readonly fd: number } | { readonly input: Readable; readonly output: Writable };
}

/** A helper that runs. */
export interface Helper {
  /** Settles when it is over: `close` was called, or its only client is gone. */
  readonly closed: Promise<void>;
  /** Takes no more requests, and waits for those that it is at. */
  close(): Promise<void>;
}

/** Clients at once; further ones are turned away. */
const MAX_CLIENTS = 512;

/**
 * Serves clients until it is closed. Who may connect to the socket may do all that the policy allows: keep it to those who should.
 *
 * @throws HelperConnectionError where the socket can't be made
 */
export async function serveHelper({ host, clients, ...allowed }: HelperOptions): Promise<Helper> {
  return serveWith(host, clients, new OwnDevicesPolicy(host, allowed));
}

/** The same with another policy. */
export async function serveWith(host: Host, clients: HelperOptions['clients'], policy: Policy): Promise<Helper> {
  const perform = await performerFor(host, policy);
  const sessions = new Map<ClientSession, Promise<void>>();
  const welcome = (input: Readable, output: Writable): Promise<void> => {
    const session = new ClientSession(input, output, perform);
    const served = session.serve().finally(() => sessions.delete(session));
    sessions.set(session, served);
    return served;
  };
  const stopAll = async (): Promise<void> => {
    for (const session of sessions.keys()) session.stop();
    await Promise.all(sessions.values());
  };
  if ('input' in clients) return { closed: welcome(clients.input, clients.output), close: stopAll };

  const server = createServer({ allowHalfOpen: true }, (socket) => void welcome(socket, socket));
  server.maxConnections = MAX_CLIENTS;
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const removeSocket = await listenOn(server, clients);
  const close = async (): Promise<void> => {
    removeSocket();
    if (server.listening) server.close();
    await stopAll();
    await closed;
  };
  return { closed, close };
}

/** ajv comes with the first helper: a client has no use of it. */
async function performerFor(host: Host, policy: Policy): Promise<Perform> {
  const { VERB_BY_NAME } = await import('./verbs.ts');
  const rules = new RuleKeeper(host);
  await rules.load();
  const workplace = { host, policy, rules };
  return async (name, args) => {
    const verb = VERB_BY_NAME.get(name);
    if (verb === undefined)
      throw new HelperProtocolError(
        `there is no verb ${JSON.stringify(name.slice(0, 40))}${didYouMean(name, VERB_BY_NAME.keys())}`,
      );
    return verb(args, workplace);
  };
}
