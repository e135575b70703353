/**
 * The methods of a server: the choice by namespace, version and name. oslo.messaging:
 * RPCDispatcher.
 */

import { ArgumentError, type OptionKinds, requireOptions } from '../errors/argument.ts';
import { FUNCTION, OBJECT, TEXT } from '../errors/value-kinds.ts';
import { describeValue } from '../text/describe-value.ts';
import { noSuchMethod, unsupportedVersion } from './failure.ts';
import { VERSION } from './names.ts';
import type { RpcArguments } from './rpc-client.ts';

/** A call that a server runs. */
export interface RpcCall {
  readonly method: string;
  readonly version: string;
  readonly namespace: string | undefined;
  /** The context of the request. It can contain tokens: do not log it. */
  readonly context: Readonly<Record<string, unknown>>;
  /**
   * The user who sent the message, as the broker has verified it. Undefined if the sender did not
   * tell.
   */
  readonly userId: string | undefined;
  /**
   * Whether the broker had delivered the message before, perhaps to another server, which may have
   * run it.
   */
  readonly redelivered: boolean;
}

/**
 * A method of a server. Its result can contain versioned objects at any depth. The arguments come
 * from another program: check them.
 */
export type RpcMethod = (args: RpcArguments, call: RpcCall) => unknown;

/** Methods with a namespace and a version. */
export interface RpcEndpoint {
  /**
   * The version of the methods. Calls with the same major version and at most this minor version
   * are accepted. Default: 1.0.
   */
  readonly version?: string;
  /** Default: none. */
  readonly namespace?: string;
  /**
   * The methods: own properties whose names do not start with an underscore. Methods of a class are
   * no own properties.
   */
  readonly methods: Readonly<Record<string, RpcMethod>>;
}

/** The endpoints of a server, and the method that oslo.messaging's health checks call. */
export class Endpoints {
  readonly #endpoints: readonly RpcEndpoint[];

  /** @throws ArgumentError */
  constructor(endpoints: readonly RpcEndpoint[]) {
    for (const endpoint of endpoints) {
      requireOptions('RpcServer.open', endpoint, ENDPOINT_OPTIONS);
      const { methods = {} } = endpoint;
      for (const [name, method] of Object.entries(methods))
        if (!FUNCTION.accepts(method))
          throw new ArgumentError(
            'RpcServer.open',
            `expected a function as method ${name}, found ${describeValue(method)}`,
          );
      if (Object.keys(methods).length === 0)
        throw new ArgumentError('RpcServer.open', 'expected an endpoint with methods as own properties, found none');
    }
    this.#endpoints = [...endpoints, PING];
  }

  /**
   * The method for a call.
   *
   * @throws RemoteError NoSuchMethod or UnsupportedVersion
   */
  methodFor(name: string, version: string, namespace: string | undefined): RpcMethod {
    const compatible = this.#endpoints.filter((endpoint) => takes(endpoint, version, namespace));
    if (compatible.length === 0) throw unsupportedVersion(version, name);
    for (const { methods } of compatible)
      if (Object.hasOwn(methods, name) && !name.startsWith('_')) {
        const { [name]: method } = methods;
        if (method !== undefined) return method;
      }
    throw noSuchMethod(name);
  }
}

const ENDPOINT_OPTIONS: OptionKinds<RpcEndpoint> = { version: VERSION, namespace: TEXT, methods: OBJECT };

/** oslo.messaging offers this method with `rpc_ping_enabled`. */
const PING: RpcEndpoint = { methods: { oslo_rpc_server_ping: () => 'pong' } };

function takes(endpoint: RpcEndpoint, version: string, namespace: string | undefined): boolean {
  if (endpoint.namespace !== namespace || !VERSION.accepts(version)) return false;
  const [ownMajor = 0, ownMinor = 0] = numbersOf(endpoint.version ?? '1.0');
  const [major = 0, minor = 0] = numbersOf(version);
  return major === ownMajor && minor <= ownMinor;
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
