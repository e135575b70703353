/** The mode of the embedded switch of an SR-IOV NIC. No device of these tests has one, so bytes are compared. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedSwitchMode, LinuxHost, MacvtapPlugin, MemoryHost, OsVif } from '../../../src/entries/host.ts';
import {
  decodeEmbeddedSwitch,
  embeddedSwitchChange,
} from '../../../src/host/linux/netlink/functions/embedded-switch-message.ts';
import { decodeMessages, encodeMessage, NLM_F_ACK, NLM_F_REQUEST } from '../../../src/host/linux/netlink/message.ts';
import { Network } from '../../../src/objects/network.ts';
import { VIFDirect } from '../../../src/objects/vif.ts';
import { vectors } from '../../conformance/vectors.ts';
import { instance, VIF_ID } from '../../plugins/vifs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

const MODES = ['vepa', 'veb'] as const;

test.each(MODES)('the request for mode %s is that of `bridge link set dev eth0 hwmode`', (mode) => {
  const { requests } = vectors<{ requests: Record<EmbeddedSwitchMode, string> }>('host-state/embedded-switch.json');
  const { type, flags, body, attributes } = embeddedSwitchChange(3, mode, []);
  const message = encodeMessage(type, flags | NLM_F_REQUEST | NLM_F_ACK, 0, body, attributes);
  expect(message.toString('hex')).toBe(requests[mode]);
});

test.each([
  ['veb', 0],
  ['vepa', 1],
] as const)('the mode %s is read from the answer of a driver', (mode, number) => {
  // Kernel: ndo_dflt_bridge_getlink() nests the flags and the mode in IFLA_AF_SPEC.
  const header = Buffer.from('0700000003000000000000000000000004000c80', 'hex');
  const spec = Buffer.from(`14001a00060000000200000006000100${number.toString(16).padStart(2, '0')}000000`, 'hex');
  const length = Buffer.alloc(16);
  length.writeUInt32LE(16 + header.length + spec.length, 0);
  length.writeUInt16LE(16, 4);
  const messages = decodeMessages(Buffer.concat([length, header, spec]));
  expect(decodeEmbeddedSwitch(3, messages)).toBe(mode);
  expect(decodeEmbeddedSwitch(4, messages)).toBeUndefined();
});

describe.skipIf(NETNS_UNAVAILABLE)('a device of the kernel without an embedded switch', () => {
  test.each(['eth0', 'far0'])('has no mode, and refuses to get one: %s', async (name) => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    netns.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
    netns.run('ip', 'link', 'set', 'far0', 'master', 'br0');
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const { index = 0 } = (await host.links.get(name)) ?? {};
    expect(await host.links.embeddedSwitchMode(index)).toBeUndefined();
    await expect(host.links.changeEmbeddedSwitchMode(index, 'vepa', [{ index, name }])).rejects.toMatchObject({
      code: 'ERR_OSVIF_NETLINK',
      errno: 'EOPNOTSUPP',
      message: expect.stringContaining(`change of the embedded switch of ${name} to vepa`),
    });
    await expect(host.links.changeEmbeddedSwitchMode(index, 'vepa', [{ index, name: 'x' }])).rejects.toMatchObject({
      errno: 'ESTALE',
    });
  });

  test('refuses a plug of MacvtapPlugin with a mode, before any change', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    const osVif = await OsVif.open({ netns: netns.path, plugins: [new MacvtapPlugin({ embeddedSwitchMode: 'vepa' })] });
    onTestFinished(() => osVif.close());
    const network = new Network({ bridgeInterface: 'eth0' });
    const vif = new VIFDirect({ id: VIF_ID, plugin: 'macvtap', vifName: 'macvtap0', mode: 'vepa', network });
    await expect(osVif.plug(vif, instance())).rejects.toThrow('the driver of eth0 reports no embedded switch');
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['far0', 'eth0']);
  });

  test('a mode that does not exist is refused before a request is sent', async () => {
    const { path } = await makeNetns();
    const host = await LinuxHost.open({ netns: path });
    onTestFinished(() => host.close());
    await expect(Reflect.apply(host.links.changeEmbeddedSwitchMode, host.links, [1, 'pepa'])).rejects.toMatchObject({
      code: 'ERR_OSVIF_LINK_VALUE',
      message: expect.stringContaining('"pepa" is none of veb, vepa'),
    });
  });
});

describe('in memory', () => {
  test('a NIC with virtual functions is a VEB at first, and changes', async () => {
    const { links } = new MemoryHost();
    const index = links.addNic({ name: 'eth0', virtualFunctions: 2 });
    expect(await links.embeddedSwitchMode(index)).toBe('veb');
    await links.changeEmbeddedSwitchMode(index, 'vepa');
    expect(await links.embeddedSwitchMode(index)).toBe('vepa');
  });

  test('a NIC without virtual functions refuses, as on the kernel', async () => {
    const { links } = new MemoryHost();
    const index = links.addNic({ name: 'eth0' });
    expect(await links.embeddedSwitchMode(index)).toBeUndefined();
    await expect(links.changeEmbeddedSwitchMode(index, 'vepa')).rejects.toMatchObject({ errno: 'EOPNOTSUPP' });
  });
});
