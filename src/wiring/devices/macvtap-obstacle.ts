/**
 * The reasons why the kernel refuses a macvtap device. drivers/net/macvlan.c reports most of them as EINVAL
 * or EBUSY, without a text.
 */

import type { Link, LinkSettings, MacvtapMode } from '../../host-contract/links.ts';
import type { ElementContext } from '../elements/verbs.ts';
import type { Obstacle } from './desired-link.ts';
import { mtuObstacle } from './lower-device.ts';

/**
 * The kinds of masters that receive all frames of their ports. The kernel refuses a macvtap device on such a
 * port (netdev_rx_handler_register()).
 */
const RECEIVING_MASTERS: ReadonlySet<string> = new Set(['bridge', 'bond', 'team', 'openvswitch']);

/** Whether the device is a macvtap or macvlan device. The kernel applies the same rules to both kinds. */
export function isMacvlan({ kind }: Link): boolean {
  return kind === 'macvtap' || kind === 'macvlan';
}

/** The properties of an element that the rules of the kernel depend on. */
interface Wanted {
  readonly name: string;
  readonly mode: MacvtapMode;
  readonly mac?: string;
}

export async function findMacvtapObstacle(
  { name, mode, mac }: Wanted,
  lower: Link,
  asked: LinkSettings,
  have: Link | undefined,
  { host }: ElementContext,
): Promise<Obstacle | undefined> {
  const all = await host.links.list();
  const others = all.filter((link) => isMacvlan(link) && link.lower === lower.index && link.name !== name);
  const master = all.find(({ index }) => index === lower.master);
  return (
    (have === undefined ? (portObstacle(name, lower, master) ?? modeObstacle(name, mode, lower, others)) : undefined) ??
    mtuObstacle(name, asked.mtu, lower) ??
    (mode === 'passthru'
      ? undefined
      : macObstacle(name, asked.mac ?? (asked.up ? mac : undefined), [lower, ...others.filter(({ up }) => up)]))
  );
}

function portObstacle(name: string, lower: Link, master: Link | undefined): Obstacle | undefined {
  if (master === undefined || !RECEIVING_MASTERS.has(master.kind)) return undefined;
  const reason = `${lower.name} is a port of ${master.name}, so it cannot be the lower device of ${name}; use ${master.name} or another device`;
  return { on: lower.name, reason };
}

/** Kernel: macvlan_common_newlink(). A device in mode passthru is the only one on its lower device. */
function modeObstacle(name: string, mode: MacvtapMode, lower: Link, others: readonly Link[]): Obstacle | undefined {
  const other = mode === 'passthru' ? others[0] : others.find((link) => link.macvtap?.mode === 'passthru');
  if (other === undefined) return undefined;
  const alone = mode === 'passthru' ? name : other.name;
  const reason = `${lower.name} already has the device ${other.name}, and ${alone} needs exclusive use of ${lower.name} (mode passthru); use another device`;
  return { on: other.name, reason };
}

/**
 * Kernel: macvlan_open() and macvlan_set_mac_address(). All devices on a lower device have different MAC
 * addresses.
 */
function macObstacle(name: string, mac: string | undefined, others: readonly Link[]): Obstacle | undefined {
  const other = others.find((link) => link.mac === mac?.toLowerCase());
  if (other === undefined) return undefined;
  const reason = `${other.name} already has the MAC address ${other.mac}; give ${name} another one, or remove ${other.name}`;
  return { on: other.name, reason };
}
