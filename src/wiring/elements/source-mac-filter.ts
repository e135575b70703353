/**
 * A filter on the lower device of guests, for a switch that sends frames back to the port from which they
 * came. The filter drops received frames whose source is a guest on the same device.
 */

import { NotOwnedError } from '../../errors/link.ts';
import type { SourceMacDrop, SourceMacDropState } from '../../host-contract/filters/packet-filters.ts';
import { requireMac } from '../../host-contract/link-values.ts';
import {
  drawnDevice,
  type ExistingDevice,
  findDevice,
  inspectMissing,
  lookForDevice,
  requireDevice,
} from '../devices/existing-device.ts';
import type { DrawnNode } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift, ElementContext } from './verbs.ts';

/**
 * A filter that drops received frames with the source address of a guest. The switch has sent such frames
 * back.
 */
export interface SourceMacFilterElement {
  readonly kind: 'source-mac-filter';
  /** The MAC address of the guest. */
  readonly name: string;
  /** The lower device of the guest's device. */
  readonly lower: ExistingDevice;
}

export const sourceMacFilter = defineElement<SourceMacFilterElement>({
  kind: 'source-mac-filter',

  validate({ name, lower }) {
    requireDevice(lower);
    requireMac('source-mac-filter', name);
  },

  async ensure(element, context) {
    const { ingress } = context.host;
    const lower = await findDevice(element.lower, context, `source-mac-filter ${element.name}`);
    const wanted = dropFor(element, lower.name, context);
    const all = await ingress.list();
    const reason = claimOnIt(wanted, all);
    if (reason !== undefined) throw new NotOwnedError(`source-mac-filter ${element.name}: ${reason}`);
    const own = all.filter(({ owner }) => owner === context.owner);
    for (const stale of own.filter((have) => differencesOf(wanted, have).length > 0)) {
      await ingress.delete(stale);
      context.undoable(() => ingress.create(stale));
    }
    if (own.some((have) => differencesOf(wanted, have).length === 0)) return;
    await ingress.create(wanted);
    context.undoable(() => ingress.delete(wanted));
  },

  async remove(_, { host: { ingress }, owner }) {
    const all = await ingress.list();
    for (const drop of all) if (drop.owner === owner) await ingress.delete(drop);
  },

  async inspect(element, context) {
    const lower = await lookForDevice(element.lower, context);
    const wanted = dropFor(element, lower?.name ?? '', context);
    const all = await context.host.ingress.list();
    const reason = claimOnIt(wanted, all);
    if (reason !== undefined) return [{ type: 'conflict', on: wanted.mac, reason }];
    const own = all.filter(({ owner }) => owner === context.owner);
    const missing =
      lower === undefined ? inspectMissing(element.lower, context, `source-mac-filter ${element.name}`) : [];
    if (own.length === 0) return [...missing, { type: 'missing', on: wanted.mac }];
    return [...missing, ...own.flatMap((have) => differencesOf(wanted, have))];
  },

  draw({ name, lower }) {
    const filter: DrawnNode = { place: 'filter', name, group: 'own', facts: ['does not come in from outside'] };
    return { nodes: [filter], edges: [{ from: drawnDevice(lower), to: filter, kind: 'governs' }] };
  },
});

function dropFor({ name }: SourceMacFilterElement, device: string, { owner }: ElementContext): SourceMacDrop {
  return { device, mac: name.toLowerCase(), owner };
}

/** Returns the reason why the filter cannot be made: another VIF has a filter for the same address. */
function claimOnIt({ device, mac, owner }: SourceMacDrop, all: readonly SourceMacDropState[]): string | undefined {
  const other = all.find((have) => have.device === device && have.mac === mac && have.owner !== owner);
  return (
    other &&
    `${device} already drops frames from this address for VIF ${other.owner}; unplug that VIF, or collect the garbage`
  );
}

function differencesOf(wanted: SourceMacDrop, have: SourceMacDropState): Drift[] {
  const pairs = [
    ['device', wanted.device, have.device],
    ['mac', wanted.mac, have.mac],
    ['active', true, have.active],
  ] as const;
  return pairs.flatMap(([property, want, found]) =>
    want === found ? [] : [{ type: 'differs', on: wanted.mac, property, want, have: found }],
  );
}
