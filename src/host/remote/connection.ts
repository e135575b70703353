/** The connection of a RemoteHost to its helper. Assigns answers to requests by their numbers. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { HelperConnectionError, HelperProtocolError } from '../../errors/helper.ts';
import { HostClosedError } from '../../errors/host.ts';
import { publishEvent, traced } from '../../host-contract/diagnostics/traced.ts';
import { changesHost } from '../../host-contract/host-methods.ts';
import { messageOf } from '../../text/message-of.ts';
import { openFilesErrorOf } from '../open-files.ts';
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

/** The address of a helper. */
export type HelperAddress =
  /** The path of the socket of the helper. */
  | { readonly socket: string }
  /** The command that starts a helper. It uses standard input and output, and ends with the connection. */
  | { readonly command: readonly [string, ...string[]] };

/** Options of the wait for the greeting of the helper. */
export interface GreetingOptions {
  /** Milliseconds until the connection fails. Default: 30,000. 0: no limit. */
  readonly connectTimeout?: number;
  /** Ends the wait. The connection then fails with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The time in milliseconds for missing answers after `close`. */
const CLOSE_TIMEOUT = 10_000;

/** The process of the helper, as this process sees it. */
interface HelperProcess {
  /** The handles that keep this process alive. */
  readonly handles: readonly { ref(): unknown; unref(): unknown }[];
  /** Ends the helper if this process started it. */
  kill(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A connection to a helper. node:net and node:child_process are loaded with the first one. */
export class HelperConnection {
  readonly #where: string;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #pending = new Map<number, Pending>();
  /** Settles when the connection is closed. */
  readonly #over: Promise<unknown>;
  readonly #process: HelperProcess;
  #netns: string | undefined;
  #last = 0;
  #isGreeted = false;
  #isClosing = false;
  /** The reason why further requests fail. */
  #fault: Error | undefined;

  private constructor(where: string, input: Readable, output: Writable, over: Promise<unknown>, helper: HelperProcess) {
    this.#where = where;
    this.#input = input;
    this.#output = output;
    this.#over = over;
    this.#process = helper;
  }

  /**
   * Connects, and waits for the greeting.
   *
   * @throws HelperConnectionError if no process listens, or the command ends at once
   * @throws HelperProtocolError if the process is not a helper, or a helper of another version
   */
  static open(address: HelperAddress, options: GreetingOptions = {}): Promise<HelperConnection> {
    const where = 'socket' in address ? address.socket : address.command.join(' ');
    const details = { service: 'helper', address: where, isReconnect: false } as const;
    return traced('os-vif:connect', details, () => HelperConnection.#open(address, options));
  }

  static async #open(
    address: HelperAddress,
    { connectTimeout = 30_000, signal }: GreetingOptions,
  ): Promise<HelperConnection> {
    signal?.throwIfAborted();
    const connection =
      'socket' in address
        ? HelperConnection.#toSocket(address.socket)
        : await HelperConnection.#toCommand(address.command);
    const late = () => connection.#giveUp(`the helper sent no greeting within ${connectTimeout} ms`);
    const timer = connectTimeout > 0 ? setTimeout(late, connectTimeout) : undefined;
    const onAbort = () => connection.#giveUp('the connection was aborted');
    signal?.addEventListener('abort', onAbort);
    try {
      await connection.#greet();
      connection.#keepWhileBusy();
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
    const socket = process.getBuiltinModule('node:net').connect(path);
    const over = new Promise((resolve) => socket.once('close', resolve));
    return new HelperConnection(path, socket, socket, over, { handles: [socket], kill: () => {} });
  }

  static async #toCommand([command, ...args]: readonly [string, ...string[]]): Promise<HelperConnection> {
    const { spawn } = process.getBuiltinModule('node:child_process');
    const { Socket } = process.getBuiltinModule('node:net');
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // child_process: without free descriptors, a child has no streams, and emits an error.
    if (!child.stdin) throw faultOf((await once(child, 'error'))[0], command);
    const over = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
    child.once('error', (error) => child.stdout.destroy(error));
    const kill = () => void child.kill('SIGKILL');
    // The pipes of a child are sockets.
    const handles = [child, ...[child.stdin, child.stdout].filter((pipe) => pipe instanceof Socket)];
    return new HelperConnection(commandLine(child, command), child.stdout, child.stdin, over, { handles, kill });
  }

  /** The network namespace of the helper, from its greeting. */
  get netns(): string | undefined {
    return this.#netns;
  }

  ask<V extends VerbName>(verb: V, ...args: ArgumentsOf<V>): Promise<ResultOf<V>> {
    return traced('os-vif:helper', { verb, changes: changesHost(verb) }, () => this.#ask(verb, args));
  }

  #ask<V extends VerbName>(verb: V, args: ArgumentsOf<V>): Promise<ResultOf<V>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosing) return reject(new HostClosedError());
      if (this.#fault !== undefined) return reject(this.#fault);
      const id = ++this.#last;
      const pending: Pending = { resolve, reject };
      this.#pending.set(id, pending);
      this.#keepWhileBusy();
      this.#output.write(frameOf({ id, verb, args: withoutOmitted(args) }));
    });
  }

  /** Waits at most 10 s for missing answers, and closes the connection. Calls without an answer then fail. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#keepWhileBusy();
    const late = () => this.#giveUp(`the helper did not answer within ${CLOSE_TIMEOUT} ms after the close`);
    const timer = setTimeout(late, CLOSE_TIMEOUT);
    while (this.#pending.size > 0 && this.#fault === undefined) await this.#someAnswer();
    this.#output.end();
    await this.#over;
    clearTimeout(timer);
  }

  /** An idle connection does not keep this process alive. */
  #keepWhileBusy(): void {
    const isBusy = this.#isClosing || this.#pending.size > 0;
    for (const handle of this.#process.handles) isBusy ? handle.ref() : handle.unref();
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
    for await (const frame of framesOf(this.#input, MAX_ANSWER)) {
      const answer: Answer & Partial<HelperGreeting> = objectIn(frame);
      if (answer.id === undefined && answer.error !== undefined) throw this.#endOf(answer.error);
      if (this.#isGreeted) this.#settle(answer);
      else if (answer.protocol === GREETING.protocol && answer.version === GREETING.version) {
        if (typeof answer.netns === 'string') this.#netns = answer.netns;
        this.#isGreeted = true;
        onGreeting();
      } else throw new HelperProtocolError(`${this.#where} is not a helper of this version of os-vif`);
    }
    throw new HelperConnectionError(this.#where, 'the helper closed the connection');
  }

  #endOf(error: ErrorFrame): Error {
    const { code, message } = error;
    return code === 'ERR_OSVIF_HELPER_CONNECTION'
      ? new HelperConnectionError(this.#where, message)
      : reviveError(error);
  }

  #settle({ id = 0, value, error }: Answer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) throw new HelperProtocolError(`${this.#where} sent an answer without a request`);
    this.#pending.delete(id);
    this.#keepWhileBusy();
    if (error === undefined) pending.resolve(value);
    else pending.reject(reviveError(error));
  }

  /** Closes the connection to a helper that does not answer. Ends the helper if this process started it. */
  #giveUp(message: string): void {
    this.#fail(new HelperConnectionError(this.#where, message));
    this.#process.kill();
  }

  /** Fails all unanswered requests. Their outcome is unknown. */
  #fail(error: unknown): Error {
    // The end of the streams follows the first fault, and is not another fault.
    if (this.#fault !== undefined) return this.#fault;
    this.#fault = faultOf(error, this.#where);
    const isExpected = this.#isClosing && this.#pending.size === 0;
    const details = { service: 'helper', address: this.#where } as const;
    if (this.#isGreeted) publishEvent('os-vif:disconnect', details, isExpected ? undefined : this.#fault);
    for (const { reject } of this.#pending.values()) reject(this.#fault);
    this.#pending.clear();
    this.#input.destroy();
    this.#output.destroy();
    return this.#fault;
  }
}

/** The arguments without undefined ones at the end, because JSON has no undefined. */
function withoutOmitted(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
}

function faultOf(error: unknown, where: string): Error {
  if (error instanceof HelperConnectionError || error instanceof HelperProtocolError) return error;
  const cause = openFilesErrorOf('cannot connect', error) ?? error;
  return new HelperConnectionError(where, messageOf(cause), { cause });
}

function commandLine({ spawnargs }: ChildProcess, command: string): string {
  return spawnargs?.join(' ') ?? command;
}
