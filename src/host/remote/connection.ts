/** A RemoteHost's end of the connection to its helper: numbers requests, and gives each its answer. */

import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { HelperConnectionError, HelperProtocolError } from '../../errors/helper.ts';
import { HostClosedError } from '../../errors/host.ts';
import { messageOf } from '../../text/message-of.ts';
import { reviveError } from './error-frame.ts';
import { frameOf, framesOf, objectIn } from './frames.ts';
import {
  type Answer,
  type ArgumentsOf,
  type ErrorFrame,
  GREETING,
  type HelperGreeting,
  MAX_ANSWER,
  type ResultOf,
  type VerbName,
} from './protocol.ts';

/** Where the helper is. */
export type HelperAddress =
  /** It listens on a socket of this path. */
  | { readonly socket: string }
  /** It is started by this command, speaks by its standard input and output, and ends with the connection. */
  | { readonly command: readonly [string, ...string[]] };

/** How long to wait for the greeting of the helper. */
export interface GreetingOptions {
  /** Milliseconds until the connection fails. Default: 30,000. 0: no limit. */
  readonly connectTimeout?: number;
  /** Ends the wait. The connection then fails with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** How long a helper may take for the answers that are missing when the connection is closed, in ms. */
const CLOSE_TIMEOUT = 10_000;

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class HelperConnection {
  readonly #where: string;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #pending = new Map<number, Pending>();
  /** Settles when the connection is over. */
  readonly #over: Promise<unknown>;
  readonly #kill: () => void;
  #netns: string | undefined;
  #last = 0;
  #isClosing = false;
  /** Why no more can be asked. */
  #fault: Error | undefined;

  private constructor(
    where: string,
    input: Readable,
    output: Writable,
    over: Promise<unknown>,
    kill: () => void = () => {},
  ) {
    this.#where = where;
    this.#input = input;
    this.#output = output;
    this.#over = over;
    this.#kill = kill;
  }

  /**
   * @throws HelperConnectionError where nobody listens, or the command ends at once
   * @throws HelperProtocolError where somebody else, or another version of the helper, does
   */
  static async open(
    address: HelperAddress,
    { connectTimeout = 30_000, signal }: GreetingOptions = {},
  ): Promise<HelperConnection> {
    signal?.throwIfAborted();
    const connection =
      'socket' in address ? HelperConnection.#toSocket(address.socket) : HelperConnection.#toCommand(address.command);
    const late = () => connection.#giveUp(`it did not greet within ${connectTimeout} ms`);
    const timer = connectTimeout > 0 ? setTimeout(late, connectTimeout) : undefined;
    const onAbort = () => connection.#giveUp('the connection was aborted');
    signal?.addEventListener('abort', onAbort);
    try {
      await connection.#greet();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    return connection;
  }

  static #toSocket(path: string): HelperConnection {
    const socket = connect(path);
    const over = new Promise((resolve) => socket.once('close', resolve));
    return new HelperConnection(path, socket, socket, over);
  }

  static #toCommand([command, ...args]: readonly [string, ...string[]]): HelperConnection {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const over = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
    child.once('error', (error) => child.stdout.destroy(error));
    const kill = () => void child.kill('SIGKILL');
    return new HelperConnection(commandLine(child, command), child.stdout, child.stdin, over, kill);
  }

  /** The network namespace that the helper works in, as the helper tells it. */
  get netns(): string | undefined {
    return this.#netns;
  }

  ask<V extends VerbName>(verb: V, ...args: ArgumentsOf<V>): Promise<ResultOf<V>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosing) return reject(new HostClosedError());
      if (this.#fault !== undefined) return reject(this.#fault);
      const id = ++this.#last;
      const pending: Pending = { resolve, reject };
      this.#pending.set(id, pending);
      this.#output.write(frameOf({ id, verb, args: withoutOmitted(args) }));
    });
  }

  /** Waits for the missing answers, but at most 10 s. The calls without an answer then fail. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const late = () => this.#giveUp(`it did not answer within ${CLOSE_TIMEOUT} ms of the close`);
    const timer = setTimeout(late, CLOSE_TIMEOUT);
    while (this.#pending.size > 0 && this.#fault === undefined) await this.#someAnswer();
    this.#output.end();
    await this.#over;
    clearTimeout(timer);
  }

  #someAnswer(): Promise<void> {
    const [first] = this.#pending.entries();
    return new Promise((done) => {
      if (first === undefined) return done();
      const [id, { resolve, reject }] = first;
      this.#pending.set(id, {
        resolve: (value) => {
          resolve(value);
          done();
        },
        reject: (error) => {
          reject(error);
          done();
        },
      });
    });
  }

  #greet(): Promise<void> {
    this.#output.on('error', () => {});
    this.#output.write(frameOf(GREETING));
    return new Promise(
      (resolve, reject) => void this.#read(resolve).catch((error: unknown) => reject(this.#fail(error))),
    );
  }

  async #read(onGreeting: () => void): Promise<void> {
    let isGreeted = false;
    for await (const frame of framesOf(this.#input, MAX_ANSWER)) {
      const answer: Answer & Partial<HelperGreeting> = objectIn(frame);
      if (answer.id === undefined && answer.error !== undefined) throw this.#endOf(answer.error);
      if (isGreeted) this.#settle(answer);
      else if (answer.protocol === GREETING.protocol && answer.version === GREETING.version) {
        if (typeof answer.netns === 'string') this.#netns = answer.netns;
        onGreeting();
      } else throw new HelperProtocolError(`${this.#where} is no helper of this version of os-vif`);
      isGreeted = true;
    }
    throw new HelperConnectionError(this.#where, 'it closed the connection');
  }

  #endOf(error: ErrorFrame): Error {
    const { code, message } = error;
    return code === 'ERR_OSVIF_HELPER_CONNECTION'
      ? new HelperConnectionError(this.#where, message)
      : reviveError(error);
  }

  #settle({ id = 0, value, error }: Answer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) throw new HelperProtocolError(`${this.#where} answers what was not asked`);
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(value);
    else pending.reject(reviveError(error));
  }

  /** Ends the connection to a helper that does not answer, and the helper too if this process started it. */
  #giveUp(message: string): void {
    this.#fail(new HelperConnectionError(this.#where, message));
    this.#kill();
  }

  /** Whatever is still unanswered, may be done or not. */
  #fail(error: unknown): Error {
    // The end of the streams that follows is no other fault.
    this.#fault ??= faultOf(error, this.#where);
    for (const { reject } of this.#pending.values()) reject(this.#fault);
    this.#pending.clear();
    this.#input.destroy();
    this.#output.destroy();
    return this.#fault;
  }
}

/** JSON has no undefined: an argument that the caller omits stays out of the request. */
function withoutOmitted(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
}

function faultOf(error: unknown, where: string): Error {
  if (error instanceof HelperConnectionError || error instanceof HelperProtocolError) return error;
  const message = messageOf(error);
  return new HelperConnectionError(where, message, { cause: error });
}

function commandLine({ spawnargs }: ChildProcess, command: string): string {
  return spawnargs?.join(' ') ?? command;
}
