/**
 * The edits of a plug: the edits of the elements, and the edits that remove rows of an earlier wiring of the
 * VIF.
 */

import { NotOwnedError } from '../../errors/link.ts';
import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import type { ElementDrift } from '../elements/verbs.ts';
import { ifaceIdConflicts } from './interface-ids.ts';
import type { OvsPart } from './ovs-part.ts';
import type { OvsOwner } from './ovs-verbs.ts';
import { obsoleteRows, removalOf, taggedRows } from './owned-rows.ts';

/**
 * Returns the edits of a plug. Obsolete ports are removed first and obsolete bridges last, because a port may
 * move from one bridge to another.
 */
export function plugEdits(parts: readonly OvsPart[], view: OvsdbView, owner: OvsOwner): OvsdbEdit[] {
  const edits = removalOf({ ports: obsoleteRows(view, owner).ports }, view, owner);
  for (const part of parts) edits.push(...part.ensure(view, owner, edits));
  const [conflict] = ifaceIdConflicts(view, owner);
  if (conflict !== undefined) throw new NotOwnedError(`ovs-port ${conflict.on}: ${conflict.reason}`);
  return [...edits, ...bridgeRemoval(edits, view, owner)];
}

/** Returns the edits that remove obsolete bridges. Rows that the transaction already removes are left out. */
function bridgeRemoval(before: readonly OvsdbEdit[], view: OvsdbView, owner: OvsOwner): OvsdbEdit[] {
  const bridges = taggedRows(view, owner).bridges.filter((name) => !owner.names.has(name));
  if (bridges.length === 0) return [];
  const ports = before.flatMap((edit) => (edit.edit === 'remove-port' ? [edit.name] : []));
  const qos = new Set(before.map((edit) => (edit.edit === 'remove-qos' ? edit.uuid : undefined)));
  return removalOf({ ports, bridges }, view, owner).filter((edit) => {
    if (edit.edit === 'remove-port') return !ports.includes(edit.name);
    return edit.edit !== 'remove-qos' || !qos.has(edit.uuid);
  });
}

/** Lists the network devices whose ports the edits remove. Devices of the wiring are left out. */
export function obsoleteDevices(edits: readonly OvsdbEdit[], view: OvsdbView, { names }: OvsOwner): string[] {
  return edits.flatMap((edit) => {
    if (edit.edit !== 'remove-port' || names.has(edit.name)) return [];
    return view.interface(edit.name)?.type === '' ? [edit.name] : [];
  });
}

/** Lists the drifts of rows that a plug removes. */
export function obsoleteDrifts(view: OvsdbView, owner: OvsOwner): ElementDrift[] {
  const { ports, bridges } = obsoleteRows(view, owner);
  const drift = (kind: string, on: string, property: string, have: unknown): ElementDrift => ({
    element: `${kind} ${on}`,
    type: 'differs',
    on,
    property,
    want: undefined,
    have,
  });
  return [
    ...ports.map((name) => drift('ovs-port', name, 'bridge', view.port(name)?.bridge)),
    ...bridges.map((name) => drift('ovs-bridge', name, 'name', name)),
  ];
}
