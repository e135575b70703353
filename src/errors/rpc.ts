/** Errors of remote procedure calls over a message broker. */

import { OsVifError } from './base.ts';

/**
 * The message was not delivered, so the method did not run. The caller may send it again. For
 * example, no server has this name, the broker refused the message, or there was no connection to
 * the broker until the deadline.
 */
export class UndeliverableError extends OsVifError {
  /** The destination: `os-vif.compute-1`. */
  readonly destination: string;

  constructor(destination: string, reason: string, options?: ErrorOptions) {
    super('ERR_OSVIF_RPC_UNDELIVERABLE', `the message to ${destination} was not delivered: ${reason}`, options);
    this.destination = destination;
  }
}

/**
 * There was no reply in time. The method may have run, may still run, or may have been lost with
 * its server.
 */
export class RpcTimeoutError extends OsVifError {
  /** The destination: `os-vif.compute-1`. */
  readonly destination: string;
  readonly method: string;
  /**
   * The id of the message. A server of this library answers a call with the same `uniqueId` from
   * the first run.
   */
  readonly uniqueId: string;

  constructor(destination: string, method: string, uniqueId: string, reason: string, options?: ErrorOptions) {
    super('ERR_OSVIF_RPC_TIMEOUT', `${destination}: method ${method}: ${reason}; it may have run`, options);
    this.destination = destination;
    this.method = method;
    this.uniqueId = uniqueId;
  }
}

/** An exception of a method, in the form in which oslo.messaging sends it. */
export interface RemoteFailure {
  /** The class of the exception: `PlugException`. */
  readonly remoteClass: string;
  /** The Python module of the class: `os_vif.exception`. */
  readonly module: string;
  readonly message: string;
  /**
   * The positional arguments with which a Python client makes the exception. Default: the message.
   */
  readonly args?: readonly unknown[];
  /** The keyword arguments with which a Python client makes the exception. Default: none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The stack trace of the server, line by line. Default: none. */
  readonly traceback?: readonly string[];
  /**
   * Further facts of the exception for clients of this library. Python clients ignore them.
   * Default: none.
   */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * The method failed on the server, or the server refused the call before the method ran
 * (`NoSuchMethod`, `UnsupportedVersion`, `IncompatibleObjectVersion`). A method of a server throws
 * it to send an exception of Python.
 */
export class RemoteError extends OsVifError implements RemoteFailure {
  readonly remoteClass: string;
  readonly module: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly traceback: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;

  constructor(failure: RemoteFailure, options?: ErrorOptions) {
    super('ERR_OSVIF_RPC_REMOTE', failure.message, options);
    this.remoteClass = failure.remoteClass;
    this.module = failure.module;
    this.args = failure.args ?? [failure.message];
    this.kwargs = failure.kwargs ?? {};
    this.traceback = failure.traceback ?? [];
    this.data = failure.data ?? {};
  }
}

/** A message does not have the form of oslo.messaging 2.0, or exceeds a limit. It is dropped. */
export class RpcProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_RPC_PROTOCOL', message, options);
  }
}

/**
 * The broker refused the connection, a queue or an exchange, or the connection was lost. The
 * transport connects again by itself.
 */
export class BrokerError extends OsVifError {
  /**
   * The reply of the broker, or the code of the connection error: `ACCESS_REFUSED`,
   * `PRECONDITION_FAILED`, `ECONNREFUSED`.
   */
  readonly reply: string;

  constructor(what: string, reply: string, reason: string, options?: ErrorOptions) {
    super('ERR_OSVIF_BROKER', `${what}: ${reason}${ADVICE[reply] ?? ''}`, options);
    this.reply = reply;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ACCESS_REFUSED: '; check the user, the password and `rabbitmqctl list_permissions`',
  NOT_ALLOWED: '; check the virtual host in the URL',
  PRECONDITION_FAILED: '; the option `queues` must be the same as in all other programs of the deployment',
};

/** A method was called after the transport was closed. */
export class TransportClosedError extends OsVifError {
  constructor() {
    super('ERR_OSVIF_TRANSPORT_CLOSED', 'this transport is closed: open a new one');
  }
}

/** The package rabbitmq-client is not installed. */
export class MissingRabbitmqClientError extends OsVifError {
  constructor(options?: ErrorOptions) {
    super(
      'ERR_OSVIF_MISSING_RABBITMQ_CLIENT',
      'osloTransport needs the optional peer rabbitmq-client, which cannot be loaded: run `npm install rabbitmq-client`',
      options,
    );
  }
}
