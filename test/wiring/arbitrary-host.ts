/** Random wirings, and hosts that are nearly as the wiring wants them: others changed, replaced or own some of the devices. */

import fc from 'fast-check';
import type { Host } from '../../src/host-contract/host.ts';
import { type LinkSettings, MACVTAP_MODES, type NewLink } from '../../src/host-contract/links.ts';
import type { Element, Wiring } from '../../src/wiring/wiring.ts';

export const OWNER = 'vif-1';
const NICS = ['eth0', 'eth1'];
const MACS = ['02:fe:00:00:00:01', '02:fe:00:00:00:02'];
const MTUS = [1300, 1450, 1500, 2000];

/** What another program does to a device. */
export interface Meddling {
  readonly name: string;
  readonly settings: LinkSettings;
  /** The name of a bridge; empty: none. */
  readonly master?: string | undefined;
  /** The value of arp_ignore. */
  readonly arpIgnore?: string | undefined;
  /** Deletes the device and makes this one in its place. */
  readonly instead?: Replacement | undefined;
}

/** A device that takes the place of another one. The other device that it needs is a NIC or a further device of the host. */
interface Replacement {
  readonly kind: 'tap' | 'bridge' | 'veth' | 'vlan' | 'macvtap' | 'nothing';
  readonly other: string;
  readonly id: number;
  readonly protocol: '802.1Q' | '802.1ad';
}

/** A host, and a wiring that is to be plugged there. */
export interface Situation {
  readonly wiring: Wiring;
  /** The owner for whom the wiring was plugged before; undefined: for none. */
  readonly before?: string | undefined;
  readonly meddling: readonly Meddling[];
}

/** Without VLAN devices for a kernel that has none. */
export function arbitrarySituation(hasVlans: boolean): fc.Arbitrary<Situation> {
  return arbitraryWiring(hasVlans).chain((wiring) =>
    fc.record({
      wiring: fc.constant(wiring),
      before: fc.constantFrom(undefined, OWNER, OWNER, OWNER, 'vif-2'),
      meddling: fc.array(arbitraryMeddling(namesIn(wiring), hasVlans), { maxLength: 3 }),
    }),
  );
}

function arbitraryWiring(hasVlans: boolean): fc.Arbitrary<Wiring> {
  const wirings = fc.constantFrom(...MTUS, undefined).chain((mtu) => {
    const { bridge, veth, tap, port, vlan, macvtap } = makersFor(mtu);
    const plain: fc.Arbitrary<Element>[][] = [
      [tap(undefined)],
      [bridge],
      [bridge, tap('br0')],
      [veth(undefined)],
      [bridge, veth('br0')],
      [bridge, port('eth0')],
      [macvtap('eth0')],
      [macvtap('eth1')],
    ];
    const tagged = [[vlan], [vlan, macvtap('eth0.7')], [bridge, vlan, port('eth0.7')]];
    return fc.oneof(...[...plain, ...(hasVlans ? tagged : [])].map((elements) => fc.tuple(...elements)));
  });
  return wirings;
}

/** The elements of one network. */
function makersFor(mtu: number | undefined) {
  const common = mtu === undefined ? {} : { mtu };
  const withMaster = (master: string | undefined) => (master === undefined ? {} : { master });
  return {
    bridge: fc
      .record({ stp: fc.boolean(), shared: fc.boolean(), arpIgnore: fc.constantFrom(0, 1) })
      .map((values): Element => ({ kind: 'bridge', name: 'br0', ...common, ...values })),
    tap: (master: string | undefined) =>
      fc
        .record({ multiQueue: fc.boolean() })
        .map((values): Element => ({ kind: 'tap', name: 'tap0', ...common, ...withMaster(master), ...values })),
    veth: (master: string | undefined) =>
      fc
        .record({ promiscuous: fc.boolean() })
        .map(
          (values): Element => ({ kind: 'veth', name: 'v0', peer: 'v1', ...common, ...withMaster(master), ...values }),
        ),
    port: (name: string) =>
      fc
        .record({ shared: fc.boolean(), optional: fc.boolean() })
        .map((values): Element => ({ kind: 'port', name, bridge: 'br0', ...common, ...values })),
    vlan: fc
      .record({ lower: fc.constantFrom(...NICS), shared: fc.boolean() })
      .map((values): Element => ({ kind: 'vlan', name: 'eth0.7', id: 7, ...common, ...values })),
    macvtap: (lower: string) =>
      fc
        .record({ mode: fc.constantFrom(...MACVTAP_MODES), mac: fc.constantFrom(...MACS), lowerUp: fc.boolean() })
        .map((values): Element => ({ kind: 'macvtap', name: 'm0', lower, ...common, ...values })),
  };
}

/** The devices that the wiring is about, the NICs, and names that others use. */
function namesIn(wiring: Wiring): string[] {
  const own = wiring.flatMap((element) => (element.kind === 'veth' ? [element.name, element.peer] : [element.name]));
  return [...own, ...own, ...NICS, 'other0'];
}

export function arbitraryMeddling(names: readonly string[], hasVlans: boolean): fc.Arbitrary<Meddling> {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, value);
  const settings = fc.record(
    {
      mtu: fc.constantFrom(...MTUS),
      up: fc.boolean(),
      mac: fc.constantFrom(...MACS),
      alias: fc.constantFrom('', '', `os-vif:${OWNER}`, 'os-vif:vif-2', 'os-vif:shared', 'theirs'),
    },
    { requiredKeys: [] },
  );
  const kinds = ['tap', 'bridge', 'veth', 'macvtap', 'nothing', 'nothing'] as const;
  return fc.record({
    name: fc.constantFrom(...names),
    settings,
    master: optional(fc.constantFrom('br0', 'other0', '')),
    arpIgnore: optional(fc.constantFrom('0', '1')),
    instead: optional(
      fc.record({
        kind: fc.constantFrom(...kinds, ...(hasVlans ? (['vlan', 'vlan'] as const) : [])),
        other: fc.constantFrom(...NICS, 'other0', 'v0', 'v1'),
        id: fc.constantFrom(7, 8),
        protocol: fc.constantFrom('802.1Q', '802.1Q', '802.1ad'),
      }),
    ),
  });
}

/** Two NICs that are up, and a bridge of another program. */
export async function addNics(host: Host): Promise<void> {
  for (const name of NICS)
    await host.links.create({ kind: 'veth', name, up: true, peer: { name: `far-${name}`, up: true } });
  await host.links.create({ kind: 'bridge', name: 'other0', up: true });
}

/** What the kernel refuses is left out. */
export async function meddle(host: Host, { name, settings, master, arpIgnore, instead }: Meddling): Promise<void> {
  const { links, sysctl } = host;
  if (instead !== undefined) await replace(host, name, instead);
  const link = await links.get(name);
  if (link === undefined) return;
  await links.change(link.index, settings).catch(() => undefined);
  const bridge = master ? await links.get(master) : undefined;
  if (master !== undefined) await links.change(link.index, { master: bridge?.index ?? 0 }).catch(() => undefined);
  if (arpIgnore !== undefined) await sysctl.set(`net/ipv4/conf/${name}/arp_ignore`, arpIgnore);
}

async function replace({ links }: Host, name: string, { kind, other, id, protocol }: Replacement): Promise<void> {
  const link = await links.get(name);
  if (link !== undefined && !NICS.includes(name)) await links.delete(link.index);
  const lower = (await links.get(other))?.index ?? 0;
  const made: Readonly<Record<Replacement['kind'], NewLink | undefined>> = {
    tap: { kind: 'tap', name },
    bridge: { kind: 'bridge', name },
    veth: { kind: 'veth', name, peer: { name: other === name ? 'far' : other } },
    macvtap: { kind: 'macvtap', name, lower, macvtap: { mode: 'bridge' } },
    vlan: { kind: 'vlan', name, lower, vlan: { id, protocol } },
    nothing: undefined,
  };
  const instead = made[kind];
  if (instead !== undefined) await links.create(instead).catch(() => undefined);
}
