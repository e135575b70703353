/** One client of a helper: reads its requests, at most so many at once, and answers each. */

import type { Readable, Writable } from 'node:stream';
import { HelperProtocolError } from '../../errors/helper.ts';
import { errorFrameOf } from './error-frame.ts';
import { frameOf, framesOf, objectIn } from './frames.ts';
import { type Answer, GREETING, MAX_REQUEST } from './protocol.ts';

/** Does what a request asks. */
export type Perform = (verb: string, args: readonly unknown[]) => Promise<unknown>;

/** Requests of one client that are worked on at once; the next are read when one of them is done. */
const MAX_IN_FLIGHT = 64;
/** Milliseconds for a client to notice that it is hung up on. */
const PATIENCE = 1000;

export class ClientSession {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #perform: Perform;
  readonly #inFlight = new Set<Promise<void>>();

  constructor(input: Readable, output: Writable, perform: Perform) {
    this.#input = input;
    this.#output = output;
    this.#perform = perform;
    // It went away: its requests end where nobody hears it.
    output.on('error', () => {});
    input.on('error', () => {});
  }

  /** Until the client goes, breaks the protocol, or `stop` is called; and what it asked for till then is done. Never fails. */
  async serve(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (error instanceof HelperProtocolError) this.#write({ error: errorFrameOf(error) });
    }
    await Promise.all(this.#inFlight);
    await this.#leave();
  }

  /** Hangs up when the last answer is out, and the client is heard no more: what is left unread would take the answer with it. */
  #leave(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(patience);
        this.#input.destroy();
        this.#output.destroy();
        resolve();
      };
      const patience = setTimeout(end, PATIENCE);
      const isHeard = !this.#input.readableEnded && !this.#input.destroyed;
      if (isHeard) this.#input.once('end', end).once('close', end).resume();
      if (this.#output.destroyed) end();
      else this.#output.end(isHeard ? undefined : end);
    });
  }

  /** Reads no more requests, and answers none. */
  stop(): void {
    this.#input.destroy();
  }

  async #read(): Promise<void> {
    let isGreeted = false;
    for await (const frame of framesOf(this.#input.iterator({ destroyOnReturn: false }), MAX_REQUEST)) {
      if (isGreeted) await this.#take(objectIn(frame));
      else this.#greet(objectIn(frame));
      isGreeted = true;
    }
  }

  #greet({ protocol, version }: Readonly<Record<string, unknown>>): void {
    if (protocol !== GREETING.protocol || version !== GREETING.version)
      throw new HelperProtocolError(
        `this helper speaks ${GREETING.protocol} ${GREETING.version}, and the client has not said so first: use one version of os-vif for both`,
      );
    this.#write(GREETING);
  }

  async #take({ id, verb, args }: Readonly<Record<string, unknown>>): Promise<void> {
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw new HelperProtocolError('a request without an id');
    const answer = this.#answer(id, verb, args).finally(() => this.#inFlight.delete(answer));
    this.#inFlight.add(answer);
    // What is not read stays with the client: it notices, and waits.
    while (this.#inFlight.size >= MAX_IN_FLIGHT) await Promise.race(this.#inFlight);
    if (this.#output.writableNeedDrain) await drained(this.#output);
  }

  async #answer(id: number, verb: unknown, args: unknown): Promise<void> {
    try {
      if (typeof verb !== 'string' || !Array.isArray(args))
        throw new HelperProtocolError('a request needs a verb, such as "links.get", and a list of args');
      this.#write({ id, value: await this.#perform(verb, args) });
    } catch (error) {
      this.#write({ id, error: errorFrameOf(error) });
    }
  }

  #write(frame: Answer | typeof GREETING): void {
    if (this.#output.writable) this.#output.write(frameOf(frame));
  }
}

/** Until the client has read what it asked for, or is gone. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error']) output.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) output.on(event, done);
  });
}
