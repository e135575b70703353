/** One client of a helper: reads its requests and answers each of them. */

import type { Readable, Writable } from 'node:stream';
import { HelperProtocolError } from '../../errors/helper.ts';
import type { Budget } from './budget.ts';
import { connectionErrorFrame, errorFrameOf } from './error-frame.ts';
import { frameOf, framesOf, objectIn } from './frames.ts';
import * as limits from './limits.ts';
import { type Answer, GREETING, type HelperGreeting, MAX_REQUEST } from './protocol.ts';
import { TaskQueue, type Turns } from './turns.ts';

/** Performs a request, and resolves to the result. */
export type Perform = (verb: string, args: readonly unknown[]) => Promise<unknown>;

/** The resources that all clients of a helper share. */
export interface SharedResources {
  readonly perform: Perform;
  readonly greeting: HelperGreeting;
  readonly turns: Turns;
  /** Bytes of incomplete frames and of unanswered requests. */
  readonly received: Budget<ClientSession>;
  /** Called with the number of bytes of each read. */
  onRead(bytes: number): void;
  /** Bytes of answers that clients have not read. */
  readonly unsent: Budget<ClientSession>;
}

/** The time in milliseconds for a client to read the reason before its connection is closed. */
export const PATIENCE = 1000;

/** The session of one client. */
export class ClientSession {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #shared: SharedResources;
  readonly #queue: TaskQueue;
  /** Requests that wait for changes. They do not take the places of other requests. */
  readonly #waits: TaskQueue;
  /** Waiting and running requests. */
  readonly #unanswered = new Set<Promise<void>>();
  #isGreeted = false;
  #isExpelled = false;

  /** @param user the user id of the client, if it is known */
  constructor(input: Readable, output: Writable, shared: SharedResources, user?: number) {
    this.#input = input;
    this.#output = output;
    this.#shared = shared;
    this.#queue = this.#queueOf(user, limits.MAX_RUNNING_OF_CLIENT);
    this.#waits = this.#queueOf(user, limits.MAX_WAITS_OF_CLIENT);
    shared.received.join(this);
    shared.unsent.join(this);
    output.on('drain', () => shared.turns.next());
    // If the client cannot receive answers, waiting requests are dropped. Running requests are finished.
    output.on('close', () => this.#clear());
    output.on('error', () => {});
    input.on('error', () => {});
  }

  /** Whether the client sent its greeting. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /**
   * Serves the client. Resolves when the connection is closed and all requests are finished. Never rejects.
   */
  async serve(): Promise<void> {
    const deadline = setTimeout(() => this.#requireGreeting(), limits.GREETING_DEADLINE);
    try {
      await this.#read();
    } catch (error) {
      if (error instanceof HelperProtocolError) this.#write({ error: errorFrameOf(error) });
    }
    clearTimeout(deadline);
    await Promise.all(this.#unanswered);
    await this.#leave();
    this.#shared.received.leave(this);
    this.#shared.unsent.leave(this);
  }

  /** Stops reading. Requests that were read are performed, unless the client does not read its answers. */
  stop(): void {
    this.#input.destroy();
    if (this.#output.writableNeedDrain) setTimeout(() => this.#output.destroy(), PATIENCE).unref();
  }

  /**
   * Closes the connection at once. Waiting requests are dropped.
   * Running requests are finished without an answer.
   */
  expel(reason: string): void {
    this.#isExpelled = true;
    this.#shared.received.leave(this);
    this.#shared.unsent.leave(this);
    this.#clear();
    this.#write(connectionErrorFrame(reason));
    this.#input.destroy();
    this.#output.destroy();
  }

  #queueOf(user: number | undefined, mostRunning: number): TaskQueue {
    const queue: TaskQueue = new TaskQueue(user, () => queue.running < mostRunning && !this.#output.writableNeedDrain);
    return queue;
  }

  /** Drops the requests that have not started. */
  #clear(): void {
    for (const queue of [this.#queue, this.#waits]) queue.clear();
  }

  #requireGreeting(): void {
    // After a long turn of the event loop, the socket may contain a greeting that was not read yet.
    setImmediate(() => {
      if (!this.#isGreeted) this.expel(`no greeting within ${limits.GREETING_DEADLINE / 1000} s`);
    });
  }

  /**
   * Closes the connection after the last answer.
   * It reads the remaining input, because the kernel discards the answer otherwise.
   */
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

  async #read(): Promise<void> {
    for await (const frame of framesOf(this.#chunks(), MAX_REQUEST)) {
      // A chunk can contain several frames. The frames after an expulsion are not read.
      if (this.#isExpelled) return;
      if (this.#isGreeted) await this.#take(frame);
      else this.#greet(frame);
    }
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    let received = 0;
    for await (const chunk of this.#input.iterator({ destroyOnReturn: false })) {
      received += chunk.length;
      this.#shared.onRead(chunk.length);
      this.#shared.received.change(this, chunk.length);
      yield chunk;
      // All complete frames of the chunk were read.
      if (!this.#isGreeted && received >= limits.MAX_UNGREETED)
        throw new HelperProtocolError(`no greeting within ${limits.MAX_UNGREETED} bytes`);
    }
  }

  #greet(frame: Buffer): void {
    this.#shared.received.change(this, -sizeOf(frame));
    const { protocol, version } = objectIn(frame);
    if (protocol !== GREETING.protocol || version !== GREETING.version)
      throw new HelperProtocolError(
        `this helper speaks ${GREETING.protocol} ${GREETING.version}, but the client sent another greeting: use one version of os-vif for both`,
      );
    this.#isGreeted = true;
    this.#write(this.#shared.greeting);
  }

  /**
   * Queues a frame. Resolves when the next frame may be read.
   * Until then, the client cannot send more than the buffers hold.
   */
  async #take(frame: Buffer): Promise<void> {
    const { id, verb } = objectIn(frame);
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw new HelperProtocolError('a request without an id');
    const lane = laneOf(verb);
    const { received, turns } = this.#shared;
    received.change(this, limits.REQUEST_OVERHEAD);
    const answered = turns
      .run(lane === 'wait' ? this.#waits : this.#queue, lane, () => this.#answer(id, frame))
      .then(() => {
        received.change(this, -sizeOf(frame) - limits.REQUEST_OVERHEAD);
        this.#unanswered.delete(answered);
      });
    this.#unanswered.add(answered);
    while (this.#isBusy()) await Promise.race(this.#unanswered);
    if (this.#output.writableNeedDrain) await drained(this.#output);
  }

  #isBusy(): boolean {
    const isFull = this.#shared.received.heldBy(this) > limits.MAX_RECEIVED_OF_CLIENT;
    return this.#unanswered.size >= limits.MAX_REQUESTS_OF_CLIENT || (isFull && this.#unanswered.size > 0);
  }

  /**
   * Performs a request.
   * It parses the frame again, because parsed arguments of waiting requests would need much more memory.
   */
  async #answer(id: number, frame: Buffer): Promise<void> {
    try {
      const { verb, args } = objectIn(frame);
      if (typeof verb !== 'string' || !Array.isArray(args))
        throw new HelperProtocolError('a request needs a verb, such as "links.get", and a list of args');
      this.#write({ id, value: await this.#shared.perform(verb, args) });
    } catch (error) {
      this.#write({ id, error: errorFrameOf(error) });
    }
  }

  #write(frame: Answer | HelperGreeting): void {
    if (!this.#output.writable) return;
    const text = frameOf(frame);
    const bytes = Buffer.byteLength(text);
    const { unsent } = this.#shared;
    this.#output.write(text, () => unsent.change(this, -bytes));
    unsent.change(this, bytes);
  }
}

/** The size of a frame with its line feed, in bytes. */
function sizeOf(frame: Buffer): number {
  return frame.length + 1;
}

/**
 * The lane of a verb. Verbs that start iptables or nft have their own lane, because they take much
 * longer than others. So have verbs that wait for changes.
 */
function laneOf(verb: unknown): keyof typeof limits.MAX_RUNNING {
  if (verb === 'links.changes') return 'wait';
  return typeof verb === 'string' && /^(filter|ingress)\./.test(verb) ? 'program' : 'kernel';
}

/** Resolves when the client has read its answers, or the connection is closed. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error']) output.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) output.on(event, done);
  });
}
