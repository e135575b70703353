/** What ovs-vswitchd told before it was listened to, it is asked to tell again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';

describe.skipIf(ovsIsMissing())('waitFor', () => {
  test('asks an ovs-vswitchd that says nothing to go through its configuration again, with pauses that grow', async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    const client = new OvsdbClient({ connection: server.connection });
    onTestFinished(() => client.close());
    server.vsctl('add-br', 'br-int');
    const nextConfiguration = () => Number(server.vsctl('get', 'Open_vSwitch', '.', 'next_cfg'));
    const before = nextConfiguration();

    const ofport = client.waitFor('an ofport', (view) => view.interface('br-int')?.ofport, { timeout: 20_000 });
    const reminders = [];
    for (let reminded = 0; reminded < 2; reminded++) {
      const begun = performance.now();
      while (nextConfiguration() === before + reminded) await sleep(10);
      reminders.push(performance.now() - begun);
    }
    server.vsctl('set', 'Interface', 'br-int', 'ofport=7');

    expect(await ofport).toBe(7);
    expect(reminders[1]).toBeGreaterThan((reminders[0] ?? 0) * 1.3);
    const after = nextConfiguration();
    await sleep(2_500);
    expect(nextConfiguration()).toBe(after);
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

  test('leaves next_cfg alone where all is there already', async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    const client = new OvsdbClient({ connection: server.connection });
    onTestFinished(() => client.close());
    server.vsctl('add-br', 'br-int');
    server.vsctl('set', 'Interface', 'br-int', 'ofport=7');
    const before = server.vsctl('get', 'Open_vSwitch', '.', 'next_cfg');
    expect(await client.waitFor('an ofport', (view) => view.interface('br-int')?.ofport)).toBe(7);
    await sleep(1_000);
    expect(server.vsctl('get', 'Open_vSwitch', '.', 'next_cfg')).toBe(before);
  });
});
