/** The clients of a helper: lets them in as far as its limits go, and sends away those that take too much. */

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

export class Clients {
  readonly #shared: SharedResources;
  /** The user of each connection, oldest connection first. */
  readonly #users = new Map<ClientSession, number | undefined>();
  #uncollected = 0;
  readonly #served = new Set<Promise<void>>();
  /** Closes each connection that was refused and still has to read the reason, oldest first. */
  readonly #refused = new Set<() => void>();

  constructor(perform: Perform, greeting: HelperGreeting = GREETING) {
    this.#shared = {
      greeting,
      perform,
      turns: new Turns(MAX_RUNNING),
      onRead: (bytes) => this.#countGarbage(bytes),
      received: new Budget(MAX_RECEIVED, (largest) =>
        this.#expel(largest, `all requests together have more than ${MAX_RECEIVED} bytes, and this client's have most`),
      ),
      unsent: new Budget(MAX_UNSENT, (largest) =>
        this.#expel(largest, `unread answers have more than ${MAX_UNSENT} bytes, and this client's have most`),
      ),
    };
  }

  /**
   * Serves a client and resolves when it is gone. At the limit it takes the place of the oldest client that has not greeted.
   * @param user the client's user id, when the kernel tells it
   */
  async welcome(input: Readable, output: Writable, user?: number): Promise<void> {
    const refusal = this.#makeRoom(user);
    if (refusal !== undefined) return this.#refuse(input, output, refusal);
    const session = new ClientSession(input, output, this.#shared);
    this.#users.set(session, user);
    const served = session.serve().finally(() => {
      this.#users.delete(session);
      this.#served.delete(served);
    });
    this.#served.add(served);
    await served;
  }

  /** Takes no more requests, and waits until those that were taken are answered. */
  async close(): Promise<void> {
    for (const session of this.#users.keys()) session.stop();
    for (const end of this.#refused) end();
    await Promise.all(this.#served);
  }

  /** Tells the reason, and closes when the client has read it. A client that sends meanwhile would otherwise lose the answer. */
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
    // The oldest refused connection makes room for this one.
    if (this.#refused.size > MAX_REFUSED) for (const endOldest of [...this.#refused].slice(0, 1)) endOldest();
  }

  /** Returns why there is no room. */
  #makeRoom(user: number | undefined): string | undefined {
    const ofUser = [...this.#users].filter(([, other]) => other === user).map(([session]) => session);
    if (ofUser.length >= MAX_CONNECTIONS_OF_USER && !this.#expelSilent(ofUser))
      return `the user has ${MAX_CONNECTIONS_OF_USER} connections already`;
    if (this.#users.size >= MAX_CONNECTIONS && !this.#expelSilent([...this.#users.keys()]))
      return `there are ${MAX_CONNECTIONS} connections already`;
    return undefined;
  }

  #expelSilent(sessions: readonly ClientSession[]): boolean {
    const oldest = sessions.find(({ isGreeted }) => !isGreeted);
    if (oldest !== undefined) this.#expel(oldest, 'another client needs the place of this one, which has not greeted');
    return oldest !== undefined;
  }

  /** Every buffer that is read becomes garbage soon. `gc` is there in the command, which starts Node with --expose-gc. */
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
