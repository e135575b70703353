import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OvsdbConnectionError } from '../../../src/errors/ovs.ts';
import { Session } from '../../../src/host/ovsdb/session.ts';

const PROBE_MS = 60;

describe('a session', () => {
  let folder: string;
  let server: Server;
  let peer: Socket;
  let session: Session;
  let closed: OvsdbConnectionError | undefined;
  const said: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'session-'));
    said.length = 0;
    closed = undefined;
    const accepted = new Promise<Socket>((resolve) => {
      server = createServer(resolve);
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'sock'), resolve));
    const socket = connect(join(folder, 'sock'));
    const onClose = (error: OvsdbConnectionError) => {
      closed = error;
    };
    session = new Session('unix:test', socket, { onNotification: () => {}, onClose }, PROBE_MS);
    peer = (await accepted).on('data', (chunk) => said.push(String(chunk)));
  });

  afterEach(async () => {
    session.close('the test is over');
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  test('asks a silent peer for a sign of life, and gives it up when none comes', async () => {
    const request = expect(session.request('list_dbs', [])).rejects.toThrow(OvsdbConnectionError);

    await expect.poll(() => said.join('')).toContain('{"method":"echo","params":[],"id":"probe"}');
    await request;

    expect(closed?.message).toContain(`the server sent nothing for ${2 * PROBE_MS} ms`);
    expect(closed?.transient).toBe(true);
  });

  test('stays with a peer that answers the probes', async () => {
    peer.on('data', () => peer.write('{"id":"probe","result":[],"error":null}'));

    await sleep(6 * PROBE_MS);

    expect(closed).toBeUndefined();
    expect(said.join('').split('"probe"').length - 1).toBeGreaterThan(2);
  });

  test('stays with a peer that takes long over a message, as long as bytes come', async () => {
    const reply = JSON.stringify({ id: 1, result: 'x'.repeat(20), error: null });
    const request = session.request('get_schema', []);

    for (const byte of Buffer.from(reply)) {
      peer.write(Uint8Array.of(byte));
      await sleep(PROBE_MS / 10);
    }

    expect(await request).toBe('x'.repeat(20));
  });

  test('gives each request the reply with its id, in whatever order they come', async () => {
    const requests = [session.request('a', []), session.request('b', [])];

    peer.write(
      '{"id":2,"result":"for b","error":null}{"id":1,"result":"for a","error":null}{"id":99,"result":0,"error":null}',
    );

    expect(await Promise.all(requests)).toEqual(['for a', 'for b']);
  });

  test('drops the late reply to a request that was aborted', async () => {
    const controller = new AbortController();
    const aborted = session.request('a', [], controller.signal);
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');

    peer.write('{"id":1,"result":"late","error":null}');

    const next = session.request('b', []);
    peer.write('{"id":2,"result":"next","error":null}');
    expect(await next).toBe('next');
  });

  test('fails requests that are made after its end with the reason of the end', async () => {
    peer.end();

    await expect.poll(() => closed).toBeDefined();

    await expect(session.request('a', [])).rejects.toBe(closed);
    expect(closed?.message).toContain('the server closed the connection');
  });
});
