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
import { functionOfRow, ownerOfRow, ownerTag } from '../../host-contract/ownership.ts';
import type { Drift } from '../elements/verbs.ts';
import type { OvsOwner, OvsRows, OvsVerbs, TagEdit } from './ovs-verbs.ts';
import { removalOf } from './owned-rows.ts';
import { ifaceIdOf, isOwnPort, isStalePort, portConflict } from './port-owner.ts';

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
  /**
   * PCI address of the virtual function whose representor it is.
   * The port has the address in its external_ids.
   */
  readonly pciAddress?: string;
  /** The hypervisor adds it, so that a plug adds nothing: the name must be free of other VIFs. */
  readonly external?: boolean;
}

export const ovsPort: OvsVerbs<OvsPortElement> = {
  validate({ name, bridge, type = '' }) {
    requireLinkName(bridge);
    if (type === '') requireLinkName(name);
    else if (!/^[^\s/]+$/.test(name)) throw new LinkValueError(`"${name}" can't name a port`);
  },

  names: ({ name }) => [name],

  ifaceId: ({ externalIds }) => externalIds?.['iface-id'],

  ensure(element, view, owner) {
    return portEdits(element, view, owner);
  },

  rows(element, view, owner) {
    return ownPort(element, view, owner);
  },

  inspect(element, view, owner) {
    return portDrifts(element, view, owner);
  },

  adopt(element, view, owner) {
    return portAdoption(element, view, owner);
  },

  awaited: ({ name, awaited }) => (awaited ? { port: name } : {}),
};

/** What a port should be, whichever element it is part of. */
export type DesiredPort = Omit<OvsPortElement, 'kind' | 'awaited'>;

export function portEdits(desired: DesiredPort, view: OvsdbView, owner: OvsOwner): OvsdbEdit[] {
  const { name, bridge, initialVlan, pciAddress, external } = desired;
  const reason = portConflict(desired, view, owner);
  if (reason !== undefined) throw new NotOwnedError(`ovs-port ${name}: ${reason}`);
  if (external) return [];
  const port = view.port(name);
  const found = view.interface(name);
  const externalIds = ownerTag(owner.id, pciAddress);
  const add: OvsdbEdit = {
    edit: 'add-port',
    bridge,
    name,
    ...initialVlan,
    externalIds,
    interface: desiredInterface(desired, view),
  };
  if (!port) return [add];
  if (port.bridge !== bridge || !found || isStalePort(port, desired, owner))
    return [...removalOf({ ports: [name] }, view, owner), add];

  const edits: OvsdbEdit[] = [];
  if (isOfOtherFunction(desired, port)) edits.push({ edit: 'set-port', name, externalIds });
  if (differences(desired, found, view).length > 0) {
    edits.push({ edit: 'set-interface', name, ...desiredInterface(desired, view) });
  }
  return edits;
}

/** The row of the port, if the owner has it. */
export function ownPort({ name }: DesiredPort, view: OvsdbView, owner: OvsOwner): OvsRows {
  const port = view.port(name);
  return port && isOwnPort(port, view, owner) ? { ports: [name] } : {};
}

export function portDrifts(desired: DesiredPort, view: OvsdbView, owner: OvsOwner): Drift[] {
  const { name: on, bridge, pciAddress, external } = desired;
  const reason = portConflict(desired, view, owner);
  if (reason !== undefined) return [{ type: 'conflict', on, reason }];
  if (external) return [];
  const port = view.port(on);
  const found = view.interface(on);
  if (!port || !found || isStalePort(port, desired, owner)) return [{ type: 'missing', on }];
  const drifts: Drift[] = differences(desired, found, view).map((difference) => ({
    type: 'differs',
    on,
    ...difference,
  }));
  if (isOfOtherFunction(desired, port))
    drifts.push({ type: 'differs', on, property: 'virtual function', want: pciAddress, have: functionOfRow(port) });
  if (port.bridge !== bridge) drifts.push({ type: 'differs', on, property: 'bridge', want: bridge, have: port.bridge });
  // Until its device is there a port can't work; what makes the device may come later.
  if (found.error !== undefined)
    drifts.push({ type: 'differs', on, property: 'error', want: undefined, have: found.error });
  return drifts;
}

/**
 * The hypervisor adds and removes its own port.
 * A port without `iface-id` is taken for the VIF's if it is right in all but the tag.
 */
export function portAdoption(desired: DesiredPort, view: OvsdbView, owner: OvsOwner): TagEdit[] {
  const { name, bridge, pciAddress, external } = desired;
  const port = view.port(name);
  const found = view.interface(name);
  if (external || port === undefined || found === undefined || ownerOfRow(port) !== undefined) return [];
  const isWithoutId = ifaceIdOf(port, view) === undefined && desired.externalIds === undefined;
  const isRight = isWithoutId && port.bridge === bridge && differences(desired, found, view).length === 0;
  const isOwn = isOwnPort(port, view, owner) && found.type === (desired.type ?? '');
  return isOwn || isRight ? [{ edit: 'set-port', name, externalIds: ownerTag(owner.id, pciAddress) }] : [];
}

/**
 * Whether the tag of the port names another virtual function. A hypervisor's port has no tag, and gets none.
 */
function isOfOtherFunction({ pciAddress }: DesiredPort, port: OvsPort): boolean {
  return pciAddress !== undefined && ownerOfRow(port) !== undefined && functionOfRow(port) !== pciAddress.toLowerCase();
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
