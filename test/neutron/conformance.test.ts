/** Against what nova itself made of the same ports. */
import { describe, expect, test } from 'vitest';
import { OsVifError, type VIFBase, VIFHostDevice } from '../../src/entries/index.ts';
import { type GuestInterface, toHostdevXml, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { vifFromNetworkInfo } from '../../src/entries/neutron.ts';
import { sortChanges } from '../conformance/vectors.ts';
import { readXml, sorted } from '../libvirt/xml-tree.ts';
import { guestOf, LATEST, type NovaRow, ROWS } from './nova-vectors.ts';

const hasVif = ({ osvif }: NovaRow) => osvif !== undefined && osvif !== null;
const isUsable = ({ xml, osvif, osvif_error }: NovaRow) =>
  osvif_error === undefined && (osvif !== null || typeof xml['kvm-plain'] === 'string');

describe('a VIF equals the one that nova makes', () => {
  test.each(ROWS.filter(hasVif))('of $name', ({ vif, osvif }) => {
    expect(sortChanges(vifFromNetworkInfo(vif).toPrimitive())).toEqual(sortChanges(osvif));
  });
});

describe("the XML of a VIF equals nova's", () => {
  const flavours = ROWS.filter(isUsable).flatMap(({ name, vif, xml }) =>
    Object.entries(xml).map(([flavour, expected]) => ({ name, vif, flavour, expected })),
  );
  test.each(flavours.filter(({ expected }) => typeof expected === 'string'))('of $name for $flavour', (row) => {
    const xml = toXml(vifFromNetworkInfo(row.vif), guestOf(row.flavour, row.vif));
    expect(sorted(readXml(xml))).toEqual(sorted(readXml(String(row.expected))));
  });

  test.each(flavours.filter(({ expected }) => typeof expected === 'object'))(
    '$name is refused for $flavour, as by nova',
    (row) => {
      const vif = vifFromNetworkInfo(row.vif);
      expect(() => toXml(vif, guestOf(row.flavour, row.vif))).toThrow(OsVifError);
    },
  );
});

describe('what nova refuses is refused, and says why', () => {
  test.each(ROWS.filter((row) => !isUsable(row)))('of $name', ({ vif }) => {
    expect(() => vifFromNetworkInfo(vif)).toThrow(REASONS[vif.type ?? '']);
  });

  const REASONS: Readonly<Record<string, RegExp>> = {
    ovs: /\/profile\/pci_slot: missing/,
    vhostuser: /\/details\/vhostuser_socket: missing/,
    vrouter: /vnic_type: expected one of normal, direct, virtio-forwarder, found "baremetal".*vrouter/,
    macvtap: /\/details\/macvtap_source: missing.*\/details\/physical_interface: missing/,
    unbound: /bound to no host.*binding:host_id/,
    binding_failed: /could not bind.*agent.*neutron-server's log/,
    dvs: /VMware/,
    nonsense: /"nonsense".*known are ovs, .*bound_drivers/,
  };
});

test('a Linux bridge, which nova dropped, is still a VIF', () => {
  const rows = LATEST.filter(({ vif }) => vif.type === 'bridge');
  expect(rows.map(({ vif }) => vifFromNetworkInfo(vif).toPlain())).toMatchObject([
    { type: 'VIFBridge', plugin: 'linux_bridge', network: { should_provide_bridge: true } },
    { type: 'VIFBridge', plugin: 'linux_bridge', network: { should_provide_bridge: true, vlan: 100 } },
    { type: 'VIFBridge', plugin: 'linux_bridge', network: { should_provide_bridge: false } },
  ]);
});

function toXml(vif: VIFBase, guest: GuestInterface): string {
  return vif instanceof VIFHostDevice && vif.devType === 'generic' ? toHostdevXml(vif) : toInterfaceXml(vif, guest);
}
