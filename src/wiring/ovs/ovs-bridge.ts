/** A bridge of Open vSwitch. */

import { NotOwnedError } from '../../errors/link.ts';
import { OvsDatapathError } from '../../errors/ovs.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type { OvsBridge, OvsdbView } from '../../host-contract/ovsdb.ts';
import { ownerOfRow, ownerTag, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { listed } from '../../text/bounds.ts';
import type { OvsOwner, OvsVerbs } from './ovs-verbs.ts';
import { idsOf, isUsedByOthers } from './owned-rows.ts';

/** A bridge of Open vSwitch. */
export interface OvsBridgeElement {
  readonly kind: 'ovs-bridge';
  readonly name: string;
  /** `system` or `netdev`. A bridge of another type is refused. */
  readonly datapathType?: string;
  /**
   * The datapath type of a new bridge if `datapathType` is absent. An existing bridge of any type is
   * accepted.
   */
  readonly defaultDatapathType?: string;
  /** Used by several VIFs, so an unplug keeps the bridge. */
  readonly shared?: boolean;
  /** Used by this VIF alone. A bridge that was not made for this VIF is refused. */
  readonly exclusive?: boolean;
  /** A plug that adds the bridge waits until ovs-vswitchd has made the device of the bridge. */
  readonly awaited?: boolean;
}

export const ovsBridge: OvsVerbs<OvsBridgeElement> = {
  validate({ name }) {
    requireLinkName(name);
  },

  names: ({ name }) => [name],

  ensure(element, view, owner) {
    const { name, datapathType, defaultDatapathType, shared } = element;
    const conflict = ownerConflict(element, view, owner);
    if (conflict !== undefined) throw new NotOwnedError(`ovs-bridge ${name}: ${conflict}`);
    const bridge = view.bridge(name);
    if (bridge) {
      const fault = datapathConflict(bridge, datapathType);
      if (fault !== undefined) throw new OvsDatapathError(fault);
      return [];
    }
    const type = datapathType ?? defaultDatapathType ?? '';
    const { datapathTypes } = view.system;
    if (datapathTypes.length > 0 && !WELL_KNOWN.has(type) && !datapathTypes.includes(type)) {
      throw new OvsDatapathError(`this Open vSwitch has no datapath type "${type}"; it has ${listed(datapathTypes)}`);
    }
    return [{ edit: 'add-bridge', name, datapathType: type, externalIds: ownerTag(shared ? SHARED_OWNER : owner.id) }];
  },

  rows(element, view, owner) {
    const { name, shared } = element;
    return shared || !view.bridge(name) || ownerConflict(element, view, owner) !== undefined ? {} : { bridges: [name] };
  },

  inspect(element, view, owner) {
    const { name, datapathType } = element;
    const conflict = ownerConflict(element, view, owner);
    if (conflict !== undefined) return [{ type: 'conflict', on: name, reason: conflict }];
    const bridge = view.bridge(name);
    if (!bridge) return [{ type: 'missing', on: name }];
    const reason = datapathConflict(bridge, datapathType);
    return reason === undefined ? [] : [{ type: 'conflict', on: name, reason }];
  },

  adopt({ name, datapathType, exclusive }, view, owner) {
    const bridge = view.bridge(name);
    if (!exclusive || bridge === undefined || ownerOfRow(bridge) !== undefined) return [];
    if (datapathConflict(bridge, datapathType) !== undefined || isUsedByOthers(name, view, idsOf(owner))) return [];
    return [{ edit: 'set-bridge', name, externalIds: ownerTag(owner.id) }];
  },

  awaited: ({ name, awaited }) => (awaited ? { newBridge: name } : {}),
};

/**
 * Datapath types that every Open vSwitch has. Open vSwitch reports a missing kernel module only when a bridge
 * uses the type.
 */
const WELL_KNOWN = new Set(['', 'system', 'netdev']);

/** Returns the reason why the VIF cannot use a bridge of this name. */
function ownerConflict({ name, exclusive }: OvsBridgeElement, view: OvsdbView, owner: OvsOwner): string | undefined {
  const bridge = view.bridge(name);
  if (bridge === undefined) {
    if (!view.port(name) && !view.interface(name)) return undefined;
    return `there is a port of that name; remove it with \`ovs-vsctl del-port ${name}\` if it is not in use`;
  }
  const tag = ownerOfRow(bridge);
  if (!exclusive || tag === owner.id) return undefined;
  return tag === undefined
    ? `bridge ${name} exists and was not made for this VIF; remove it with \`ovs-vsctl del-br ${name}\` if it is not in use, or take it over with adopt (\`os-vif adopt FILE\`)`
    : `bridge ${name} was made for VIF ${tag}`;
}

/**
 * Returns the reason if the bridge has another datapath type. A plug does not change the type: a change would
 * move every port of the bridge to another datapath and interrupt the traffic.
 */
function datapathConflict({ name, datapathType }: OvsBridge, wanted: string | undefined): string | undefined {
  // ovs-vswitchd.conf.db(5): the empty type is `system`.
  if (wanted === undefined || (datapathType || 'system') === (wanted || 'system')) return undefined;
  return `bridge ${name} has datapath type "${datapathType || 'system'}", the VIF asks for "${wanted}"`;
}
