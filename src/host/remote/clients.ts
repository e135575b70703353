/**
 * The clients of a helper. Refuses new clients above the limits, and expels clients that use too much memory.
 */

import type { Readable, Writable } from 'node:stream';
import { Budget } from './budget.ts';
import { ClientSession, PATIENCE, type Perform, type SharedResources } from './client-session.ts';
import { connectionErrorFrame } from './error-frame.ts';
import { frameOf } from './frames.ts';
import {
  COLLECT_AFTER,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_OF_USER,
  MAX_RECEIVED,
  MAX_REFUSED,
  MAX_RUNNING,
  MAX_UNSENT,
} from './limits.ts';
import { GREETING, type HelperGreeting } from './protocol.ts';
import { Turns } from './turns.ts';

/** All clients of a helper. */
export class Clients {
  readonly #shared: SharedResources;
  /** The user of each connection, oldest connection first. */
  readonly #users = new Map<ClientSession, number | undefined>();
  #uncollected = 0;
  readonly #served = new Set<Promise<void>>();
  /** Functions that close refused connections whose clients have not read the reason yet, oldest first. */
  readonly #refused = new Set<() => void>();

  constructor(perform: Perform, greeting: HelperGreeting = GREETING) {
    this.#shared = {
      greeting,
      perform,
      turns: new Turns(MAX_RUNNING),
      onRead: (bytes) => this.#countGarbage(bytes),
      received: new Budget(MAX_RECEIVED, (largest) =>
        this.#expel(
          largest,
          `all requests together exceed ${MAX_RECEIVED} bytes, and this client has the largest share`,
        ),
      ),
      unsent: new Budget(MAX_UNSENT, (largest) =>
        this.#expel(largest, `unread answers exceed ${MAX_UNSENT} bytes, and this client has the largest share`),
      ),
    };
  }

  /**
   * Serves a client, and resolves when its connection is closed.
   * At the limit, it replaces the oldest client without a greeting.
   * @param user the user id of the client, if the kernel reports it
   */
  async welcome(input: Readable, output: Writable, user?: number): Promise<void> {
    const refusal = this.#makeRoom(user);
    if (refusal !== undefined) return this.#refuse(input, output, refusal);
    const session = new ClientSession(input, output, this.#shared, user);
    this.#users.set(session, user);
    const served = session.serve().finally(() => {
      this.#users.delete(session);
      this.#served.delete(served);
    });
    this.#served.add(served);
    await served;
  }

  /** Stops reading requests, and waits until all requests are answered. */
  async close(): Promise<void> {
    for (const session of this.#users.keys()) session.stop();
    for (const end of this.#refused) end();
    await Promise.all(this.#served);
  }

  /**
   * Sends the reason, and closes the connection after the client has read it.
   * Meanwhile it reads the input, or the reason is lost.
   */
  #refuse(input: Readable, output: Writable, reason: string): void {
    const end = (): void => {
      clearTimeout(patience);
      if (this.#refused.delete(end)) input.destroy();
      output.destroy();
    };
    const patience = setTimeout(end, PATIENCE);
    this.#refused.add(end);
    for (const stream of [input, output]) stream.on('error', () => {});
    input.once('end', end).once('close', end).resume();
    output.end(frameOf(connectionErrorFrame(reason)));
    // Above the limit of refused connections, the oldest one is closed.
    if (this.#refused.size > MAX_REFUSED) for (const endOldest of [...this.#refused].slice(0, 1)) endOldest();
  }

  /** Makes room for a new client. Returns the reason if there is no room. */
  #makeRoom(user: number | undefined): string | undefined {
    const ofUser = [...this.#users].filter(([, other]) => other === user).map(([session]) => session);
    if (ofUser.length >= MAX_CONNECTIONS_OF_USER && !this.#expelSilent(ofUser))
      return `the user already has ${MAX_CONNECTIONS_OF_USER} connections`;
    if (this.#users.size >= MAX_CONNECTIONS && !this.#expelSilent([...this.#users.keys()]))
      return `there are already ${MAX_CONNECTIONS} connections`;
    return undefined;
  }

  #expelSilent(sessions: readonly ClientSession[]): boolean {
    const oldest = sessions.find(({ isGreeted }) => !isGreeted);
    if (oldest !== undefined) this.#expel(oldest, 'this client sent no greeting, and another client needs its place');
    return oldest !== undefined;
  }

  /**
   * Collects garbage after a number of read bytes, because read buffers become garbage soon.
   * The command starts Node with --expose-gc.
   */
  #countGarbage(bytes: number): void {
    this.#uncollected += bytes;
    if (this.#uncollected < COLLECT_AFTER) return;
    this.#uncollected = 0;
    globalThis.gc?.();
  }

  #expel(session: ClientSession, reason: string): void {
    this.#users.delete(session);
    session.expel(reason);
  }
}
