/** A database of 30 MB, which an ovsdb-server sends in one message. */
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { OvsdbClient } from '../../src/host/ovsdb/ovsdb-client.ts';
import { greet, ScriptedServer } from '../host/ovsdb/scripted-server.ts';

const INTERFACES = 60_000;
/** Bytes of a write of the server. */
const PIECE = 1_000;

test('rows of 30 MB that come in small pieces are complete within the deadline', async () => {
  const rows = Object.fromEntries(
    Array.from({ length: INTERFACES }, (_, i) => [
      `i-${i}`,
      { initial: { name: `tap${i}`, external_ids: ['map', [['padding', `${'{"\\'.repeat(90)}${i}`]]] } },
    ]),
  );
  const server = await ScriptedServer.start(async (message, socket) => {
    if (message.method !== 'monitor_cond') {
      greet(message, socket);
      return;
    }
    const bytes = Buffer.from(JSON.stringify({ id: message.id, result: { Interface: rows }, error: null }));
    expect(bytes.length).toBeGreaterThan(30_000_000);
    socket.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!socket.write(bytes.subarray(at, at + PIECE))) await once(socket, 'drain');
    }
  });
  onTestFinished(() => server.stop());
  const client = new OvsdbClient({ connection: server.connection, timeout: 20_000 });
  onTestFinished(() => client.close());

  const view = await client.view();

  expect([...view.interfaces()]).toHaveLength(INTERFACES);
  expect(view.interface(`tap${INTERFACES - 1}`)?.externalIds.padding).toMatch(/\{"\\59999$/);
});
