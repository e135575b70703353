/** A call that waits for ovs-vswitchd reminds it to write its state, on a real ovsdb-server. reminder-times.test.ts has the times. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';

describe.skipIf(ovsIsMissing())('waitFor', () => {
  test('changes next_cfg while ovs-vswitchd writes nothing, and returns what is written then', async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    const client = new OvsdbClient({ connection: server.connection });
    onTestFinished(() => client.close());
    server.vsctl('add-br', 'br-int');
    const nextConfiguration = () => server.vsctl('get', 'Open_vSwitch', '.', 'next_cfg');
    const before = nextConfiguration();

    const ofport = client.waitFor('an ofport', (view) => view.interface('br-int')?.ofport, { timeout: 20_000 });
    await expect.poll(nextConfiguration, { timeout: 10_000 }).not.toBe(before);
    server.vsctl('set', 'Interface', 'br-int', 'ofport=7');

    expect(await ofport).toBe(7);
  });

  test('goes on waiting where the database may not be written, and fails as it would without reminders', async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    const client = new OvsdbClient({ connection: server.connection });
    onTestFinished(() => client.close());
    server.vsctl('add-br', 'br-int');
    // A backup that follows another server is read-only, ovsdb(7), "Active-Backup Database Service Model".
    server.appctl('ovsdb-server/set-active-ovsdb-server', 'tcp:127.0.0.1:9');
    server.appctl('ovsdb-server/connect-active-ovsdb-server');

    const ofport = client.waitFor('an ofport', (view) => view.interface('br-int')?.ofport, { timeout: 1_000 });

    await expect(ofport).rejects.toMatchObject({ code: 'ERR_OSVIF_OVSDB_TIMEOUT' });
  });
});
