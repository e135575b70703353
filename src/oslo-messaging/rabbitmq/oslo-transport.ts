/** The transport of oslo.messaging's driver for RabbitMQ. */

import { ArgumentError, type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { arrayOf, either, FUNCTION, integerFrom, OBJECT, oneOfValues, SIGNAL, TEXT } from '../../errors/value-kinds.ts';
import { nameKind } from '../names.ts';
import { type Destination, nameOf, type Publication, type RpcTransport } from '../transport.ts';
import type { Outgoing } from './amqp.ts';
import { Broker } from './broker.ts';
import { clusterAddress } from './hosts.ts';
import { fanoutExchange, type QueueKind, queueFor, topicExchange } from './queues.ts';

/** Settings of TLS, as `node:tls` takes them, in PEM. */
export interface TransportTlsOptions {
  /**
   * The certificates of the authorities that the server's certificate must come from. Default:
   * those of Node.js.
   */
  readonly ca?: string | Uint8Array;
  /** The certificate of this client. Default: none. */
  readonly cert?: string | Uint8Array;
  /** The private key of this client. Default: none. */
  readonly key?: string | Uint8Array;
  /** The name in the server's certificate. Default: the name of the host. */
  readonly servername?: string;
}

/** Options of {@link osloTransport}. */
export interface OsloTransportOptions {
  /**
   * The URL of each host of the cluster: `amqp://user:password@host:5672/vhost`, or with `amqps`.
   * The hosts are tried in turn. RabbitMQ takes a user and a password also with client
   * certificates.
   */
  readonly hosts: string | readonly string[];
  /** oslo.messaging: `control_exchange`. Default: `openstack`. */
  readonly exchange?: string;
  /** The queues of servers, the same in all programs of the deployment. Default: `quorum`. */
  readonly queues?: QueueKind;
  /** Settings of TLS for `amqps`. */
  readonly tls?: TransportTlsOptions;
  /**
   * The seconds between two heartbeats. The connection is lost after four intervals of half this
   * length without data. 0: no heartbeats. Default: 60.
   */
  readonly heartbeat?: number;
  /** The name of the connection in the tools of RabbitMQ. Default: `os-vif`. */
  readonly name?: string;
  /**
   * Gets problems that no call reports: a lost connection, which the transport makes again, a
   * message that cannot be read, a reply that was not delivered, the failure of a cast. Default: a
   * warning of the process.
   */
  readonly onProblem?: (problem: Error) => void;
  /** Ends the wait for the first connection. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to RabbitMQ in the way of oslo.messaging, and resolves when the connection is up. While
 * no host can be reached, it tries again until the signal is aborted. A lost connection is made
 * again, together with its queues. It needs the optional peer `rabbitmq-client`.
 *
 * @throws ArgumentError
 * @throws BrokerError if the broker refuses the user, the virtual host or the certificate
 * @throws MissingRabbitmqClientError
 */
export async function osloTransport(options: OsloTransportOptions): Promise<RpcTransport> {
  requireOptions('osloTransport', options, OPTIONS);
  if (options.hosts === undefined) throw new ArgumentError('osloTransport', 'the option hosts is missing');
  const { exchange = 'openstack', queues = 'quorum', heartbeat = 60, name = 'os-vif', onProblem = warn } = options;
  if (options.tls !== undefined) requireOptions('osloTransport: the option tls', options.tls, TLS_OPTIONS);
  const { hosts, username, password, vhost, isTls } = clusterAddress([options.hosts].flat());
  if (options.tls !== undefined && !isTls)
    throw new ArgumentError('osloTransport', 'the option tls: expected URLs with amqps in hosts');
  const addresses = hosts.map(({ hostname, port }) => `${hostname}:${port}`);
  const [first = { hostname: '', port: 0 }] = hosts;
  const broker = await Broker.connect(
    {
      ...(hosts.length === 1 ? first : { hosts: addresses }),
      ...(isTls && { tls: tlsOptions(options.tls) }),
      username,
      password,
      vhost,
      heartbeat,
      connectionName: name,
      address: addresses.join(', '),
      onProblem,
    },
    options.signal,
  );
  const close = () => broker.close();
  return {
    publish: ({ to, body, expiration }: Publication, signal) => {
      const durable = queues !== 'transient';
      const message = { ...addressing(to, exchange, queues), durable, expiration, userId: username, body };
      return broker.publish(message, nameOf(to), signal);
    },
    subscribe: (from, take, { prefetch }, signal) =>
      broker.consume(queueFor(from, exchange, queues), prefetch, take, signal),
    report: onProblem,
    closed: broker.closed.signal,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where a message goes. Nothing tells whether a fanout has receivers. */
function addressing(
  to: Destination,
  exchange: string,
  queues: QueueKind,
): Pick<Outgoing, 'exchange' | 'routingKey' | 'mandatory'> {
  if ('fanout' in to) return { exchange: fanoutExchange(to.fanout), routingKey: to.fanout, mandatory: false };
  if ('replies' in to) return { exchange: undefined, routingKey: to.replies, mandatory: true };
  return { exchange: topicExchange(exchange, queues), routingKey: nameOf(to), mandatory: true };
}

function tlsOptions({ ca, cert, key, servername }: TransportTlsOptions = {}) {
  const pem = (text: string | Uint8Array) => (typeof text === 'string' ? text : Buffer.from(text));
  return {
    ...(ca !== undefined && { ca: pem(ca) }),
    ...(cert !== undefined && { cert: pem(cert) }),
    ...(key !== undefined && { key: pem(key) }),
    ...(servername !== undefined && { servername }),
  };
}

function warn(problem: Error): void {
  process.emitWarning(problem.message, 'OsVifWarning');
}

const PEM = either(TEXT, { expected: 'bytes', accepts: (value) => value instanceof Uint8Array });
const TLS_OPTIONS: OptionKinds<TransportTlsOptions> = { ca: PEM, cert: PEM, key: PEM, servername: TEXT };

const OPTIONS: OptionKinds<OsloTransportOptions> = {
  hosts: either(TEXT, arrayOf(TEXT, 'URLs')),
  exchange: nameKind('name of an exchange'),
  queues: oneOfValues('quorum', 'durable', 'transient'),
  tls: OBJECT,
  heartbeat: integerFrom(0),
  name: TEXT,
  onProblem: FUNCTION,
  signal: SIGNAL,
};
