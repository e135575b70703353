/** Where an OVSDB server listens, written as Open vSwitch writes it (ovsdb(7), "Connection Methods"), and a socket to it. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OvsdbConnectionError } from '../../errors/ovs.ts';

export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number };

/** Keys and certificates for `ssl:`, in PEM. */
export interface OvsdbTlsOptions {
  /** Our private key, when the server asks for a client certificate (ovsdb-server does unless told otherwise). */
  readonly key?: string | Buffer;
  /** Our certificate. */
  readonly cert?: string | Buffer;
  /** The authority that signed the server's certificate. */
  readonly ca?: string | Buffer;
}

/** IANA's port of OVSDB, used when the connection string names none. */
const OVSDB_PORT = 6640;

/**
 * Reads `unix:/path`, `tcp:host:port`, `ssl:host:port`; an IPv6 address stands in brackets.
 *
 * @throws OvsdbConnectionError when it is none of these
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

/** Connects; resolves when the connection stands and, for `ssl`, the server's certificate was found good. */
export async function openSocket(
  connection: string,
  tls: OvsdbTlsOptions | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const endpoint = parseEndpoint(connection);
  const socket = startSocket(connection, endpoint, tls);
  const ready = endpoint.kind === 'ssl' ? 'secureConnect' : 'connect';
  return await new Promise<Socket>((resolve, reject) => {
    const settle = (finish: () => void) => {
      socket.off(ready, onReady).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: unknown) =>
      settle(() => {
        // A late error of a socket that nobody waits for any more must not end the process.
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

function startSocket(connection: string, endpoint: Endpoint, tls: OvsdbTlsOptions | undefined): Socket {
  if (endpoint.kind === 'unix') return connectPlain({ path: endpoint.path });
  const { host, port } = endpoint;
  if (endpoint.kind === 'tcp') return connectPlain({ host, port, noDelay: true, keepAlive: true });

  // Without an authority of its own a connection would trust whatever the public authorities signed, for any host.
  if (tls?.ca === undefined) {
    throw new OvsdbConnectionError(connection, "ssl needs tls.ca, the authority that signed the server's certificate", {
      transient: false,
    });
  }
  const { key, cert, ca } = tls;
  return connectTls({
    host,
    port,
    ca,
    ...(key !== undefined && { key }),
    ...(cert !== undefined && { cert }),
    // As Open vSwitch does: the private authority vouches for the peer. Certificates that ovs-pki makes name no host.
    checkServerIdentity: () => undefined,
  })
    .setNoDelay(true)
    .setKeepAlive(true);
}

/** Failures that the passing of time may heal: a server that is not up yet, a network that is away. */
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

/** What a failed socket means for a connection: `trouble` is what was being done. */
export function socketError(connection: string, trouble: string, cause: NodeJS.ErrnoException): OvsdbConnectionError {
  // OpenSSL's messages carry source lines; the alert itself stands in `reason`.
  const reason = 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : cause.message;
  const transient = cause.code !== undefined && TRANSIENT.has(cause.code);
  return new OvsdbConnectionError(connection, `${trouble}: ${reason || cause.code}`, { cause, transient });
}
