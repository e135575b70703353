// The VIFs of the soak, of every kind, and what each is made of on the host: written down anew here, not asked of the library.
import {
  InstanceInfo,
  Network,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from 'os-vif';

const MTU = 1450;
/** The device that VLANs and macvtap devices stand on. */
export const WIRE = 'wire0';
/** The device that a bridge takes as its port, with its address. */
export const UPLINK = 'uplink0';
export const ADDRESS = '192.0.2.7/24';
/** The device whose address comes from a DHCP server, and that address. */
export const LEASED = 'leased0';
export const LEASED_ADDRESS = '203.0.113.7/24';
/** The bridge of Open vSwitch that all share. */
export const SWITCH = 'br-int';
/** A bridge that ports are moved to by hand. */
export const OTHER_SWITCH = 'br-other';

export const instance = new InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'guest-1' });

const idOf = (n) => `${n.toString(16).padStart(8, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
const shortOf = (n) => idOf(n).slice(0, 11);
const macOf = (n) => `fa:16:3e:00:${n.toString(16).padStart(4, '0').replace(/..$/, ':$&')}`;
const network = (values) => new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', mtu: MTU, ...values });
const common = (n, plugin) => ({ id: idOf(n), plugin, address: macOf(n) });

const switched = (n, values, profile) => ({
  ...common(n, 'ovs'),
  vifName: `tap${shortOf(n)}`,
  network: network({ bridge: SWITCH }),
  portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: idOf(n), datapathType: 'netdev', ...profile }),
  ...values,
});

const link = (n, name, values) => ({ name, mtu: MTU, up: true, alias: `os-vif:${idOf(n)}`, ...values });
const row = (n, name, values) => ({
  name,
  bridge: SWITCH,
  owner: idOf(n),
  ids: { 'iface-id': idOf(n), 'iface-status': 'active', 'attached-mac': macOf(n), 'vm-uuid': instance.uuid },
  ...values,
});

const QUIET = { 'ipv6/disable_ipv6': '1', 'ipv4/arp_ignore': '1', 'ipv4/arp_announce': '2' };
const sharedLink = (name, values) => ({ name, mtu: MTU, up: true, alias: 'os-vif:shared', ...values });
const flatBridge = sharedLink('brq-flat', { kind: 'bridge', sysctls: QUIET });
const wiredBridge = sharedLink('brq-wired', { kind: 'bridge', sysctls: QUIET, irreplaceable: true });
const leasedBridge = sharedLink('brq-leased', { kind: 'bridge', sysctls: QUIET, irreplaceable: true });
/** Somebody else's; it stays when the bridge goes. */
const uplinkOf = (name, master) => ({ name, kind: 'veth', mtu: MTU, up: true, master, irreplaceable: true });
const tenantBridge = sharedLink('brq-vlan', { kind: 'bridge', sysctls: QUIET });
const tenantVlan = sharedLink('vlan100', { kind: 'vlan', lower: WIRE, master: 'brq-vlan' });
/** Its MTU is nobody's business but the kernel's. */
const { mtu: _, ...directVlan } = sharedLink('vlan-direct', { kind: 'vlan', lower: WIRE });

/**
 * `vif` makes the VIF of a number; `links`, `rows` and `bridges` are what is its own on the host, `shared` what it uses with others of its
 * group; `chain` is the iptables chain of the group's bridge. `lazy`: its port has no device, since a hypervisor would make it.
 */
const KINDS = {
  tap: {
    vif: (n) => new VIFGeneric({ ...common(n, 'tap'), vifName: `tap${shortOf(n)}`, network: network() }),
    links: (n) => [link(n, `tap${shortOf(n)}`, { kind: 'tun', master: undefined })],
  },
  bridge: {
    vif: (n) =>
      new VIFBridge({
        ...common(n, 'linux_bridge'),
        vifName: `tap${shortOf(n)}`,
        bridgeName: 'brq-flat',
        hasTrafficFiltering: false,
        network: network({ bridge: 'brq-flat', shouldProvideBridge: true }),
      }),
    shared: [flatBridge],
    chain: 'os-vif-brq-flat',
  },
  wiredBridge: {
    vif: (n) =>
      new VIFBridge({
        ...common(n, 'linux_bridge'),
        vifName: `tap${shortOf(n)}`,
        bridgeName: 'brq-wired',
        hasTrafficFiltering: true,
        network: network({ bridge: 'brq-wired', shouldProvideBridge: true, bridgeInterface: UPLINK }),
      }),
    shared: [wiredBridge, uplinkOf(UPLINK, 'brq-wired')],
  },
  leasedBridge: {
    vif: (n) =>
      new VIFBridge({
        ...common(n, 'linux_bridge_leased'),
        vifName: `tap${shortOf(n)}`,
        bridgeName: 'brq-leased',
        hasTrafficFiltering: true,
        network: network({ bridge: 'brq-leased', shouldProvideBridge: true, bridgeInterface: LEASED }),
      }),
    shared: [leasedBridge, uplinkOf(LEASED, 'brq-leased')],
  },
  vlanBridge: {
    vif: (n) =>
      new VIFBridge({
        ...common(n, 'linux_bridge'),
        vifName: `tap${shortOf(n)}`,
        bridgeName: 'brq-vlan',
        hasTrafficFiltering: false,
        network: network({
          bridge: 'brq-vlan',
          shouldProvideBridge: true,
          shouldProvideVlan: true,
          vlan: 100,
          bridgeInterface: WIRE,
        }),
      }),
    shared: [tenantBridge, tenantVlan],
    chain: 'os-vif-brq-vlan',
  },
  macvtap: {
    vif: (n) =>
      new VIFDirect({
        ...common(n, 'macvtap'),
        vifName: `mvt${shortOf(n)}`,
        mode: 'bridge',
        network: network({ bridgeInterface: WIRE }),
      }),
    links: (n) => [link(n, `mvt${shortOf(n)}`, { kind: 'macvtap', lower: WIRE, mac: macOf(n) })],
  },
  vlanMacvtap: {
    vif: (n) =>
      new VIFDirect({
        ...common(n, 'macvtap'),
        vifName: `mvt${shortOf(n)}`,
        mode: 'vepa',
        vlanName: 'vlan-direct',
        network: network({ bridgeInterface: WIRE, vlan: 200 }),
      }),
    links: (n) => [link(n, `mvt${shortOf(n)}`, { kind: 'macvtap', lower: 'vlan-direct', mac: macOf(n) })],
    shared: [directVlan],
  },
  createPort: {
    vif: (n) => new VIFOpenVSwitch(switched(n, {}, { createPort: true })),
    rows: (n) => [row(n, `tap${shortOf(n)}`, { deviceless: true })],
    lazy: true,
  },
  createTap: {
    vif: (n) => new VIFOpenVSwitch(switched(n, {}, { createPort: true, createTap: true })),
    links: (n) => [link(n, `tap${shortOf(n)}`, { kind: 'tun', mac: macOf(n) })],
    rows: (n) => [row(n, `tap${shortOf(n)}`)],
  },
  hybrid: {
    vif: (n) => new VIFBridge(switched(n, { bridgeName: `qbr${shortOf(n)}` })),
    links: (n) => [
      link(n, `qbr${shortOf(n)}`, { kind: 'bridge', sysctls: QUIET }),
      link(n, `qvb${shortOf(n)}`, { kind: 'veth', master: `qbr${shortOf(n)}`, promiscuous: true }),
      link(n, `qvo${shortOf(n)}`, { kind: 'veth', lower: `qvb${shortOf(n)}`, promiscuous: true }),
    ],
    rows: (n) => [row(n, `qvo${shortOf(n)}`)],
  },
  bridgePerPort: {
    vif: (n) =>
      new VIFOpenVSwitch({ ...switched(n, {}, { createPort: true, createTap: true }), plugin: 'ovs_per_port' }),
    links: (n) => [link(n, `tap${shortOf(n)}`, { kind: 'tun', mac: macOf(n) })],
    bridges: (n) => [`pb${idOf(n)}`.slice(0, 14)],
    rows: (n) => [
      row(n, `tap${shortOf(n)}`, { bridge: `pb${idOf(n)}`.slice(0, 14), ids: {} }),
      row(n, `pbp${idOf(n)}`, { bridge: `pb${idOf(n)}`.slice(0, 14), ids: {}, deviceless: true }),
      row(n, `ibp${idOf(n)}`, { deviceless: true }),
    ],
  },
};

/** VIFs of a Python os-vif beside the library, and what Python makes for them: hybrid and native ones, without tags. */
export function pythonVif(number) {
  const n = 0x1000 + number;
  const isHybrid = number % 2 === 0;
  const kind = isHybrid ? KINDS.hybrid : KINDS.createPort;
  const untagged = isHybrid
    ? kind.links(n).map(({ name, mtu, master }) => ({ name, mtu, master, alias: undefined }))
    : [];
  return {
    vif: kind.vif(n),
    // The bridge of Open vSwitch's datapath is the master of the far end.
    links: untagged.map(({ master, ...rest }) => (master === undefined ? rest : { ...rest, master })),
    rows: kind.rows(n).map(({ name, bridge, ids }) => ({ name, bridge, owner: undefined, id: ids['iface-id'] })),
  };
}

/** Another VIF whose device has the same name, after a guest was made anew. */
export function twinOf(n) {
  const twin = vifOf(n);
  twin.id = idOf(0x2000 + n);
  if (twin.portProfile?.interfaceId !== undefined) twin.portProfile.interfaceId = twin.id;
  return twin;
}

const HOW_MANY = {
  tap: 4,
  bridge: 4,
  wiredBridge: 3,
  leasedBridge: 3,
  macvtap: 4,
  ...(process.env.OS_VIF_SOAK_VLANS === 'yes' && { vlanBridge: 3, vlanMacvtap: 3 }),
  createPort: 4,
  createTap: 6,
  hybrid: 5,
  bridgePerPort: 3,
};

/** The kind of each VIF of the soak, by its number. */
export const VIFS = Object.entries(HOW_MANY).flatMap(([kind, count]) => Array.from({ length: count }, () => kind));

/** What a VIF should be made of: its own things, and those that it shares. */
export function partsOf(n) {
  const { links, rows, bridges, shared = [], chain } = KINDS[VIFS[n]];
  return {
    links: links?.(n) ?? [],
    rows: rows?.(n) ?? [],
    bridges: bridges?.(n) ?? [],
    shared,
    chain,
    usesSwitch: rows !== undefined,
  };
}

export const vifOf = (n) => KINDS[VIFS[n]].vif(n);
export const ownerOf = idOf;
