/** An ovsdb-server of a test's own: its files in a temporary folder, its sockets there or on the loopback, ended by its process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { endsWithParent } from '../ends-with-parent.ts';
import { run as runInShell } from '../shell.ts';

const SBIN = ['/usr/sbin', '/usr/local/sbin', '/sbin'];
const SCHEMAS = [
  process.env.OVS_PKGDATADIR,
  '/usr/share/openvswitch',
  '/usr/local/share/openvswitch',
  '/opt/local/share/openvswitch',
]
  .filter((folder) => folder !== undefined)
  .map((folder) => join(folder, 'vswitch.ovsschema'));

/** PATH with the folders where daemons are. */
export const path = [process.env.PATH, ...SBIN].join(delimiter);

/** Why tests that need Open vSwitch cannot run; undefined when they can. In CI it is an error to have none. */
export function ovsIsMissing(): string | undefined {
  const schema = SCHEMAS.find((file) => existsSync(file));
  const tools = ['ovsdb-server', 'ovsdb-tool', 'ovsdb-client'].filter(
    (tool) => !path.split(delimiter).some((folder) => existsSync(join(folder, tool))),
  );
  if (schema && tools.length === 0) return undefined;
  const reason = `${[...tools, ...(schema ? [] : ['vswitch.ovsschema'])].join(', ')} not found: install openvswitch-switch`;
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

/** A row by column. */
export type Row = Readonly<Record<string, unknown>>;

export interface ServerOptions {
  /** More arguments, such as `--remote=ptcp:0:127.0.0.1`. */
  readonly args?: readonly string[];
}

export class OvsdbServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'ovsdb-'));
  readonly socket = join(this.folder, 'db.sock');
  readonly database = join(this.folder, 'conf.db');
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  static async start(options: ServerOptions = {}): Promise<OvsdbServer> {
    const server = new OvsdbServer(options.args ?? []);
    server.createDatabase();
    await server.start();
    return server;
  }

  private constructor(args: readonly string[]) {
    this.#args = args;
  }

  get connection(): string {
    return `unix:${this.socket}`;
  }

  /** An empty database in place of the one that may be there. */
  createDatabase(): void {
    rmSync(this.database, { force: true });
    rmSync(join(this.folder, '.conf.db.~lock~'), { force: true });
    const schema = SCHEMAS.find((file) => existsSync(file)) ?? '';
    run('ovsdb-tool', ['create', this.database, schema]);
  }

  async start(): Promise<void> {
    const args = [
      `--remote=punix:${this.socket}`,
      `--unixctl=${join(this.folder, 'ctl')}`,
      `--log-file=${join(this.folder, 'log')}`,
    ];
    const all = [...args, '-vconsole:off', '--no-chdir', ...this.#args, this.database];
    this.#process = spawn(...endsWithParent('ovsdb-server', all), {
      stdio: 'ignore',
      env: { ...process.env, PATH: path },
    });
    await answers(this.socket);
  }

  /** Ends the process at once, as a crash does: its socket's file stays. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.#process?.kill('SIGKILL');
    await ended;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  /** Runs ovs-vsctl against it, as another writer would, without waiting for an ovs-vswitchd. */
  readonly vsctl = (...args: string[]): string =>
    run('ovs-vsctl', [`--db=${this.connection}`, '--no-wait', ...args]).trim();

  /** All rows of tables, in the notation of RFC 7047 5.1. ovsdb-client reads them, a program of Open vSwitch. */
  rowsOf(...tables: readonly string[]): Row[][] {
    const select = tables.map((table) => ({ op: 'select', table, where: [] }));
    const results: unknown = JSON.parse(
      run('ovsdb-client', ['transact', this.connection, JSON.stringify(['Open_vSwitch', ...select])]),
    );
    return Array.isArray(results) ? results.map(({ rows }) => rows) : [];
  }

  appctl(...args: string[]): string {
    return run('ovs-appctl', ['-t', join(this.folder, 'ctl'), ...args]).trim();
  }

  async stop(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): string {
  return runInShell('env', `PATH=${path}`, command, ...args);
}

async function answers(socket: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const probe = connect(socket)
        .on('connect', () => {
          probe.destroy();
          resolve(true);
        })
        .on('error', () => resolve(false));
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`ovsdb-server does not answer on ${socket}`);
}
