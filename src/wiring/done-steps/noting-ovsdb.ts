/** A database of Open vSwitch that reports its changes as the steps of a plug or an unplug. */

import type {
  InterfaceValues,
  Ovsdb,
  OvsdbEdit,
  OvsdbView,
  OvsMap,
  OvsMapChange,
  PortValues,
} from '../../host-contract/ovsdb.ts';
import type { Change, Observations } from './observations.ts';

/** The same database. Each transaction is reported to `observations`. */
export function notingOvsdb(ovsdb: Ovsdb, observations: Observations): Ovsdb {
  return {
    view: (options) => ovsdb.view(options),
    waitFor: (what, find, options) => ovsdb.waitFor(what, find, options),
    changes: (since, options) => ovsdb.changes(since, options),
    close: () => ovsdb.close(),
    async change(decide, options) {
      // The function is called again if another client was faster. Only one of its results takes
      // effect.
      const decisions = new Map<readonly OvsdbEdit[], Note[]>();
      const remembered = (view: OvsdbView) => {
        const edits = decide(view);
        // The old rows are read now, because the view changes together with the database.
        decisions.set(edits, notesOf(edits, view));
        return edits;
      };
      const edits = await ovsdb.change(remembered, options);
      for (const note of decisions.get(edits) ?? []) note(observations);
      return edits;
    },
  };
}

/** Reports one change of a row. */
type Note = (observations: Observations) => void;

function notesOf(edits: readonly OvsdbEdit[], view: OvsdbView): Note[] {
  const namesIn = (kind: OvsdbEdit['edit']) =>
    new Set(edits.flatMap((edit) => (edit.edit === kind && 'name' in edit ? [edit.name] : [])));
  const [added, removed] = [namesIn('add-port'), namesIn('remove-port')];
  const notesOfOne = (edit: OvsdbEdit): Note[] => {
    switch (edit.edit) {
      case 'add-bridge':
        return [(observations) => observations.create(edit.name, 'ovs-bridge')];
      case 'remove-bridge':
        return [(observations) => observations.remove(edit.name, 'ovs-bridge')];
      case 'set-bridge':
        return changes(edit.name, mapChanges('externalIds', edit.externalIds, view.bridge(edit.name)?.externalIds));
      case 'add-port':
        return removed.has(edit.name) ? replacement(edit.name, edit.bridge, view) : [creation(edit.name)];
      case 'remove-port':
        return added.has(edit.name) ? [] : [(observations) => observations.remove(edit.name, 'ovs-port')];
      case 'set-port':
        return changes(edit.name, [
          ...valueChanges(edit, view.port(edit.name), ['tag', 'vlanMode', 'trunks']),
          ...mapChanges('externalIds', edit.externalIds, view.port(edit.name)?.externalIds),
        ]);
      case 'set-interface': {
        const found = view.interface(edit.name);
        return changes(edit.name, [
          ...valueChanges(edit, found, ['type', 'mtuRequest']),
          ...mapChanges('options', edit.options, found?.options),
          ...mapChanges('externalIds', edit.externalIds, found?.externalIds),
        ]);
      }
      // A plug adds a QoS row only together with its port.
      case 'add-qos':
        return [];
      case 'remove-qos': {
        const isOfRemovedPort = [...view.portsWithQos(edit.uuid)].some(({ name }) => removed.has(name));
        const on = view.qos(edit.uuid)?.externalIds.id ?? edit.uuid;
        return isOfRemovedPort ? [] : [(observations) => observations.remove(on, 'ovs-qos')];
      }
    }
  };
  return edits.flatMap(notesOfOne);
}

function creation(port: string): Note {
  return (observations) => observations.create(port, 'ovs-port');
}

/** A port that moves to another bridge is removed and added. */
function replacement(port: string, bridge: string, view: OvsdbView): Note[] {
  const from = view.port(port)?.bridge;
  if (from !== bridge) return changes(port, [{ property: 'bridge', from, to: bridge }]);
  return [(observations) => observations.remove(port, 'ovs-port'), creation(port)];
}

function changes(on: string, all: readonly Change[]): Note[] {
  return all.map((change) => (observations) => observations.change(on, change));
}

type Values = PortValues & Pick<InterfaceValues, 'type'> & { readonly mtuRequest?: number | null | undefined };

function valueChanges(want: Values, have: Values | undefined, properties: readonly (keyof Values)[]): Change[] {
  return properties.flatMap((property) => {
    const [from, to] = [have?.[property], want[property]];
    return to === undefined || String(from) === String(to) ? [] : [{ property, from, to: to ?? undefined }];
  });
}

function mapChanges(column: string, want: OvsMapChange = {}, have: OvsMap = {}): Change[] {
  return Object.entries(want).flatMap(([key, value]) => {
    const [from, to] = [have[key], value ?? undefined];
    return from === to ? [] : [{ property: `${column}.${key}`, from, to }];
  });
}
