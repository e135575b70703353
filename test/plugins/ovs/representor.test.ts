/** Representors of virtual functions, found in sysfs trees of a temporary folder. */

import { describe, expect, test } from 'vitest';
import { PciDeviceNotFoundError, RepresentorNotFoundError } from '../../../src/errors/pci.ts';
import { LinuxPci } from '../../../src/host/linux/linux-pci.ts';
import { VIFPortProfileOVSRepresentor } from '../../../src/objects/port-profile.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { representorOf, virtualFunctionOf } from '../../../src/plugins/ovs/representor.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { hostDeviceVif, profile } from './ovs-vifs.ts';
import { SysfsTree } from './sysfs-tree.ts';

const PF = '0000:03:00.0';
const VFS = ['0000:03:00.2', '0000:03:00.3', '0000:03:00.4'] as const;
const SWITCH = 'e41d2d0000a1b2c3';

async function find(tree: SysfsTree, address: string): Promise<string> {
  const pci = new LinuxPci(tree.root);
  return representorOf(await virtualFunctionOf(address, pci), pci);
}

/** A NIC whose uplink is `enp3s0f0`. */
function nic(): SysfsTree {
  const tree = new SysfsTree();
  tree.addPhysicalFunction(PF, VFS);
  tree.addInterface('enp3s0f0', { phys_switch_id: SWITCH, phys_port_name: 'p0' }, PF);
  return tree;
}

describe('a virtual function', () => {
  test('is known by the link of its physical function that leads to it', async () => {
    const tree = nic();

    expect(await virtualFunctionOf(VFS[1], new LinuxPci(tree.root))).toEqual({ physicalFunction: PF, number: 1 });
  });

  test.each([
    ['a physical function', PF],
    ['an address without device', '0000:ff:00.0'],
  ])('is not %s', async (_, address) => {
    const failing = virtualFunctionOf(address, new LinuxPci(nic().root));

    await expect(failing).rejects.toThrow(PciDeviceNotFoundError);
    await expect(failing).rejects.toThrow(`PCI device ${address}: it is not a virtual function of this machine`);
  });
});

describe('the representor', () => {
  test.each(['1', 'vf1', 'VF1', 'pf0vf1', 'vf1@pf0'])(
    'is the device on the same switch whose port is called %s',
    async (portName) => {
      const tree = nic();
      tree.addInterface('eth0', {
        phys_switch_id: SWITCH,
        phys_port_name: portName.replace('1', '0').replace('vf1', 'vf0'),
      });
      tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: portName });

      expect(await find(tree, VFS[1])).toBe('eth1');
    },
  );

  test('of number 0 is found too', async () => {
    const tree = nic();
    tree.addInterface('eth0', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf0' });

    expect(await find(tree, VFS[0])).toBe('eth0');
  });

  test.each(['c1pf0vf1', 'c2pf0vf1', 'pf0sf1', 'pf1vf1', 'pf0vf11', 'p1'])(
    'is not the device whose port is called %s, although its name comes first',
    async (portName) => {
      const tree = nic();
      tree.addInterface('aaa0', { phys_switch_id: SWITCH, phys_port_name: portName });
      tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf1' });

      expect(await find(tree, VFS[1])).toBe('eth1');
    },
  );

  test('is what devlink says, also where the name of the port says something else', async () => {
    const tree = nic();
    tree.addInterface('eth0', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf1' });
    tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: 'odd' });
    const pci = new LinuxPci(
      tree.root,
      async () =>
        new Map([
          ['eth0', { flavour: 'virtual-function', physicalFunction: 0, virtualFunction: 1, external: true }],
          ['eth1', { flavour: 'virtual-function', physicalFunction: 0, virtualFunction: 1 }],
        ] as const),
    );

    expect(await representorOf(await virtualFunctionOf(VFS[1], pci), pci)).toBe('eth1');
  });

  test('is not one of the same number on another switch', async () => {
    const tree = nic();
    tree.addInterface('eth0', { phys_switch_id: 'another', phys_port_name: 'pf0vf1' });
    tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf1' });

    expect(await find(tree, VFS[1])).toBe('eth1');
  });

  test('is that of the right physical function where two share a switch', async () => {
    const tree = nic();
    tree.addPhysicalFunction('0000:03:00.1', ['0000:03:01.2']);
    tree.addInterface('enp3s0f1', { phys_switch_id: SWITCH, phys_port_name: 'p1' }, '0000:03:00.1');
    tree.addInterface('eth0', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf0' });
    tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: 'pf1vf0' });

    expect(await find(tree, VFS[0])).toBe('eth0');
    expect(await find(tree, '0000:03:01.2')).toBe('eth1');
  });

  test('is found beside devices that say nothing of a switch or of a port', async () => {
    const tree = nic();
    tree.addInterface('lo');
    tree.addInterface('a', { phys_switch_id: '' });
    tree.addInterface('b', { phys_switch_id: SWITCH });
    tree.addInterface('c', { phys_switch_id: SWITCH, phys_port_name: 'pf0' });
    tree.addInterface('d', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf2' });

    expect(await find(tree, VFS[2])).toBe('d');
  });

  test('is missing with an error that names the uplink and the number', async () => {
    const tree = nic();
    tree.addInterface('eth0', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf0' });

    const failing = find(tree, VFS[2]);

    await expect(failing).rejects.toThrow(RepresentorNotFoundError);
    await expect(failing).rejects.toThrow('virtual function 2 of enp3s0f0');
  });
});

describe('the uplink', () => {
  test('is told from representors that are beside it by the name of its port', async () => {
    const tree = new SysfsTree();
    tree.addPhysicalFunction(PF, VFS);
    tree.addInterface('eth0', { phys_switch_id: 'another', phys_port_name: 'pf0vf0' }, PF);
    tree.addInterface('uplink', { phys_switch_id: SWITCH, phys_port_name: 'p0' }, PF);
    tree.addInterface('eth1', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf0' }, PF);

    expect(await find(tree, VFS[0])).toBe('eth1');
  });

  test('is the first device on a switch where none has the name of an uplink', async () => {
    const tree = new SysfsTree();
    tree.addPhysicalFunction(PF, VFS);
    tree.addInterface('a', {}, PF);
    tree.addInterface('b', { phys_switch_id: SWITCH }, PF);
    tree.addInterface('rep', { phys_switch_id: SWITCH, phys_port_name: '0' });

    expect(await find(tree, VFS[0])).toBe('rep');
  });

  test('is missing when the NIC is not in switchdev mode', async () => {
    const tree = new SysfsTree();
    tree.addPhysicalFunction(PF, VFS);
    tree.addInterface('enp3s0f0', {}, PF);

    await expect(find(tree, VFS[0])).rejects.toThrow('none of its network devices is in switchdev mode');
  });
});

describe.skipIf(OVS_UNAVAILABLE)('a VIFHostDevice', () => {
  async function given(tree: SysfsTree) {
    const ovs = await openOvsHost({ withSwitch: false, host: { sysfsRoot: tree.root } });
    const osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin({ waitFor: 'none' })] });
    return { ...ovs, osVif };
  }

  function representorNic(): SysfsTree {
    const tree = nic();
    tree.addInterface('rep0', { phys_switch_id: SWITCH, phys_port_name: 'pf0vf0' });
    return tree;
  }

  test.each([
    ['VIFPortProfileOpenVSwitch', profile({ datapathType: 'system' })],
    ['VIFPortProfileOVSRepresentor', new VIFPortProfileOVSRepresentor({ interfaceId: VIF_ID, datapathType: 'system' })],
  ])(
    'with %s has its representor set up and put on the bridge, and down and off it again, but never deleted',
    async (_, portProfile) => {
      const { netns, server, osVif, host } = await given(representorNic());
      netns.run('ip', 'link', 'add', 'rep0', 'type', 'veth', 'peer', 'name', 'vf0');
      const vif = hostDeviceVif({ portProfile });

      await osVif.plug(vif, instance());

      expect(await host.links.get('rep0')).toMatchObject({ up: true, mtu: 1450 });
      expect(server.vsctl('list-ports', 'br-int')).toBe('rep0');
      expect(server.vsctl('get', 'interface', 'rep0', 'external_ids:iface-id')).toContain(VIF_ID);
      expect(server.vsctl('--columns=type', '--bare', 'list', 'QoS')).toBe('linux-noop');
      expect((await osVif.check(vif, instance())).filter(({ on }) => on === 'rep0')).toEqual([]);

      await osVif.unplug(vif, instance());

      expect(await host.links.get('rep0')).toMatchObject({ up: false });
      expect(server.vsctl('list-ports', 'br-int')).toBe('');
      expect(server.vsctl('list', 'QoS')).toBe('');
      await osVif.unplug(vif, instance());
    },
  );

  test('whose representor is not in the network namespace fails, and the database is as before', async () => {
    const { server, osVif } = await given(representorNic());

    await expect(osVif.plug(hostDeviceVif(), instance())).rejects.toThrow(/rep0/);

    expect(server.vsctl('list-br')).toBe('');
  });

  test('on a bridge in user space gets a port of DPDK that names the physical function and the number, and no device is looked for', async () => {
    const tree = new SysfsTree();
    tree.addPhysicalFunction(PF, VFS);
    const { server, osVif } = await given(tree);
    const vif = hostDeviceVif({ devAddress: VFS[2], portProfile: profile() });

    await osVif.plug(vif, instance());

    const port = `vfr${VIF_ID}`.slice(0, 14);
    expect(server.vsctl('get', 'interface', port, 'type', 'options:dpdk-devargs').split('\n')).toEqual([
      'dpdk',
      `"${PF},representor=[2]"`,
    ]);
    expect(server.vsctl('get', 'bridge', 'br-int', 'datapath_type')).toBe('netdev');

    await osVif.unplug(vif, instance());
    expect(server.vsctl('list-ports', 'br-int')).toBe('');
  });

  test('that is no virtual function is refused before anything is made', async () => {
    const { server, osVif } = await given(representorNic());

    await expect(osVif.plug(hostDeviceVif({ devAddress: PF }), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_PCI_DEVICE' },
    });

    expect(server.vsctl('list-br')).toBe('');
  });
});
