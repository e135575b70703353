/** QoS rows and trunk bridges: what goes with a VIF, and what stays for others. */

import { describe, expect, test } from 'vitest';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { onBothHosts } from './both-hosts.ts';
import { network, profile, TAP, tapVif, vifId } from './ovs-vifs.ts';

const SYSTEM = profile({ datapathType: 'system', createPort: true, createTap: true });
const system = () => tapVif(undefined, { portProfile: SYSTEM });

onBothHosts((open) => {
  describe('the QoS row of a port', () => {
    const noQos: OvsdbEdit[] = [{ edit: 'remove-port', name: TAP }];
    /** As Neutron's agent limits the bandwidth: a row of its own in place of ours. */
    const ofNeutron: OvsdbEdit = { edit: 'add-qos', port: TAP, type: 'linux-htb', externalIds: { id: 'neutron' } };

    test('goes with an unplug after the type in the options has changed', async () => {
      const { plug, unplug, qos } = await open();
      await plug(system(), { defaultQosType: 'linux-htb' });
      await unplug(system(), { defaultQosType: 'linux-noop' });
      expect(await qos()).toEqual([]);
    });

    test.each<[string, OvsdbEdit[], string[]]>([
      ['others removed its port', noQos, []],
      ['Neutron replaced it', [ofNeutron], ['linux-htb']],
    ])('goes with an unplug after %s', async (_, edits, left) => {
      const { plug, unplug, edit, qos } = await open();
      await plug(system());
      await edit(...edits);
      await unplug(system());
      expect(await qos()).toEqual(left);
    });

    test('goes with a collection after others removed its port, also of a VIF that is valid', async () => {
      const { plug, collect, edit, qos } = await open();
      await plug(system());
      await edit(...noQos);
      expect(await collect(system())).toEqual(['ovs-qos']);
      expect(await qos()).toEqual([]);
      expect(await collect(system())).toEqual([]);
    });

    test('that Neutron replaced stays with its port, and goes with a collection after the VIF is gone', async () => {
      const { plug, collect, edit, qos } = await open();
      await plug(system());
      await edit(ofNeutron);
      expect(await collect(system())).toEqual([]);
      expect(await collect()).toEqual([`ovs-port ${TAP}`, `tap ${TAP}`]);
      expect(await qos()).toEqual(['linux-htb']);
    });

    test('goes with the port of an earlier name, and the next plug makes a new one', async () => {
      const { plug, check, qos } = await open();
      await plug(system());
      const renamed = tapVif(undefined, { vifName: 'tapother', portProfile: SYSTEM });
      await plug(renamed);
      expect(await qos()).toEqual(['linux-noop']);
      expect(await check(renamed)).toEqual([]);
    });

    test('comes along when a port moves to another bridge', async () => {
      const { plug, qos, host } = await open();
      await plug(system());
      await plug(tapVif(undefined, { portProfile: SYSTEM, network: network({ bridge: 'br-b' }) }));
      expect(await qos()).toEqual(['linux-noop']);
      expect((await host.ovsdb.view()).port(TAP)?.qos).toBeDefined();
    });

    test('stays when it is another program’s, although no port uses it', async () => {
      const { edit, collect, qos } = await open();
      await edit(
        { edit: 'add-bridge', name: 'br-int' },
        { edit: 'add-port', bridge: 'br-int', name: 'p0' },
        { edit: 'add-qos', port: 'p0', type: 'linux-htb', externalIds: { id: 'theirs' } },
      );
      await edit({ edit: 'remove-port', name: 'p0' });
      expect(await collect()).toEqual([]);
      expect(await qos()).toEqual(['linux-htb']);
    });
  });

  describe('a trunk bridge', () => {
    const onTrunk = (n: number) => tapVif(n, { network: network({ bridge: 'tbr-77' }) });
    const isThere = async ({ host }: Awaited<ReturnType<typeof open>>) =>
      (await host.ovsdb.view()).bridge('tbr-77') !== undefined;

    test('goes with its VIF, with the patch ports of Neutron’s agent', async () => {
      const opened = await open();
      await opened.plug(onTrunk(1));
      const externalIds = { 'iface-id': vifId(9) };
      await opened.edit({
        edit: 'add-port',
        bridge: 'tbr-77',
        name: 'spt-1',
        interface: { type: 'patch', options: { peer: 'spi-1' }, externalIds },
      });
      await opened.unplug(onTrunk(1));
      expect(await isThere(opened)).toBe(false);
    });

    test.each([
      ['an operator', [{ edit: 'add-bridge', name: 'tbr-77', datapathType: 'netdev' } satisfies OvsdbEdit]],
      ['the plug of the first VIF', []],
    ])('that %s made stays while another VIF has a port on it', async (_, before) => {
      const opened = await open();
      await opened.edit(...before);
      await opened.plug(onTrunk(1));
      await opened.plug(onTrunk(2));

      await opened.unplug(onTrunk(1));
      expect(await opened.ports()).toEqual([`tap${vifId(2).slice(0, 11)}@tbr-77`]);
      expect(await opened.check(onTrunk(2))).toEqual([]);
      expect(await opened.collect(onTrunk(2))).toEqual([]);

      await opened.unplug(onTrunk(2));
      expect(await isThere(opened)).toBe(false);
    });

    test('stays in a collection while a hypervisor has the port of another VIF on it', async () => {
      const opened = await open();
      await opened.plug(onTrunk(1));
      await opened.edit({
        edit: 'add-port',
        bridge: 'tbr-77',
        name: 'vnet7',
        interface: { externalIds: { 'iface-id': vifId(7) } },
      });
      const own = `tap${vifId(1).slice(0, 11)}`;
      expect(await opened.collect()).toEqual([`ovs-port ${own}`, `tap ${own}`]);
      expect(await opened.ports()).toEqual(['vnet7@tbr-77']);
    });
  });
});
