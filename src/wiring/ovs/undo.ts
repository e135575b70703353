/** The undo of a transaction, computed from the rows before the transaction. */

import type { AddBridge, AddPort, OvsdbEdit, OvsdbView, OvsMap, OvsMapChange } from '../../host-contract/ovsdb.ts';

/**
 * Returns a function whose edits restore the rows of `before`. The function works for a database with the
 * edits of the transaction, and for a database without them.
 */
export function undoOf(edits: readonly OvsdbEdit[], before: OvsdbView): (view: OvsdbView) => OvsdbEdit[] {
  // The old rows are read now, because the view changes together with the database.
  const undoings = edits.map((edit) => undoing(edit, before)).reverse();
  return (view) => {
    const earlier: Earlier = { removedPorts: new Set(), addedBridges: new Set() };
    return undoings.flatMap((undo) => undo(view, earlier));
  };
}

/** The ports that the previous edits of the undo remove, and the bridges that they add. */
interface Earlier {
  readonly removedPorts: Set<string>;
  readonly addedBridges: Set<string>;
}

type Undoing = (view: OvsdbView, earlier: Earlier) => OvsdbEdit[];

const NOTHING: Undoing = () => [];

function undoing(edit: OvsdbEdit, before: OvsdbView): Undoing {
  switch (edit.edit) {
    case 'add-bridge':
      return unlessUsed(edit);
    case 'add-port':
      return (view, { removedPorts }) => {
        const port = view.port(edit.name);
        if (!port || !carries(port, edit.externalIds)) return [];
        removedPorts.add(edit.name);
        return [{ edit: 'remove-port', name: edit.name }];
      };
    case 'add-qos':
      return (view) => {
        const qos = view.qos(view.port(edit.port)?.qos ?? '');
        return qos && carries(qos, edit.externalIds) ? [{ edit: 'remove-qos', uuid: qos.uuid }] : [];
      };
    case 'remove-port':
      return bringBack(edit.name, before);
    case 'set-bridge': {
      const { name, externalIds } = edit;
      const old = changeBack(externalIds, before.bridge(name)?.externalIds);
      return (view) => (view.bridge(name) ? [{ edit: 'set-bridge', name, externalIds: old }] : []);
    }
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
    case 'remove-bridge':
      return bringBackBridge(edit.name, before);
    // The undo of the port restores the QoS row that the port used.
    case 'remove-qos':
      return NOTHING;
  }
}

/** Whether the row has these external_ids. If not, another program made the row. */
function carries(row: { readonly externalIds: OvsMap }, externalIds: OvsMap = {}): boolean {
  return Object.entries(externalIds).every(([key, value]) => row.externalIds[key] === value);
}

/** Returns the undo of a new bridge. The bridge stays if another program has added ports to it. */
function unlessUsed({ name, externalIds }: AddBridge): Undoing {
  return (view, { removedPorts }) => {
    const bridge = view.bridge(name);
    if (!bridge || !carries(bridge, externalIds)) return [];
    const isUsed = [...view.ports(name)].some((port) => port.name !== name && !removedPorts.has(port.name));
    return isUsed ? [] : [{ edit: 'remove-bridge', name }];
  };
}

function bringBack(name: string, before: OvsdbView): Undoing {
  const port = before.port(name);
  const found = before.interface(name);
  const bridge = port?.bridge;
  if (!port || bridge === undefined) return NOTHING;
  const { tag, vlanMode, trunks, externalIds } = port;
  const qos = port.qos === undefined ? undefined : before.qos(port.qos);
  const { type, options, externalIds: interfaceIds, mtuRequest } = found ?? {};
  const add: AddPort = {
    edit: 'add-port',
    bridge,
    name,
    tag,
    vlanMode,
    trunks,
    externalIds,
    interface: { type, options, externalIds: interfaceIds, mtuRequest },
  };
  return (view, { removedPorts, addedBridges }) => {
    if (!view.bridge(bridge) && !addedBridges.has(bridge)) return [];
    if (view.port(name) && !removedPorts.has(name)) return [];
    if (qos === undefined) return [add];
    if (view.qos(qos.uuid)) return [{ ...add, qos: qos.uuid }];
    return [add, { edit: 'add-qos', port: name, type: qos.type, externalIds: qos.externalIds }];
  };
}

function bringBackBridge(name: string, before: OvsdbView): Undoing {
  const bridge = before.bridge(name);
  if (bridge === undefined) return NOTHING;
  const { datapathType, externalIds } = bridge;
  return (view, { addedBridges }) => {
    if (view.bridge(name)) return [];
    addedBridges.add(name);
    return [{ edit: 'add-bridge', name, datapathType, externalIds }];
  };
}

function changeBack(change: OvsMapChange | undefined, old: OvsMap = {}): OvsMapChange | undefined {
  return change && Object.fromEntries(Object.keys(change).map((key) => [key, old[key] ?? null]));
}
