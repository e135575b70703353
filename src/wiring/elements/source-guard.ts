/** A guard on the device of a guest: the guest can send frames only from its own addresses. */

import { NotOwnedError } from '../../errors/link.ts';
import { canonicalGuard, guardDifferences, guardTitle } from '../../host-contract/guards/canonical-guard.ts';
import type { SourceGuard, SourceGuardState } from '../../host-contract/guards/source-guards.ts';
import type { DrawnNode } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift } from './verbs.ts';

/** A guard of the source addresses of a guest (docs/source-guard.md). */
export interface SourceGuardElement extends Omit<SourceGuard, 'device' | 'owner'> {
  readonly kind: 'source-guard';
  /** Name of the device. */
  readonly name: string;
  /** Mode `mac` stands in for `mac-and-ip`, because the VIF has no IP addresses. Default: false. */
  readonly lacksAddresses?: boolean;
}

export const sourceGuard = defineElement<SourceGuardElement>({
  kind: 'source-guard',

  validate(element) {
    canonicalGuard(guardOf(element, 'owner'));
  },

  async ensure(element, { host: { guards }, owner, undoable }) {
    const wanted = guardOf(element, owner);
    const before = await guards.get(element.name);
    const reason = claimOn(before, owner);
    if (reason !== undefined) throw new NotOwnedError(reason);
    if (before !== undefined && differencesOf(wanted, before).length === 0) return;
    await guards.set(wanted);
    undoable(() => (before === undefined ? guards.delete(wanted) : guards.set(before)));
  },

  async remove({ name }, { host: { guards }, owner }) {
    const present = await guards.get(name);
    if (present?.owner === owner) await guards.delete(present);
  },

  async inspect(element, { host: { guards }, owner }) {
    const on = guardTitle(element.name);
    const have = await guards.get(element.name);
    const reason = claimOn(have, owner);
    if (reason !== undefined) return [{ type: 'conflict', on, reason }];
    return have === undefined ? [{ type: 'missing', on }] : differencesOf(guardOf(element, owner), have);
  },

  notes({ lacksAddresses }) {
    return lacksAddresses ? ['compares the MAC address only, because the VIF has no IP addresses'] : [];
  },

  draw({ name, mode, addresses, lacksAddresses }) {
    const facts = mode === 'mac' ? ['MAC address only'] : ['MAC address', ...addresses];
    if (lacksAddresses) facts.push('the VIF has no IP addresses');
    const guard: DrawnNode = { place: 'filter', name: guardTitle(name), group: 'own', facts };
    return { nodes: [guard], edges: [{ from: { place: 'device', name }, to: guard, kind: 'governs' }] };
  },
});

function guardOf({ kind: _, name, lacksAddresses: __, ...settings }: SourceGuardElement, owner: string): SourceGuard {
  return { ...settings, device: name, owner };
}

/** Returns the reason why the guard cannot be set: the device has a guard of another VIF. */
function claimOn(have: SourceGuardState | undefined, owner: string): string | undefined {
  if (have === undefined || have.owner === owner) return undefined;
  return `${have.device} has a source guard of VIF ${have.owner}; unplug that VIF, or collect the garbage`;
}

function differencesOf(wanted: SourceGuard, have: SourceGuardState): Drift[] {
  const on = guardTitle(wanted.device);
  return guardDifferences(wanted, have).map((difference) => ({ type: 'differs', on, ...difference }));
}
