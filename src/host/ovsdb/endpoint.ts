/** Parses the address of an OVSDB server (ovsdb(7), "Connection Methods"), and connects to it. */

import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { OvsdbConnectionError } from '../../errors/ovs.ts';
import { openFilesErrorOf } from '../open-files.ts';

/** The address of an OVSDB server. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number };

/** The keys and certificates for `ssl:`, in PEM. */
export interface OvsdbTlsOptions {
  /** The private key of the client. By default, ovsdb-server requires a client certificate. */
  readonly key?: string | Buffer;
  /** The certificate of the client. */
  readonly cert?: string | Buffer;
  /** The certificate of the authority that signed the certificate of the server. */
  readonly ca?: string | Buffer;
}

/** The default port of OVSDB (IANA). */
const OVSDB_PORT = 6640;

/**
 * Parses `unix:/path`, `tcp:host:port` or `ssl:host:port`. An IPv6 address has brackets.
 *
 * @throws OvsdbConnectionError for every other text
 */
export function parseEndpoint(connection: string): Endpoint {
  const unix = /^unix:(.+)$/.exec(connection)?.[1];
  if (unix !== undefined) return { kind: 'unix', path: unix };

  const parts =
    /^(?<kind>tcp|ssl):(?:\[(?<v6>[0-9a-fA-F:.]+(?:%[^\]]+)?)\]|(?<host>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(
      connection,
    )?.groups;
  const host = parts?.v6 ?? parts?.host;
  const port = Number(parts?.port ?? OVSDB_PORT);
  if (host === undefined || port < 1 || port > 65535) {
    throw new OvsdbConnectionError(
      connection,
      'no connection string; write unix:/path, tcp:host:port or ssl:host:port',
      { transient: false },
    );
  }
  return { kind: parts?.kind === 'ssl' ? 'ssl' : 'tcp', host, port };
}

/** @throws OvsdbConnectionError if the address is a Unix socket that does not exist */
export function requireSocket(connection: string): void {
  const endpoint = parseEndpoint(connection);
  if (endpoint.kind !== 'unix') return;
  if (mayExist(endpoint.path)) return;
  const cause = Object.assign(new Error(`connect ENOENT ${endpoint.path}`), { code: 'ENOENT' });
  throw socketError(connection, 'cannot connect', cause);
}

function mayExist(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // The attempt to connect reports the error.
    return true;
  }
}

/** Connects. Resolves when the connection is open and, for `ssl`, the certificate of the server is valid. */
export async function openSocket(
  connection: string,
  tls: OvsdbTlsOptions | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const endpoint = parseEndpoint(connection);
  const socket = await startSocket(connection, endpoint, tls);
  const ready = endpoint.kind === 'ssl' ? 'secureConnect' : 'connect';
  return await new Promise<Socket>((resolve, reject) => {
    const settle = (finish: () => void) => {
      socket.off(ready, onReady).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: unknown) =>
      settle(() => {
        // A later error of the abandoned socket must not end the process.
        socket.on('error', () => {}).destroy();
        reject(error);
      });
    const onReady = () => settle(() => resolve(socket));
    const onError = (cause: NodeJS.ErrnoException) => fail(socketError(connection, 'cannot connect', cause));
    const onClose = () => fail(new OvsdbConnectionError(connection, 'the server closed the connection at once'));
    const onAbort = () => fail(signal.reason);
    socket.once(ready, onReady).once('error', onError).once('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function startSocket(connection: string, endpoint: Endpoint, tls: OvsdbTlsOptions | undefined): Promise<Socket> {
  // node:net is loaded with the first connection, because its import takes milliseconds.
  const net = process.getBuiltinModule('node:net');
  if (endpoint.kind === 'unix') return net.connect({ path: endpoint.path });
  const { host, port } = endpoint;
  if (endpoint.kind === 'tcp') return net.connect({ host, port, noDelay: true, keepAlive: true });

  // Without its own authority, the connection would trust every certificate of the public
  // authorities, for any host.
  if (tls?.ca === undefined) {
    throw new OvsdbConnectionError(connection, "ssl needs tls.ca, the authority that signed the server's certificate", {
      transient: false,
    });
  }
  const { key, cert, ca } = tls;
  // Most hosts connect to a socket file, and TLS takes a tenth of the time in which Node.js starts.
  const { connect } = await import('node:tls');
  return connect({
    host,
    port,
    ca,
    ...(key !== undefined && { key }),
    ...(cert !== undefined && { cert }),
    // As in Open vSwitch, the private authority identifies the peer.
    // Certificates of ovs-pki contain no host name.
    checkServerIdentity: () => undefined,
  })
    .setNoDelay(true)
    .setKeepAlive(true);
}

/** Temporary errors: the server has not started yet, or the network is down. */
const TRANSIENT = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAGAIN',
  'EAI_AGAIN',
]);

/** The error of a connection for an error of its socket. `trouble` names the failed operation. */
export function socketError(connection: string, trouble: string, cause: NodeJS.ErrnoException): OvsdbConnectionError {
  // The messages of OpenSSL contain source lines. `reason` contains only the alert.
  const reason = 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : cause.message;
  const outOfFiles = openFilesErrorOf(trouble, cause);
  if (outOfFiles !== undefined)
    return new OvsdbConnectionError(connection, outOfFiles.message, { cause: outOfFiles, transient: false });
  const transient = cause.code !== undefined && TRANSIENT.has(cause.code);
  return new OvsdbConnectionError(connection, `${trouble}: ${reason || cause.code}`, { cause, transient });
}
