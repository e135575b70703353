/** The database over tcp and ssl. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OvsdbConnectionError } from '../../../src/errors/ovs.ts';
import { OvsdbClient, type OvsdbClientOptions } from '../../../src/host/ovsdb/ovsdb-client.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';
import { type Identity, PrivateCa, tlsOptions } from './private-ca.ts';

const missing = ovsIsMissing();

async function freePort(host: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, host, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function addBridge(options: OvsdbClientOptions, name: string): Promise<void> {
  const client = new OvsdbClient({ timeout: 5_000, ...options });
  try {
    await client.change(() => [{ edit: 'add-bridge', name }]);
  } finally {
    await client.close();
  }
}

describe.skipIf(missing)('over tcp', () => {
  test.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '[::1]'],
  ])('a database on %s is changed', async (_, host, written) => {
    const port = await freePort(host);
    const server = await OvsdbServer.start({ args: [`--remote=ptcp:${port}:${written}`] });

    await addBridge({ connection: `tcp:${written}:${port}` }, 'br-tcp');

    expect(server.vsctl('list-br')).toBe('br-tcp');
    await server.stop();
  });

  test('a port where nobody listens is an error that names it', async () => {
    const port = await freePort('127.0.0.1');

    const failing = addBridge({ connection: `tcp:127.0.0.1:${port}` }, 'br-none');

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow(`tcp:127.0.0.1:${port}: cannot connect: connect ECONNREFUSED`);
  });
});

describe.skipIf(missing)('over ssl', () => {
  let authority: PrivateCa;
  let otherAuthority: PrivateCa;
  let ours: Identity;
  let server: OvsdbServer;
  let connection: string;

  beforeAll(async () => {
    authority = new PrivateCa('authority');
    otherAuthority = new PrivateCa('other authority');
    ours = authority.issue('client');
    const theirs = authority.issue('server');
    const port = await freePort('127.0.0.1');
    connection = `ssl:127.0.0.1:${port}`;
    server = await OvsdbServer.start({
      args: [
        `--remote=pssl:${port}:127.0.0.1`,
        `--private-key=${theirs.key}`,
        `--certificate=${theirs.cert}`,
        `--ca-cert=${authority.cert}`,
      ],
    });
  });

  afterAll(async () => {
    await server?.stop();
    authority?.remove();
    otherAuthority?.remove();
  });

  test('a database whose certificate our authority signed is changed', async () => {
    await addBridge({ connection, tls: tlsOptions(authority, ours) }, 'br-ssl');

    expect(server.vsctl('list-br')).toBe('br-ssl');
  });

  test('a server whose certificate another authority signed is refused although no deadline ends the call, and gets nothing', async () => {
    const failing = addBridge({ connection, timeout: 0, tls: tlsOptions(otherAuthority, ours) }, 'br-wrong');

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow(/certificate/);
    expect(server.vsctl('list-br')).not.toContain('br-wrong');
  });

  test('a server that asks for a certificate refuses ours when another authority signed it', async () => {
    const stranger = otherAuthority.issue('stranger');

    const failing = addBridge({ connection, timeout: 3_000, tls: tlsOptions(authority, stranger) }, 'br-stranger');

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow(/alert/);
    expect(server.vsctl('list-br')).not.toContain('br-stranger');
  });

  test('a server that asks for a certificate refuses a client without one, and the error passes on its alert', async () => {
    const failing = addBridge({ connection, timeout: 3_000, tls: tlsOptions(authority) }, 'br-none');

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow('alert certificate required');
    expect(server.vsctl('list-br')).not.toContain('br-none');
  });

  test('an ssl connection without an authority is refused before anything is sent', async () => {
    await expect(addBridge({ connection }, 'br-none')).rejects.toThrow('ssl needs tls.ca');
  });
});
