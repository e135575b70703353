/** Names that a binding brings: what the XML refuses, a plug refuses too, before anything is done. */
import { describe, expect, test } from 'vitest';
import { OsVif, PlugError } from '../../src/entries/host.ts';
import { InstanceInfo } from '../../src/entries/index.ts';
import { LibvirtXmlError, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { vifFromPort } from '../../src/entries/neutron.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { NETWORK, port } from './ports.ts';

/** Kernel: dev_valid_name(); the rest are names to the kernel, and to libvirt none. */
const REFUSED_BY_THE_KERNEL = ['a\nb', 'a\0b', 'a b', 'a/b', '..'];
const NAMES = [...REFUSED_BY_THE_KERNEL, 'a"b', "a'b", '<x>', ']]>', 'a\u0007b'];

describe('a bridge name that no device can have', () => {
  test.each(REFUSED_BY_THE_KERNEL)('%j is refused by the plug, which leaves nothing', async (name) => {
    const host = new MemoryHost();
    await using osVif = await OsVif.open({ host });
    const vif = vifFromPort(bridged(name), { network: NETWORK });
    await expect(osVif.plug(vif, new InstanceInfo({ name: 'guest' }))).rejects.toThrow(PlugError);
    expect(await host.links.list()).toEqual(await new MemoryHost().links.list());
  });

  test.each(NAMES)('%j is refused by the XML', (name) => {
    const vif = vifFromPort(bridged(name), { network: NETWORK });
    expect(() => toInterfaceXml(vif, { virtType: 'kvm' })).toThrow(LibvirtXmlError);
  });
});

function bridged(name: string) {
  return port({ 'binding:vif_type': 'bridge', 'binding:vif_details': { bridge_name: name, port_filter: true } });
}
