/** The client of RPC servers. */

import { ArgumentError, type OptionKinds, requireOptions } from '../errors/argument.ts';
import { RemoteError } from '../errors/rpc.ts';
import {
  either,
  FUNCTION,
  integerFrom,
  MILLISECONDS,
  OBJECT,
  oneOfValues,
  SIGNAL,
  TEXT,
  type ValueKind,
} from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import type { LossOptions } from '../versioned/history/dropped-fields.ts';
import { textOf, withObjects } from './entities.ts';
import { encode } from './envelope.ts';
import { nameKind, TRANSPORT, VERSION } from './names.ts';
import { newId } from './new-id.ts';
import { PeerVersions } from './peer-versions.ts';
import { callOnce, send } from './pending-call.ts';
import type { Destination, RpcTransport } from './transport.ts';

/** Options of a call, a cast or a fanout. They replace those of the client. */
export interface MessageOptions {
  /**
   * The version of the method. Default: 1.0. A server needs the same major version, and this minor
   * version or a newer one.
   */
  readonly version?: string;
  /** The namespace of the method. Default: none. */
  readonly namespace?: string;
  /** The context of the request, such as a user and a token. Default: empty. */
  readonly context?: Readonly<Record<string, unknown>>;
  /**
   * The time for the whole call, in ms, 1 or more. A cast only waits for the broker. Default:
   * 60,000.
   */
  readonly timeout?: number;
}

/** Options of {@link RpcClient}. */
export interface RpcClientOptions extends MessageOptions {
  readonly transport: RpcTransport;
  readonly topic: string;
  /** The server. Default: any one server of the topic. */
  readonly server?: string;
  /** See {@link CallOptions}. */
  readonly monitor?: number;
  /**
   * What happens when a server supports only a version of an object without some of the set fields.
   * Default: `refuse`, a NegotiationLossError.
   */
  readonly onLoss?: LossOptions['onLoss'];
  /**
   * The errors to make of remote exceptions: by Python module, and then by class. An exception of
   * another module or class is a {@link RemoteError}. No module is loaded for it.
   */
  readonly remoteErrors?: Readonly<Record<string, Readonly<Record<string, (error: RemoteError) => Error>>>>;
}

/** Options of {@link RpcClient.cast}. */
export interface CastOptions extends MessageOptions {
  /** The server. Default: the server of the client. */
  readonly server?: string;
  /** Ends the wait for the broker. */
  readonly signal?: AbortSignal;
}

/** Options of {@link RpcClient.call}. */
export interface CallOptions extends CastOptions {
  /**
   * The server reports at intervals that the method still runs. A call without a report for this
   * time fails with a RpcTimeoutError, in ms, 2,000 or more. Default: no reports.
   */
  readonly monitor?: number;
  /**
   * The id of the message. A call with the id of an earlier call gets the result of that call, if
   * the server is of this library and remembers the call. Default: a new id.
   */
  readonly uniqueId?: string;
}

/** Options of {@link RpcClient.fanout}. */
export type FanoutOptions = Omit<CastOptions, 'server'>;

/** The arguments of a method, by name. Versioned objects can be at any depth. */
export type RpcArguments = Readonly<Record<string, unknown>>;

/**
 * Calls methods of servers over a transport. Clients of a transport share its reply queue. A client
 * is not closed.
 */
export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #versions: PeerVersions;

  /** @throws ArgumentError */
  constructor(options: RpcClientOptions) {
    requireOptions('new RpcClient', options, CLIENT_OPTIONS);
    for (const name of ['transport', 'topic'] as const)
      if (options[name] === undefined) throw new ArgumentError('new RpcClient', `the option ${name} is missing`);
    this.#options = options;
    this.#versions = new PeerVersions({ onLoss: options.onLoss ?? 'refuse' });
  }

  /**
   * Calls a method, and returns its result. Objects in the arguments are sent as they are. A server
   * that does not support the version of an object refuses the call before the method runs, and
   * tells the version that it supports. The call is then sent again in that version, which is
   * remembered for the server.
   *
   * @throws UndeliverableError if the method did not run
   * @throws RpcTimeoutError if it may have run
   * @throws RemoteError if the method failed or was refused, or an error of `remoteErrors`
   * @throws NegotiationLossError if set fields would be lost, see `onLoss`
   */
  async call(method: string, args: RpcArguments = {}, options: CallOptions = {}): Promise<unknown> {
    this.#require('RpcClient.call', method, args, options, CALL_OPTIONS);
    const { timeout = DEFAULT_TIMEOUT, monitor, ...message } = { ...this.#options, ...defined(options) };
    const to = destinationOf(message.topic, message.server);
    const server = message.server ?? '';
    const end = performance.now() + timeout;
    for (let tries = 0; ; tries++) {
      const left = Math.max(1, end - performance.now());
      const uniqueId = tries === 0 && options.uniqueId !== undefined ? options.uniqueId : newId();
      const text = this.#textOf('RpcClient.call', method, args, message, server);
      const call = { to, method, text, uniqueId, timeout: left, monitor, signal: options.signal };
      try {
        return withObjects(await callOnce(message.transport, call));
      } catch (error) {
        if (!this.#versions.learn(server, error, args)) throw this.#rebuilt(error);
      }
    }
  }

  /**
   * Sends a message without a reply, and resolves when the broker has it.
   *
   * @throws UndeliverableError if no queue takes the message
   * @throws RpcTimeoutError if the broker may have the message
   */
  async cast(method: string, args: RpcArguments = {}, options: CastOptions = {}): Promise<void> {
    this.#require('RpcClient.cast', method, args, options, CAST_OPTIONS);
    const message = { ...this.#options, ...defined(options) };
    const text = this.#textOf('RpcClient.cast', method, args, message, message.server ?? '');
    await this.#send(destinationOf(message.topic, message.server), method, text, message);
  }

  /**
   * Sends a message to all servers of the topic that run now, and resolves when the broker has it.
   * Nothing tells how many servers get it.
   *
   * @throws UndeliverableError if the broker did not take the message
   * @throws RpcTimeoutError if the broker may have the message
   */
  async fanout(method: string, args: RpcArguments = {}, options: FanoutOptions = {}): Promise<void> {
    this.#require('RpcClient.fanout', method, args, options, FANOUT_OPTIONS);
    const message = { ...this.#options, ...defined(options) };
    const text = this.#textOf('RpcClient.fanout', method, args, message, '');
    await this.#send({ fanout: message.topic }, method, text, message);
  }

  async #send(to: Destination, method: string, text: string, options: RpcClientOptions & CastOptions): Promise<void> {
    const { transport, timeout = DEFAULT_TIMEOUT, signal } = options;
    const uniqueId = newId();
    const body = encode(`${text},"_unique_id":"${uniqueId}"}`);
    await send(transport, { to, method, uniqueId, timeout, signal }, { to, body });
  }

  /**
   * The JSON text of a message, without the fields that differ in each attempt and without the last
   * brace.
   */
  #textOf(call: string, method: string, args: RpcArguments, options: MessageOptions, server: string): string {
    const { version = '1.0', namespace, context = {} } = options;
    const packed = Object.fromEntries(Object.entries(context).map(([key, value]) => [`_context_${key}`, value]));
    const message = { method, args, version, ...(namespace !== undefined && { namespace }), ...packed };
    return textOf(call, message, this.#versions.writerFor(server)).slice(0, -1);
  }

  #require(call: string, method: unknown, args: unknown, options: unknown, kinds: Record<string, ValueKind>): void {
    if (typeof method !== 'string' || method === '') throw new ArgumentError(call, 'expected the name of a method');
    if (!isRecord(args)) throw new ArgumentError(call, 'expected an object of arguments by name');
    requireOptions(call, options, kinds);
  }

  /** The error for a caller: that of `remoteErrors`, or the same. */
  #rebuilt(error: unknown): unknown {
    const { remoteErrors = {} } = this.#options;
    if (!(error instanceof RemoteError) || !Object.hasOwn(remoteErrors, error.module)) return error;
    const ofModule = remoteErrors[error.module] ?? {};
    const make = Object.hasOwn(ofModule, error.remoteClass) ? ofModule[error.remoteClass] : undefined;
    return make === undefined ? error : make(error);
  }
}

/** oslo.messaging: `rpc_response_timeout`. */
const DEFAULT_TIMEOUT = 60_000;

function destinationOf(topic: string, server: string | undefined): Destination {
  return server === undefined ? { topic } : { topic, server };
}

/** The options without those that are undefined, which count as absent. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

const MESSAGE_OPTIONS: OptionKinds<MessageOptions> = {
  version: VERSION,
  namespace: TEXT,
  context: OBJECT,
  timeout: { expected: 'milliseconds, 1 or more', accepts: (value) => MILLISECONDS.accepts(value) && value !== 0 },
};
const MONITOR = integerFrom(2_000);

const CLIENT_OPTIONS: OptionKinds<RpcClientOptions> = {
  ...MESSAGE_OPTIONS,
  transport: TRANSPORT,
  topic: nameKind('topic'),
  server: nameKind('server'),
  monitor: MONITOR,
  onLoss: either(oneOfValues('drop', 'refuse'), FUNCTION),
  remoteErrors: OBJECT,
};
const FANOUT_OPTIONS: OptionKinds<FanoutOptions> = { ...MESSAGE_OPTIONS, signal: SIGNAL };
const CAST_OPTIONS: OptionKinds<CastOptions> = { ...FANOUT_OPTIONS, server: nameKind('server') };
const CALL_OPTIONS: OptionKinds<CallOptions> = { ...CAST_OPTIONS, monitor: MONITOR, uniqueId: TEXT };
