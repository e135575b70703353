/** Exceptions on the wire: the field `failure` of a reply. */

import { OsVifError } from '../errors/base.ts';
import { IncompatibleVersionError, UnsupportedObjectError } from '../errors/model.ts';
import { RemoteError, type RemoteFailure } from '../errors/rpc.ts';
import { shortened } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { messageOf } from '../text/message-of.ts';

/**
 * The module of exceptions that Python does not have. A Python client has no module of this name,
 * and makes its own RemoteError of them.
 */
const NODE_MODULE = 'os_vif.node';
const VERSIONED = 'oslo_versionedobjects.exception';
const DISPATCHER = 'oslo_messaging.rpc.dispatcher';

/** The JSON text of a failure. oslo_messaging._drivers.common: `serialize_remote_exception`. */
export function failureText(error: unknown): string {
  const { remoteClass, module, message, args, kwargs, traceback, data } = failureOf(error);
  const failure = { class: remoteClass, module, message, tb: traceback, args, kwargs };
  return JSON.stringify({ ...failure, ...(data !== undefined && { data }) });
}

/** The failure that an error of a method becomes. */
function failureOf(error: unknown): RemoteFailure {
  const message = messageOf(error);
  const args = [message];
  const kwargs = {};
  const traceback = (error instanceof Error ? (error.stack ?? message) : message)
    .split('\n')
    .map((line) => `${line}\n`);
  if (error instanceof RemoteError) {
    const { remoteClass, module, data } = error;
    return { remoteClass, module, message, args: error.args, kwargs: error.kwargs, traceback, data };
  }
  if (error instanceof IncompatibleVersionError) {
    const { objectName: objname, version: objver, supported } = error;
    // 500 is the `code` of each exception of oslo.versionedobjects.
    const facts = { objname, objver, supported: supported.at(-1) ?? '', code: 500 };
    return { remoteClass: 'IncompatibleObjectVersion', module: VERSIONED, message, args, kwargs: facts, traceback };
  }
  if (error instanceof UnsupportedObjectError) {
    const facts = { objtype: error.objectName, code: 500 };
    return { remoteClass: 'UnsupportedObjectError', module: VERSIONED, message, args, kwargs: facts, traceback };
  }
  const remoteClass = error instanceof Error ? error.name : 'Error';
  return { remoteClass, module: NODE_MODULE, message, args, kwargs, traceback, data: dataOf(error) };
}

/**
 * The fields of an error of this library, such as its code. Fields that JSON cannot express are
 * left out.
 */
function dataOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof OsVifError)) return {};
  const { name, message, stack, cause, ...fields } = { ...error, name: '', message: '', stack: '', cause: '' };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      const text = jsonOrNothing(value);
      return text !== undefined && text.length <= LARGEST_FIELD ? [[key, JSON.parse(text)]] : [];
    }),
  );
}

/** The largest field of an error on the wire, in characters of JSON. */
const LARGEST_FIELD = 65_536;

function jsonOrNothing(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The error for the JSON text of a failure. Nothing in it is trusted, imported or run. */
export function errorOfFailure(text: unknown): RemoteError {
  const failure = parsed(text);
  const { class: remoteClass, module, message, args, kwargs, tb, data } = failure;
  return new RemoteError({
    remoteClass: textOr(remoteClass, 'Exception'),
    module: textOr(module, ''),
    message: textOr(message, 'the server sent no message'),
    args: Array.isArray(args) ? args : [],
    kwargs: isRecord(kwargs) ? kwargs : {},
    traceback: Array.isArray(tb) ? tb.map(String) : [],
    data: isRecord(data) ? data : {},
  });
}

function parsed(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : text;
    if (isRecord(value)) return value;
  } catch {
    // A failure that cannot be read is still a failure.
  }
  return {};
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** The error for a method that a server does not have. */
export function noSuchMethod(method: string): RemoteError {
  const name = shortened(method);
  return new RemoteError({
    remoteClass: 'NoSuchMethod',
    module: DISPATCHER,
    message: `Endpoint does not support RPC method ${name}`,
    args: [name],
  });
}

/** The error for a version or a namespace that a server does not have. */
export function unsupportedVersion(version: string, method: string): RemoteError {
  const shown = shortened(version);
  return new RemoteError({
    remoteClass: 'UnsupportedVersion',
    module: DISPATCHER,
    message: `Endpoint does not support RPC version ${shown}. Attempted method: ${shortened(method)}`,
    args: [shown],
    kwargs: { method: shortened(method) },
  });
}

/** The error for a user who may not call. */
export function userNotAllowed(userId: string | undefined): RemoteError {
  return new RemoteError({
    remoteClass: 'UserNotAllowed',
    module: NODE_MODULE,
    message: `the user ${userId === undefined ? 'of this message is unknown' : `${describeValue(userId)} may not call`}; see allowUsers of the server`,
  });
}
