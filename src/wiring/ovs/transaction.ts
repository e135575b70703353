/** Handles adjacent elements of Open vSwitch's database together, in one transaction. */

import { OvsDatapathError, OvsdbTimeoutError, OvsPortError } from '../../errors/ovs.ts';
import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import { listed } from '../../text/bounds.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import type { Adopted, ElementContext, ElementDrift, UndoContext } from '../elements/verbs.ts';
import { untilInstalled } from './await-ovn.ts';
import { ifaceIdConflicts } from './interface-ids.ts';
import type { OvsPart } from './ovs-part.ts';
import type { OvsOwner } from './ovs-verbs.ts';
import { joinedRows, removalOf, taggedRows } from './owned-rows.ts';
import { obsoleteDevices, obsoleteDrifts, plugEdits } from './plug-edits.ts';
import { undoOf } from './undo.ts';

/** Time limit of a roll-back after a plug that got no answer, in ms. */
const UNSURE_UNDO_TIMEOUT_MS = 1_000;

/**
 * Makes the database agree with the elements, then waits until ovs-vswitchd has opened the awaited ports and
 * bridges.
 * @param wiring the parts of the whole wiring. Rows of this VIF that belong to none of these parts are
 *   removed
 */
export async function ensureOvs(
  parts: readonly OvsPart[],
  context: UndoContext,
  wiring: readonly OvsPart[] = parts,
): Promise<void> {
  const { ovsdb } = context.host;
  const owner = ownerOfParts(wiring, context);
  /** The undo of each transaction that was carried out, or may have been carried out. */
  const undos: ReturnType<typeof undoOf>[] = [];
  let undo: ReturnType<typeof undoOf> | undefined;
  let [isMade, isUndoable] = [false, false];
  let obsolete: string[] = [];
  const takeBack = async (): Promise<void> => {
    for (const each of undos.toReversed()) await ovsdb.change(each, isMade ? {} : { timeout: UNSURE_UNDO_TIMEOUT_MS });
  };
  const decide = (view: OvsdbView) => {
    const edits = plugEdits(parts, view, owner);
    // After a lost connection, the function runs again and may find no obsolete device. The earlier names are
    // kept.
    obsolete = [...new Set([...obsolete, ...obsoleteDevices(edits, view, owner)])];
    undo = undoOf(edits, view);
    return edits;
  };
  const onSend = () => {
    if (undo) undos.push(undo);
    if (!isUndoable) context.undoable(takeBack);
    isUndoable = true;
  };
  const onRefused = () => void undos.pop();
  const edits = await ovsdb.change(decide, { signal: context.signal, onSend, onRefused });
  isMade = true;
  for (const name of obsolete) context.onObsoletePort?.(name);
  await untilWorking(parts, edits, context);
}

function ownerOfParts(wiring: readonly OvsPart[], { owner }: ElementContext): OvsOwner {
  const ifaceIds = wiring.map(({ ifaceId }) => ifaceId).filter((ifaceId) => ifaceId !== undefined);
  return {
    id: owner,
    names: new Set(wiring.flatMap(({ names }) => names)),
    ifaceIds: new Set(ifaceIds.map(canonicalUuid)),
  };
}

async function untilWorking(
  parts: readonly OvsPart[],
  edits: readonly OvsdbEdit[],
  context: ElementContext,
): Promise<void> {
  const { for: waitFor, ovnTimeout } = context.waits ?? { for: 'port', ovnTimeout: 0 };
  if (waitFor === 'none') return;
  const added = new Set(edits.map((edit) => (edit.edit.startsWith('add-') && 'name' in edit ? edit.name : undefined)));
  const awaited = parts.map((part) => part.awaited());
  for (const { newBridge } of awaited)
    if (newBridge !== undefined && added.has(newBridge)) await untilOpen(newBridge, true, context);
  for (const { port } of awaited) {
    if (port === undefined) continue;
    await untilOpen(port, added.has(port), context);
    await keepUp(port, context);
  }
  if (waitFor !== 'ovn-installed') return;
  for (const { boundPort } of awaited)
    if (boundPort !== undefined) await untilInstalled({ port: boundPort }, { ...context, timeout: ovnTimeout });
}

/**
 * Sets the device of the port up if ovs-vswitchd has set it down. ovs-vswitchd reads the flags of a device,
 * adds PROMISC and writes them back. For a new device that has the name of an earlier device, ovs-vswitchd
 * may read the flags before the device is up, and write them afterwards. This work is done when the port is
 * open.
 */
async function keepUp(port: string, { host: { links } }: ElementContext): Promise<void> {
  const link = await links.get(port);
  if (link?.up === false) await links.change(link.index, { up: true });
}

/**
 * Waits until ovs-vswitchd has opened the port.
 * @throws OvsPortError with the message of ovs-vswitchd, also at the deadline if there is a message
 */
async function untilOpen(port: string, isNew: boolean, { host: { ovsdb }, signal }: ElementContext): Promise<void> {
  let said: string | undefined;
  const look = (view: OvsdbView) => {
    said = view.interface(port)?.error;
    return isOpen(port, view, isNew);
  };
  try {
    await ovsdb.waitFor(`waiting for ovs-vswitchd to open port ${port}`, look, { signal });
  } catch (error) {
    if (error instanceof OvsdbTimeoutError && said !== undefined) throw new OvsPortError(port, said, { cause: error });
    throw error;
  }
}

/**
 * Removes the rows that the elements describe, and every row that has the tag of this owner.
 * Rows of other owners stay.
 */
export async function removeOvs(
  parts: readonly OvsPart[],
  context: ElementContext,
  wiring: readonly OvsPart[] = parts,
): Promise<void> {
  const owner = ownerOfParts(wiring, context);
  let obsolete: string[] = [];
  const decide = (view: OvsdbView) => {
    const rows = joinedRows(taggedRows(view, owner), ...parts.map((part) => part.rows(view, owner)));
    const edits = removalOf(rows, view, owner);
    // After a lost connection, the function runs again and may find no obsolete device. The earlier names are
    // kept.
    obsolete = [...new Set([...obsolete, ...obsoleteDevices(edits, view, owner)])];
    return edits;
  };
  await context.host.ovsdb.change(decide, { signal: context.signal });
  for (const name of obsolete) context.onObsoletePort?.(name);
}

/** Tags the rows of the elements that have no owner. Resolves to each row with the label of its element. */
export async function adoptOvs(
  parts: readonly OvsPart[],
  context: ElementContext,
  { wiring, dryRun }: { readonly wiring: readonly OvsPart[]; readonly dryRun: boolean },
): Promise<Adopted[]> {
  const { ovsdb } = context.host;
  const owner = ownerOfParts(wiring, context);
  const adopted = new Map<string, Adopted>();
  const decide = (view: OvsdbView) =>
    parts.flatMap((part) => {
      const edits = part.adopt(view, owner);
      // After a lost connection, the function runs again and may find these rows tagged.
      for (const { name } of edits) adopted.set(`${part.label} ${name}`, { element: part.label, on: name });
      return edits;
    });
  if (dryRun) decide(await ovsdb.view({ signal: context.signal }));
  else if (parts.length > 0) await ovsdb.change(decide, { signal: context.signal });
  return [...adopted.values()];
}

export async function inspectOvs(
  parts: readonly OvsPart[],
  context: ElementContext,
  wiring: readonly OvsPart[] = parts,
): Promise<ElementDrift[]> {
  const owner = ownerOfParts(wiring, context);
  const view = await context.host.ovsdb.view({ signal: context.signal });
  const drifts = parts.flatMap((part) => part.inspect(view, owner).map((drift) => ({ element: part.label, ...drift })));
  // Only the first step of a wiring reports these drifts.
  if (parts[0] !== wiring[0]) return drifts;
  const element = (wiring.find(({ ifaceId }) => ifaceId !== undefined) ?? parts[0])?.label ?? '';
  const conflicts = ifaceIdConflicts(view, owner).map((conflict) => ({ element, ...conflict }));
  return [...drifts, ...conflicts, ...obsoleteDrifts(view, owner)];
}

/**
 * Whether the port is open.
 * @throws OvsPortError with the message of ovs-vswitchd if a new port has failed
 */
function isOpen(port: string, view: OvsdbView, isNew: boolean): true | undefined {
  const found = view.interface(port);
  const bridge = view.bridge(view.port(port)?.bridge ?? '');
  const { datapathTypes } = view.system;
  if (bridge && datapathTypes.length > 0 && !datapathTypes.includes(bridge.datapathType || 'system')) {
    const module = bridge.datapathType === 'netdev' ? '' : '; check that its kernel module is loaded';
    throw new OvsDatapathError(
      `bridge ${bridge.name} has datapath type "${bridge.datapathType || 'system'}", but this ovs-vswitchd has only ${listed(datapathTypes)}${module}`,
    );
  }
  // The transaction of this plug has found or made the port.
  if (found === undefined) throw new OvsPortError(port, 'another program has removed the port');
  // The error of an existing port may be older than the device of the port.
  if (found.error !== undefined && isNew) throw new OvsPortError(port, found.error);
  return found.ofport !== undefined && found.ofport >= 0 ? true : undefined;
}
