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
  /** The name of the port, of its interface, and of the network device if the interface is one. */
  readonly name: string;
  readonly bridge: string;
  /** ovs-vswitchd.conf.db(5), Interface, `type`. Default: a network device of the host. */
  readonly type?: string;
  readonly options?: OvsMap;
  /**
   * The external_ids of the interface. They tell the controller of the switch which VIF the interface belongs
   * to.
   */
  readonly externalIds?: OvsMap;
  /** Bytes, for interfaces that are not network devices. */
  readonly mtuRequest?: number;
  /** The VLAN of the port at its creation. The controller of the switch changes the VLAN later. */
  readonly initialVlan?: PortValues;
  /**
   * A plug waits until ovs-vswitchd has opened the port. The device of the port must exist before the plug.
   */
  readonly awaited?: boolean;
  /**
   * A plug that waits for OVN waits until ovn-controller has installed the flows of the port. Its
   * device must exist before the plug.
   */
  readonly bound?: boolean;
  /**
   * PCI address of the virtual function whose representor the port is.
   * The external_ids of the port contain the address.
   */
  readonly pciAddress?: string;
  /** The hypervisor adds the port, and a plug adds nothing. The plug fails if another VIF uses the name. */
  readonly external?: boolean;
}

export const ovsPort: OvsVerbs<OvsPortElement> = {
  validate({ name, bridge, type = '' }) {
    requireLinkName(bridge);
    if (type === '') requireLinkName(name);
    else if (!/^[^\s/]+$/.test(name))
      throw new LinkValueError(`"${name}" cannot be the name of a port: expected no spaces and no slashes`);
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

  awaited: ({ name, awaited, bound }) => ({ ...(awaited && { port: name }), ...(bound && { boundPort: name }) }),
};

/** The desired state of a port, for all kinds of elements that have ports. */
export type DesiredPort = Omit<OvsPortElement, 'kind' | 'awaited' | 'bound'>;

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

/** Returns the port if the owner has it. */
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
  // ovs-vswitchd reports an error as long as the device of the port is missing. Another program may make the
  // device later.
  if (found.error !== undefined)
    drifts.push({ type: 'differs', on, property: 'error', want: undefined, have: found.error });
  return drifts;
}

/**
 * Returns the edit that tags the port. The hypervisor adds and removes its own port, so this port gets no
 * tag.
 * A port without `iface-id` is tagged if all its other properties are right.
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
 * Whether the tag of the port names another virtual function. The port of a hypervisor has no tag, and gets
 * none.
 */
function isOfOtherFunction({ pciAddress }: DesiredPort, port: OvsPort): boolean {
  return pciAddress !== undefined && ownerOfRow(port) !== undefined && functionOfRow(port) !== pciAddress.toLowerCase();
}

function differences(desired: DesiredPort, found: OvsInterface, view: OvsdbView) {
  const { type, mtuRequest, options = {}, externalIds = {} } = desiredInterface(desired, view);
  return [
    ...differing({ type, mtuRequest }, found),
    ...differing(options, found.options, 'options.'),
    ...differing(externalIds, found.externalIds, 'externalIds.'),
  ];
}

/** Lists the wanted values that differ. The name of each has the prefix. */
function differing<K extends string>(
  want: Readonly<Partial<Record<K, unknown>>>,
  have: Readonly<Partial<Record<K, unknown>>>,
  prefix = '',
) {
  const found: { property: string; want: unknown; have: unknown }[] = [];
  for (const key in want)
    if (want[key] !== undefined && want[key] !== have[key])
      found.push({ property: prefix + key, want: want[key], have: have[key] });
  return found;
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
