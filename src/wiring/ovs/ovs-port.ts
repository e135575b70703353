/** A port of a bridge of Open vSwitch, with its one interface. */

import { LinkValueError, NotOwnedError } from '../../errors/link.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type {
  InterfaceValues,
  OvsdbEdit,
  OvsdbView,
  OvsInterface,
  OvsMap,
  OvsPort,
  PortValues,
} from '../../host-contract/ovsdb.ts';
import type { Drift } from '../elements/verbs.ts';
import { type OvsVerbs, ownerMark, ownerMarked, portConflict } from './ovs-verbs.ts';

/** A port of a bridge of Open vSwitch, with its one interface. */
export interface OvsPortElement {
  readonly kind: 'ovs-port';
  /** Of the port, of its interface, and of the network device where the interface is one. */
  readonly name: string;
  readonly bridge: string;
  /** ovs-vswitchd.conf.db(5), Interface, `type`. Default: a network device of the host. */
  readonly type?: string;
  readonly options?: OvsMap;
  /** Whose interface it is, for whoever controls the switch. */
  readonly externalIds?: OvsMap;
  /** Bytes; for interfaces that are no network device. */
  readonly mtuRequest?: number;
  /** VLAN that it is made with; the controller of the switch changes it later. */
  readonly initialVlan?: PortValues;
  /** A plug is done when ovs-vswitchd has opened it; its device must be there already. */
  readonly awaited?: boolean;
}

export const ovsPort: OvsVerbs<OvsPortElement> = {
  validate({ name, bridge, type = '' }) {
    requireLinkName(bridge);
    if (type === '') requireLinkName(name);
    else if (!/^[^\s/]+$/.test(name)) throw new LinkValueError(`"${name}" can't name a port`);
  },

  ensure(element, view, owner) {
    return portEdits(element, view, owner);
  },

  remove(element, view, owner) {
    return portRemoval(element, view, owner);
  },

  inspect(element, view, owner) {
    return portDrifts(element, view, owner);
  },

  awaited({ name, awaited }) {
    return awaited ? [name] : [];
  },
};

/** What a port should be, whichever element it is part of. */
export type DesiredPort = Omit<OvsPortElement, 'kind' | 'awaited'>;

export function portEdits(desired: DesiredPort, view: OvsdbView, owner: string): OvsdbEdit[] {
  const { name, bridge, initialVlan } = desired;
  const port = view.port(name);
  const found = view.interface(name);
  const add: OvsdbEdit = {
    edit: 'add-port',
    bridge,
    name,
    ...initialVlan,
    externalIds: ownerMark(owner),
    interface: desiredInterface(desired, view),
  };
  if (!port) return [add];
  requireOwned(desired, port, found, owner);
  if (port.bridge !== bridge || !found) return [{ edit: 'remove-port', name }, add];

  const edits: OvsdbEdit[] = [];
  if (ownerMarked(port) !== owner) edits.push({ edit: 'set-port', name, externalIds: ownerMark(owner) });
  if (differences(desired, found, view).length > 0) {
    edits.push({ edit: 'set-interface', name, ...desiredInterface(desired, view) });
  }
  return edits;
}

export function portRemoval(desired: DesiredPort, view: OvsdbView, owner: string): OvsdbEdit[] {
  const { name } = desired;
  const port = view.port(name);
  if (!port) return [];
  requireOwned(desired, port, view.interface(name), owner);
  return [{ edit: 'remove-port', name }];
}

export function portDrifts(desired: DesiredPort, view: OvsdbView, owner: string): Drift[] {
  const { name: on, bridge } = desired;
  const port = view.port(on);
  const found = view.interface(on);
  if (!port || !found) return [{ type: 'missing', on }];
  const reason = portConflict(port, found, owner, desired.externalIds?.['iface-id']);
  if (reason !== undefined) return [{ type: 'conflict', on, reason }];
  const drifts: Drift[] = differences(desired, found, view).map((difference) => ({
    type: 'differs',
    on,
    ...difference,
  }));
  if (port.bridge !== bridge) drifts.push({ type: 'differs', on, property: 'bridge', want: bridge, have: port.bridge });
  // Until its device is there a port can't work; what makes the device may come later.
  if (found.error !== undefined)
    drifts.push({ type: 'differs', on, property: 'error', want: undefined, have: found.error });
  return drifts;
}

function differences(desired: DesiredPort, found: OvsInterface, view: OvsdbView) {
  const { type, mtuRequest, options = {}, externalIds = {} } = desiredInterface(desired, view);
  const have: Record<string, unknown> = { type: found.type, mtuRequest: found.mtuRequest };
  const want: Record<string, unknown> = { type, mtuRequest };
  for (const [key, value] of Object.entries(options)) {
    want[`options.${key}`] = value;
    have[`options.${key}`] = found.options[key];
  }
  for (const [key, value] of Object.entries(externalIds)) {
    want[`externalIds.${key}`] = value;
    have[`externalIds.${key}`] = found.externalIds[key];
  }
  return Object.entries(want)
    .filter(([property, value]) => value !== undefined && value !== have[property])
    .map(([property, value]) => ({ property, want: value, have: have[property] }));
}

function desiredInterface(desired: DesiredPort, view: OvsdbView): InterfaceValues {
  const { type, options, externalIds, mtuRequest } = desired;
  return {
    ...(type !== undefined && { type }),
    ...(options !== undefined && { options }),
    ...(externalIds !== undefined && { externalIds }),
    ...(mtuRequest !== undefined && view.has('Interface', 'mtu_request') && { mtuRequest }),
  };
}

function requireOwned(desired: DesiredPort, port: OvsPort, found: OvsInterface | undefined, owner: string): void {
  const reason = portConflict(port, found, owner, desired.externalIds?.['iface-id']);
  if (reason !== undefined) throw new NotOwnedError(`ovs-port ${desired.name}: ${reason}`);
}
