/** Garbage collection of ports and bridges of Open vSwitch, on the in-memory host. */

import { describe, expect, test } from 'vitest';
import { OsVif } from '../../../src/os-vif.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { EXTERNAL_IDS, given, links, portsOf } from './memory-ovs.ts';
import { profile, tapVif } from './ovs-vifs.ts';

describe('garbage collection', () => {
  async function plugged() {
    const { host, plugin } = given();
    const osVif = await OsVif.open({ host, plugins: [plugin] });
    const kept = tapVif(1);
    const gone = tapVif(2, { portProfile: profile({ interfaceId: VIF_ID, createPort: true, createTap: true }) });
    await osVif.plug(kept, instance());
    await osVif.plug(gone, instance());
    return { host, osVif, kept, gone };
  }

  test('removes the port and the device of a VIF that is no longer valid, and nothing else', async () => {
    const { host, osVif, kept, gone } = await plugged();

    const garbage = await osVif.collectGarbage([kept]);

    expect(garbage.map(({ kind, name, owner }) => [kind, name, owner])).toEqual([
      ['ovs-port', gone.vifName, gone.id],
      ['tap', gone.vifName, gone.id],
    ]);
    expect(await portsOf(host)).toEqual(['br-int', kept.vifName]);
    expect(await links(host)).toEqual([kept.vifName]);
  });

  test('changes nothing in a dry run', async () => {
    const { host, osVif, kept, gone } = await plugged();

    const garbage = await osVif.collectGarbage([kept], { dryRun: true });

    expect(garbage).toHaveLength(2);
    expect(await portsOf(host)).toEqual(['br-int', kept.vifName, gone.vifName]);
  });

  test('keeps the port of a hypervisor, although it has the iface-id of a VIF', async () => {
    const { host, osVif } = await plugged();
    await host.ovsdb.change(() => [
      {
        edit: 'add-port',
        bridge: 'br-int',
        name: 'vnet0',
        interface: { externalIds: EXTERNAL_IDS as Record<string, string> },
      },
    ]);

    await osVif.collectGarbage([]);

    expect(await portsOf(host)).toEqual(['br-int', 'vnet0']);
  });

  test('removes bridges per port with their ports, and the QoS rows of the ports', async () => {
    const { host, plugin } = given({ perPortBridge: true });
    const osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(
      tapVif(undefined, { portProfile: profile({ datapathType: 'system', createPort: true, createTap: true }) }),
      instance(),
    );

    await osVif.collectGarbage([]);

    const view = await host.ovsdb.view();
    expect([...view.bridges()].map(({ name }) => name)).toEqual(['br-int']);
    expect(await portsOf(host)).toEqual(['br-int']);
    expect([...view.allQos()]).toEqual([]);
    expect(await links(host)).toEqual([]);
  });
});
