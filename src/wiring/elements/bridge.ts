/** A Linux bridge. */

import { isKernelError } from '../../errors/kernel.ts';
import { requireNewLink } from '../../host-contract/link-values.ts';
import type { BridgeSettings } from '../../host-contract/links.ts';
import { adoptableLinks } from '../devices/adoptable.ts';
import { type DesiredLink, isOurs } from '../devices/desired-link.ts';
import { ensureLink, inspectLink, removeLink } from '../devices/link.ts';
import { groupOf, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

export interface BridgeElement extends BridgeSettings {
  readonly kind: 'bridge';
  readonly name: string;
  /** Bytes. */
  readonly mtu?: number;
  /**
   * Used by several VIFs, so an unplug keeps the bridge. A plug sets a bridge of another program up and
   * changes no other setting of that bridge.
   */
  readonly shared?: boolean;
  /** The host has no IPv6 address on the bridge, also no link-local address (Launchpad bug 1302080). */
  readonly disableIpv6?: boolean;
  /**
   * The sysctl arp_ignore of the bridge (kernel: ip-sysctl.rst). With 1, the host answers only ARP requests
   * for addresses of the bridge itself.
   */
  readonly arpIgnore?: number;
  /**
   * The sysctl arp_announce of the bridge. With 2, ARP requests of the host always carry the best local
   * address.
   */
  readonly arpAnnounce?: number;
}

export const bridge = defineElement<BridgeElement>({
  kind: 'bridge',

  validate(element) {
    requireNewLink(desiredBridge(element).link);
  },

  async ensure(element, context) {
    await ensureLink({ ...desiredBridge(element), beforeUp: (made) => ensureSysctls(element, made, context) }, context);
  },

  remove: (element, context) => removeLink(desiredBridge(element), context),

  async inspect(element, context) {
    const desired = desiredBridge(element);
    const [found, link] = await Promise.all([inspectLink(desired, context), context.host.links.get(element.name)]);
    // A plug sets sysctls only on a bridge of this library.
    const isOwn = link?.kind === 'bridge' && isOurs(link, desired, context);
    return isOwn ? [...found, ...(await inspectSysctls(element, context))] : found;
  },

  adoptable: (element, context) => adoptableLinks(desiredBridge(element), context),

  draw({ name, mtu, shared, stp, vlanFiltering }) {
    const facts = [...mtuFact(mtu), ...(stp ? ['STP'] : []), ...(vlanFiltering ? ['filters VLANs'] : [])];
    return { nodes: [{ place: 'bridge', name, group: groupOf(shared), facts }] };
  },
});

function desiredBridge({
  kind,
  name,
  mtu,
  shared,
  ageingTime,
  stp,
  forwardDelay,
  multicastSnooping,
  vlanFiltering,
}: BridgeElement): DesiredLink {
  const settings = { ageingTime, stp, forwardDelay, multicastSnooping, vlanFiltering };
  const bridge = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { link: { kind, name, up: true, ...(mtu !== undefined && { mtu }), bridge }, shared };
}

/**
 * Sets the sysctls before the bridge is up: the kernel adds the link-local address when the bridge comes up.
 */
async function ensureSysctls(element: BridgeElement, made: boolean, context: UndoContext): Promise<void> {
  const ensure = made ? setSysctl : ensureSysctl;
  // The function waits for all sysctls, so that no change still runs during a roll-back.
  const outcomes = await Promise.allSettled(sysctlsOf(element).map(([key, value]) => ensure(key, value, context)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function ensureSysctl(key: string, value: string, context: UndoContext): Promise<void> {
  const before = await context.host.sysctl.get(key);
  if (before === undefined || before === value) return;
  await setSysctl(key, value, context);
  context.undoable(() => setSysctl(key, before, context));
}

/** Sets a sysctl. A missing file is ignored: a kernel without IPv6 and a deleted bridge have no such file. */
async function setSysctl(key: string, value: string, { host: { sysctl } }: ElementContext): Promise<void> {
  try {
    await sysctl.set(key, value);
  } catch (error) {
    if (!isKernelError(error, 'ENOENT')) throw error;
  }
}

async function inspectSysctls(element: BridgeElement, { host: { sysctl } }: ElementContext): Promise<Drift[]> {
  const drifts = sysctlsOf(element).map(async ([property, want]): Promise<Drift[]> => {
    const have = await sysctl.get(property);
    return have === undefined || have === want ? [] : [{ type: 'differs', on: element.name, property, want, have }];
  });
  return (await Promise.all(drifts)).flat();
}

function sysctlsOf({ name, disableIpv6, arpIgnore, arpAnnounce }: BridgeElement): [string, string][] {
  const sysctls: [string, string][] = [];
  if (disableIpv6 !== undefined) sysctls.push([`net/ipv6/conf/${name}/disable_ipv6`, disableIpv6 ? '1' : '0']);
  if (arpIgnore !== undefined) sysctls.push([`net/ipv4/conf/${name}/arp_ignore`, String(arpIgnore)]);
  if (arpAnnounce !== undefined) sysctls.push([`net/ipv4/conf/${name}/arp_announce`, String(arpAnnounce)]);
  return sysctls;
}
