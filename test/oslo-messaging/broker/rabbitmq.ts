/** A RabbitMQ of its own on loopback, in a temporary folder and with its own port mapper of Erlang. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VERSIONS = '/usr/lib/rabbitmq/lib';

/** Why there can be no broker here, or undefined. */
export const RABBITMQ_UNAVAILABLE: string | undefined = whyUnavailable();

/** Users of the broker, each with the password `pw` and its permissions: configure, write, read. */
const USERS: Readonly<Record<string, readonly [configure: string, write: string, read: string]>> = {
  guest: ['.*', '.*', '.*'],
  controller: ['.*', '.*', '.*'],
  host1: [HOST('host1'), HOST('host1', 'amq\\.default'), HOST('host1', 'openstack')],
  host2: [HOST('host2'), HOST('host2', 'amq\\.default'), HOST('host2', 'openstack')],
};

/** The queue of a server, and further names. The table of docs/oslo-messaging.md has the same. */
function HOST(server: string, ...more: readonly string[]): string {
  return `^(${[`secure\\.${server}`, ...more].join('|')})$`;
}

/** The ports of a broker. They stay the same when it starts again. */
interface Ports {
  readonly amqp: number;
  readonly amqps: number;
  readonly distribution: number;
  readonly mapper: number;
}

export class RabbitMq {
  readonly folder: string;
  readonly ports: Ports;
  #broker: ChildProcess | undefined;

  private constructor(folder: string, ports: Ports) {
    this.folder = folder;
    this.ports = ports;
  }

  /** Makes a broker and starts it. `isUp` waits until it takes connections. */
  static async make(): Promise<RabbitMq> {
    const folder = mkdtempSync(join(tmpdir(), 'os-vif-rabbitmq-'));
    const [amqp = 0, amqps = 0, distribution = 0, mapper = 0] = await freePorts(4);
    const broker = new RabbitMq(folder, { amqp, amqps, distribution, mapper });
    makeCertificates(join(folder, 'tls'));
    writeConfiguration(folder, broker.ports);
    broker.start();
    return broker;
  }

  start(): void {
    const { folder, ports } = this;
    const program = join(VERSIONS, readdirSync(VERSIONS).find((name) => name.startsWith('rabbitmq_server-')) ?? '');
    const env = {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      LANG: 'C.UTF-8',
      HOME: folder,
      RABBITMQ_NODENAME: `test${ports.amqp}@localhost`,
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      ERL_INETRC: join(folder, 'inetrc'),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(ports.mapper),
      ERL_AFLAGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    };
    // Without a port mapper, Erlang would start one that stays. All are in a process group, which ends with the tests.
    const script = 'epmd -address 127.0.0.1 -port "$2" & "$1" & cat; kill -KILL 0';
    const args = ['-c', script, 'sh', join(program, 'sbin/rabbitmq-server'), String(ports.mapper)];
    this.#broker = spawn('sh', args, { env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  }

  /** Ends the broker as a crash does. */
  async kill(): Promise<void> {
    const broker = this.#broker;
    if (broker?.pid === undefined || broker.exitCode !== null || broker.signalCode !== null) return;
    const ended = new Promise((resolve) => broker.once('exit', resolve));
    process.kill(-broker.pid, 'SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    // The processes of Erlang write to the folder until they have noticed their end.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Resolves when a port takes connections. */
export async function isUp(port: number): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error('RabbitMQ did not come up');
}

function writeConfiguration(folder: string, { amqp, amqps }: Ports): void {
  const tls = join(folder, 'tls');
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${amqp}`,
    `listeners.ssl.1 = 127.0.0.1:${amqps}`,
    `ssl_options.cacertfile = ${tls}/ca.pem`,
    `ssl_options.certfile = ${tls}/server.pem`,
    `ssl_options.keyfile = ${tls}/server.key`,
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = true',
    'loopback_users = none',
    'disk_free_limit.absolute = 50MB',
    `load_definitions = ${folder}/definitions.json`,
  ];
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n');
  // The broker asks for the name of its address. A name server that does not answer would delay the start.
  writeFileSync(join(folder, 'inetrc'), '{lookup, [file]}.\n{host, {127,0,0,1}, ["localhost"]}.\n');
  const users = Object.keys(USERS).map((name) => ({ name, password_hash: hashed('pw'), tags: '' }));
  const permissions = Object.entries(USERS).map(([user, [configure, write, read]]) => ({
    user,
    vhost: '/',
    configure,
    write,
    read,
  }));
  const definitions = { vhosts: [{ name: '/' }], users, permissions };
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify(definitions));
}

/** RabbitMQ: the salt, and the SHA-256 of salt and password. */
function hashed(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

/** A CA, a certificate of a server and one of a client, and a CA that nobody trusts. */
function makeCertificates(folder: string): void {
  mkdirSync(folder);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-subj', `/CN=${name}`];
  for (const ca of ['ca', 'other']) openssl('req', '-x509', ...newKey(ca), '-days', '30', '-out', `${ca}.pem`);
  writeFileSync(join(folder, 'extensions'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey(name), '-out', `${name}.csr`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }
}

/** Ports that nobody uses now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) ports.push(address.port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

/** The certificates of a broker, in PEM. */
export function certificates(folder: string): (name: string) => string {
  return (name) => readFileSync(join(folder, 'tls', name), 'utf8');
}

function whyUnavailable(): string | undefined {
  if (existsSync(VERSIONS)) return undefined;
  const reason = 'RabbitMQ is not there: apt-get install rabbitmq-server';
  if (process.env.CI) throw new Error(reason);
  return reason;
}
