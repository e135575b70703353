/** What takes the edits of a transaction back, worked out from the rows as they were before it. */

import type { AddBridge, OvsdbEdit, OvsdbView, OvsMap, OvsMapChange } from '../../host-contract/ovsdb.ts';

/** Gives the edits that bring back the rows of `before`, in a database where the edits were made, or were not. */
export function undoOf(edits: readonly OvsdbEdit[], before: OvsdbView): (view: OvsdbView) => OvsdbEdit[] {
  // Looked up now: the view goes on with the database.
  const undoings = edits.map((edit) => undoing(edit, before)).reverse();
  return (view) => {
    const removed = new Set<string>();
    return undoings.flatMap((undo) => undo(view, removed));
  };
}

/** `removed`: the ports that undoings before this one remove. */
type Undoing = (view: OvsdbView, removed: Set<string>) => OvsdbEdit[];

const NOTHING: Undoing = () => [];

function undoing(edit: OvsdbEdit, before: OvsdbView): Undoing {
  switch (edit.edit) {
    case 'add-bridge':
      return unlessUsed(edit);
    case 'add-port':
      return (view, removed) => {
        const port = view.port(edit.name);
        if (!port || !carries(port, edit.externalIds)) return [];
        removed.add(edit.name);
        return [{ edit: 'remove-port', name: edit.name }];
      };
    case 'add-qos':
      return (view) => {
        const qos = view.qos(view.port(edit.port)?.qos ?? '');
        return qos && carries(qos, edit.externalIds) ? [{ edit: 'remove-qos', uuid: qos.uuid }] : [];
      };
    case 'remove-port':
      return bringBack(edit.name, before);
    case 'set-port': {
      const { name, externalIds } = edit;
      const old = changeBack(externalIds, before.port(name)?.externalIds);
      return (view) => (view.port(name) ? [{ edit: 'set-port', name, externalIds: old }] : []);
    }
    case 'set-interface': {
      const { name, type, options, externalIds, mtuRequest } = edit;
      const found = before.interface(name);
      const old: OvsdbEdit = {
        edit: 'set-interface',
        name,
        type: type === undefined ? undefined : found?.type,
        options: changeBack(options, found?.options),
        externalIds: changeBack(externalIds, found?.externalIds),
        mtuRequest: mtuRequest === undefined ? undefined : (found?.mtuRequest ?? null),
      };
      return (view) => (view.interface(name) ? [old] : []);
    }
    // A plug removes no bridge, and of the QoS rows only stale ones of its VIF.
    case 'remove-bridge':
    case 'remove-qos':
      return NOTHING;
  }
}

/** Where it does not, others have made a row of that name. */
function carries(row: { readonly externalIds: OvsMap }, externalIds: OvsMap = {}): boolean {
  return Object.entries(externalIds).every(([key, value]) => row.externalIds[key] === value);
}

/** A bridge that others put ports on in the meantime stays. */
function unlessUsed({ name, externalIds }: AddBridge): Undoing {
  return (view, removed) => {
    const bridge = view.bridge(name);
    if (!bridge || !carries(bridge, externalIds)) return [];
    const isUsed = [...view.ports(name)].some((port) => port.name !== name && !removed.has(port.name));
    return isUsed ? [] : [{ edit: 'remove-bridge', name }];
  };
}

function bringBack(name: string, before: OvsdbView): Undoing {
  const port = before.port(name);
  const found = before.interface(name);
  const bridge = port?.bridge;
  if (!port || bridge === undefined) return NOTHING;
  const { tag, vlanMode, trunks, externalIds } = port;
  const { type, options, externalIds: interfaceIds, mtuRequest } = found ?? {};
  const add: OvsdbEdit = {
    edit: 'add-port',
    bridge,
    name,
    tag,
    vlanMode,
    trunks,
    externalIds,
    interface: { type, options, externalIds: interfaceIds, mtuRequest },
  };
  return (view, removed) => (view.bridge(bridge) && (!view.port(name) || removed.has(name)) ? [add] : []);
}

function changeBack(change: OvsMapChange | undefined, old: OvsMap = {}): OvsMapChange | undefined {
  return change && Object.fromEntries(Object.keys(change).map((key) => [key, old[key] ?? null]));
}
