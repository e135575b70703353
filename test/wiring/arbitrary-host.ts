/** Random hosts that others configured, and random wirings whose names collide with theirs. */

import fc from 'fast-check';
import type { Host } from '../../src/host-contract/host.ts';
import { type LinkSettings, MACVTAP_MODES, type NewLink } from '../../src/host-contract/links.ts';
import type { Element, Wiring } from '../../src/wiring/wiring.ts';

export const OWNER = 'vif-1';
const MACS = ['02:fe:00:00:00:01', '02:fe:00:00:00:02'];
const NICS = ['eth0', 'eth1'];
const BRIDGES = ['br0', 'br1'];
const OTHERS = ['tap0', 'v0', 'v1', 'm0', 'm1', 'eth0.7', 'eth0.8'];
const NAMES = [...NICS, ...BRIDGES, ...OTHERS];

const mtu = fc.constantFrom(1300, 1450, 1500, 2000);
const alias = fc.constantFrom('', `os-vif:${OWNER}`, `os-vif:${OWNER}`, 'os-vif:vif-2', 'os-vif:shared', 'theirs');

/** A device that is made before the plug: references are names, which may be missing. */
export interface Found {
  readonly kind: 'tap' | 'bridge' | 'veth' | 'vlan' | 'macvtap';
  readonly name: string;
  readonly other: string;
  readonly id: number;
  readonly protocol: '802.1Q' | '802.1ad';
  readonly mode: 'bridge' | 'vepa' | 'passthru';
  readonly settings: LinkSettings;
}

/** A change of a device that exists before the plug. */
export interface Meddling {
  readonly name: string;
  readonly settings: LinkSettings;
  readonly master?: string | undefined;
}

const settings = fc.record(
  { mtu, up: fc.boolean(), alias, mac: fc.constantFrom(...MACS) },
  { requiredKeys: ['alias'] },
);

/** Without `vlan` for a kernel that has no VLAN devices. */
export function arbitraryFound(kinds: readonly Found['kind'][]): fc.Arbitrary<readonly Found[]> {
  const found = fc.record({
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom(...NAMES),
    other: fc.constantFrom(...NICS, ...NAMES),
    id: fc.constantFrom(7, 8),
    protocol: fc.constantFrom('802.1Q', '802.1Q', '802.1ad'),
    mode: fc.constantFrom('bridge', 'vepa', 'passthru'),
    settings,
  });
  return fc.array(found, { maxLength: 6 });
}

export const arbitraryMeddling: fc.Arbitrary<readonly Meddling[]> = fc.array(
  fc.record(
    {
      name: fc.constantFrom(...NAMES),
      settings: fc.record({ mtu, up: fc.boolean(), mac: fc.constantFrom(...MACS) }, { requiredKeys: [] }),
      master: fc.constantFrom('br0', 'br1', ''),
    },
    { requiredKeys: ['name', 'settings'] },
  ),
  { maxLength: 4 },
);

/** Makes the devices and changes them. What the kernel refuses is left out. */
export async function configure(host: Host, found: readonly Found[], meddling: readonly Meddling[]): Promise<void> {
  for (const nic of NICS) await host.links.create({ kind: 'veth', name: nic, peer: { name: `far-${nic}`, up: true } });
  const indexOf = async (name: string) => (name === '' ? 0 : (await host.links.get(name))?.index);
  for (const device of found) {
    const link = newLink(device, await indexOf(device.other));
    if (link !== undefined) await host.links.create(link).catch(() => undefined);
  }
  for (const { name, settings: changes, master } of meddling) {
    const [index, bridge] = [await indexOf(name), master === undefined ? undefined : await indexOf(master)];
    if (index === undefined) continue;
    await host.links.change(index, changes).catch(() => undefined);
    if (bridge !== undefined) await host.links.change(index, { master: bridge }).catch(() => undefined);
  }
}

function newLink(
  { kind, name, other, id, protocol, mode, settings: common }: Found,
  lower?: number,
): NewLink | undefined {
  switch (kind) {
    case 'tap':
    case 'bridge':
      return { kind, name, ...common };
    case 'veth':
      return other === name ? undefined : { kind, name, ...common, peer: { name: other, alias: common.alias ?? '' } };
    case 'vlan':
      return lower === undefined ? undefined : { kind, name, lower, vlan: { id, protocol }, ...common };
    case 'macvtap':
      return lower === undefined ? undefined : { kind, name, lower, macvtap: { mode }, ...common };
  }
}

/** Elements of one network: each asks for the MTU of the network, or for none. */
function makersFor(networkMtu: number) {
  const wantedMtu = fc.constantFrom(undefined, networkMtu);
  return {
    bridge: fc
      .record({
        name: fc.constantFrom(...BRIDGES),
        mtu: wantedMtu,
        arpIgnore: fc.constantFrom(undefined, 1),
        shared: fc.boolean(),
      })
      .map((values): Element => ({ kind: 'bridge', stp: false, multicastSnooping: false, ...present(values) })),
    vlan: fc
      .record({
        name: fc.constant('eth0.7'),
        id: fc.constantFrom(7, 8),
        lower: fc.constantFrom(...NICS),
        mtu: wantedMtu,
        shared: fc.boolean(),
      })
      .map((values): Element => ({ kind: 'vlan', ...present(values) })),
    veth: fc
      .record({
        name: fc.constant('v0'),
        peer: fc.constant('v1'),
        mtu: wantedMtu,
        promiscuous: fc.boolean(),
        master: fc.constantFrom(undefined, ...BRIDGES),
      })
      .map((values): Element => ({ kind: 'veth', ...present(values) })),
    port: fc
      .record({
        name: fc.constantFrom(...NICS, 'eth0.7'),
        bridge: fc.constantFrom(...BRIDGES),
        mtu: wantedMtu,
        optional: fc.boolean(),
      })
      .map((values): Element => ({ kind: 'port', shared: true, ...present(values) })),
    tap: fc
      .record({
        name: fc.constant('tap0'),
        mtu: wantedMtu,
        multiQueue: fc.boolean(),
        master: fc.constantFrom(undefined, 'br0'),
      })
      .map((values): Element => ({ kind: 'tap', ...present(values) })),
    macvtap: fc
      .record({
        name: fc.constant('m0'),
        lower: fc.constantFrom(...NICS, 'eth0.7', 'm1'),
        mode: fc.constantFrom(...MACVTAP_MODES),
        mac: fc.constantFrom(undefined, ...MACS),
        mtu: wantedMtu,
        lowerUp: fc.boolean(),
      })
      .map((values): Element => ({ kind: 'macvtap', ...present(values) })),
  };
}

/** Some elements in an order in which a plugin has them: what others stand on comes first. */
export function arbitraryWiring(kinds: readonly (keyof ReturnType<typeof makersFor>)[]): fc.Arbitrary<Wiring> {
  return mtu.chain((networkMtu) => {
    const makers = makersFor(networkMtu);
    const parts = kinds.map((kind) => fc.oneof(fc.constant(undefined), makers[kind]));
    return fc.tuple(...parts).map((elements) => elements.filter((element) => element !== undefined));
  });
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the properties that are not asked for. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
