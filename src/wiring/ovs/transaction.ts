/** Works on neighbouring elements of Open vSwitch's database together: one transaction for all of them. */

import { OvsDatapathError, OvsdbTimeoutError, OvsPortError } from '../../errors/ovs.ts';
import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import { listed } from '../../text/bounds.ts';
import type { Drift, ElementContext, UndoContext } from '../elements/verbs.ts';
import type { OvsVerbs } from './ovs-verbs.ts';
import { undoOf } from './undo.ts';

/** An element with the verbs of its kind. */
export interface OvsPart {
  validate(): void;
  ensure(view: OvsdbView, owner: string): OvsdbEdit[];
  remove(view: OvsdbView, owner: string): OvsdbEdit[];
  inspect(view: OvsdbView, owner: string): Drift[];
  awaited(): string[];
}

export function ovsPart<E>(verbs: OvsVerbs<E>, element: E): OvsPart {
  return {
    validate: () => verbs.validate(element),
    ensure: (view, owner) => verbs.ensure(element, view, owner),
    remove: (view, owner) => verbs.remove(element, view, owner),
    inspect: (view, owner) => verbs.inspect(element, view, owner),
    awaited: () => verbs.awaited?.(element) ?? [],
  };
}

/** ms that a roll-back may take after a plug that got no answer. */
const UNSURE_UNDO_TIMEOUT_MS = 1_000;

/** Makes the database agree with the elements, then waits until ovs-vswitchd has opened the ports that are to be awaited. */
export async function ensureOvs(parts: readonly OvsPart[], context: UndoContext): Promise<void> {
  const { ovsdb } = context.host;
  /** What takes back each transaction that was carried out, or may have been. */
  const undos: ReturnType<typeof undoOf>[] = [];
  let undo: ReturnType<typeof undoOf> | undefined;
  let [isMade, isUndoable] = [false, false];
  const takeBack = async (): Promise<void> => {
    for (const each of undos.toReversed()) await ovsdb.change(each, isMade ? {} : { timeout: UNSURE_UNDO_TIMEOUT_MS });
  };
  const decide = (view: OvsdbView) => {
    const edits = parts.flatMap((part) => part.ensure(view, context.owner));
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
  const added = new Set(edits.map((edit) => (edit.edit === 'add-port' ? edit.name : undefined)));
  for (const port of parts.flatMap((part) => part.awaited())) {
    await untilOpen(port, added.has(port), context);
    await keepUp(port, context);
  }
}

/**
 * ovs-vswitchd reads a device's flags, adds PROMISC and writes them back. Where it still has an earlier device of this name in mind, it can
 * do so while this one is just set up, and take it down again; with the port open it is through with that.
 */
async function keepUp(port: string, { host: { links } }: ElementContext): Promise<void> {
  const link = await links.get(port);
  if (link?.up === false) await links.change(link.index, { up: true });
}

/** @throws OvsPortError with the words of ovs-vswitchd, also at the deadline when it has said any */
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

/** Removes what the elements describe and this owner has; what is another's is an error, and does not keep the rest. */
export async function removeOvs(parts: readonly OvsPart[], context: ElementContext): Promise<void> {
  let failures: unknown[] = [];
  await context.host.ovsdb.change(
    (view) => {
      failures = [];
      return parts.toReversed().flatMap((part) => {
        try {
          return part.remove(view, context.owner);
        } catch (error) {
          failures.push(error);
          return [];
        }
      });
    },
    { signal: context.signal },
  );
  const [first] = failures;
  if (failures.length === 1) throw first;
  if (failures.length > 1) throw new AggregateError(failures, listed(failures.map(String), '; '));
}

export async function inspectOvs(parts: readonly OvsPart[], context: ElementContext): Promise<Drift[]> {
  const view = await context.host.ovsdb.view({ signal: context.signal });
  return parts.flatMap((part) => part.inspect(view, context.owner));
}

/** @throws OvsPortError with ovs-vswitchd's words once it has given up */
function isOpen(port: string, view: OvsdbView, isNew: boolean): true | undefined {
  const found = view.interface(port);
  const bridge = view.bridge(view.port(port)?.bridge ?? '');
  const { datapathTypes } = view.system;
  if (bridge && datapathTypes.length > 0 && !datapathTypes.includes(bridge.datapathType || 'system')) {
    const module = bridge.datapathType === 'netdev' ? '' : '; is its kernel module loaded?';
    throw new OvsDatapathError(
      `bridge ${bridge.name} has datapath type "${bridge.datapathType || 'system'}", and this ovs-vswitchd has ${listed(datapathTypes)} alone${module}`,
    );
  }
  // An error of a port that was there before may be one that it had before its device was made.
  if (found?.error !== undefined && isNew) throw new OvsPortError(port, found.error);
  return found?.ofport !== undefined && found.ofport >= 0 ? true : undefined;
}
