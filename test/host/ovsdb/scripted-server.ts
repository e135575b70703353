/** Servers for what a real one will not do: one that follows a script, and one that stands in front of a real one and interferes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonSplitter } from '../../../src/host/ovsdb/json-splitter.ts';

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Listens on a socket of its own until it is stopped. */
export class ScriptedServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'ovsdb-script-'));
  readonly connection = `unix:${join(this.folder, 'db.sock')}`;
  /** Every message that clients sent, over all connections. */
  readonly received: Message[] = [];
  /** Connections that clients made. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(onConnection: (socket: Socket, server: ScriptedServer) => void) {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket.on('error', () => {}));
      onConnection(socket, this);
    });
  }

  /** Answers each message with what `script` does. */
  static async start(
    script: (message: Message, socket: Socket, server: ScriptedServer) => void,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer((socket) => {
      eachMessage(socket, (message) => {
        server.received.push(message);
        script(message, socket, server);
      });
    });
    return await server.#listen();
  }

  /** Passes on what client and server send each other, except where `onClient` or `onServer` return false. */
  static async inFrontOf(
    target: string,
    hooks: {
      onClient?: (message: Message, socket: Socket, server: ScriptedServer) => boolean;
      onServer?: (message: Message, socket: Socket, server: ScriptedServer) => boolean;
    },
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer((socket) => {
      const upstream = connect(target).on('error', () => {});
      server.#sockets.add(upstream);
      socket.on('close', () => upstream.end());
      upstream.on('close', () => socket.destroy());
      eachMessage(socket, (message) => {
        server.received.push(message);
        if (hooks.onClient?.(message, socket, server) ?? true) upstream.write(JSON.stringify(message));
      });
      eachMessage(upstream, (message) => {
        if (hooks.onServer?.(message, socket, server) ?? true) socket.write(JSON.stringify(message));
      });
    });
    return await server.#listen();
  }

  methods(): (string | undefined)[] {
    return this.received.map(({ method }) => method);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(join(this.folder, 'db.sock'), resolve));
    return this;
  }
}

export function reply(socket: Socket, { id }: Message, result: unknown): void {
  socket.write(JSON.stringify({ id, result, error: null }));
}

export function refuse(socket: Socket, { id }: Message, error: unknown): void {
  socket.write(JSON.stringify({ id, result: null, error }));
}

/** A schema with every column that the client asks for, and nothing else. */
export const SCHEMA = {
  name: 'Open_vSwitch',
  tables: Object.fromEntries(
    ['Open_vSwitch', 'Bridge', 'Port', 'Interface', 'QoS'].map((table) => [
      table,
      {
        columns: Object.fromEntries(
          [
            ...[
              'bridges',
              'ovs_version',
              'datapath_types',
              'iface_types',
              'name',
              'datapath_type',
              'ports',
              'external_ids',
            ],
            ...[
              'interfaces',
              'tag',
              'vlan_mode',
              'trunks',
              'qos',
              'type',
              'options',
              'ofport',
              'error',
              'mtu',
              'mtu_request',
            ],
          ].map((column) => [column, {}]),
        ),
      },
    ]),
  ),
};

/** What a client asks first, answered with an empty database; false for everything else. */
export function greet(message: Message, socket: Socket): boolean {
  if (message.method === 'get_schema') reply(socket, message, SCHEMA);
  else if (message.method === 'monitor_cond') reply(socket, message, {});
  else if (message.method === 'echo') reply(socket, message, []);
  else return false;
  return true;
}

function eachMessage(socket: Socket, take: (message: Message) => void): void {
  const splitter = new JsonSplitter();
  socket.on('data', (chunk) => {
    for (const text of splitter.push(Buffer.from(chunk))) take(JSON.parse(text));
  });
}
