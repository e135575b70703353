/** A bridge of Open vSwitch. */

import { OvsDatapathError } from '../../errors/ovs.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type { OvsBridge } from '../../host-contract/ovsdb.ts';
import { listed } from '../../text/bounds.ts';
import { type OvsVerbs, ownerMark } from './ovs-verbs.ts';

/** A bridge of Open vSwitch. */
export interface OvsBridgeElement {
  readonly kind: 'ovs-bridge';
  readonly name: string;
  /** `system` or `netdev`. A bridge of another type is refused. */
  readonly datapathType?: string;
  /** The type to make it with when `datapathType` leaves it open; a bridge of any type is taken as it is. */
  readonly defaultDatapathType?: string;
  /** Used by several VIFs: it stays when the VIF goes. */
  readonly shared?: boolean;
}

export const ovsBridge: OvsVerbs<OvsBridgeElement> = {
  validate({ name }) {
    requireLinkName(name);
  },

  ensure(element, view, owner) {
    const { name, datapathType, defaultDatapathType, shared } = element;
    const bridge = view.bridge(name);
    if (bridge) {
      const fault = conflictReason(bridge, datapathType);
      if (fault !== undefined) throw new OvsDatapathError(fault);
      return [];
    }
    const type = datapathType ?? defaultDatapathType ?? '';
    const { datapathTypes } = view.system;
    if (datapathTypes.length > 0 && !WELL_KNOWN.has(type) && !datapathTypes.includes(type)) {
      throw new OvsDatapathError(`this Open vSwitch has no datapath type "${type}"; it has ${listed(datapathTypes)}`);
    }
    return [{ edit: 'add-bridge', name, datapathType: type, externalIds: ownerMark(shared ? 'shared' : owner) }];
  },

  remove({ name, shared }, view) {
    return shared || !view.bridge(name) ? [] : [{ edit: 'remove-bridge', name }];
  },

  inspect({ name, datapathType }, view) {
    const bridge = view.bridge(name);
    if (!bridge) return [{ type: 'missing', on: name }];
    const reason = conflictReason(bridge, datapathType);
    return reason === undefined ? [] : [{ type: 'conflict', on: name, reason }];
  },
};

/** Types of every Open vSwitch; one whose kernel has no module says so only once the bridge is used. */
const WELL_KNOWN = new Set(['', 'system', 'netdev']);

/** Setting another type would move every port of the bridge to another datapath, and cut their traffic. */
function conflictReason({ name, datapathType }: OvsBridge, wanted: string | undefined): string | undefined {
  // ovs-vswitchd.conf.db(5): the empty type is `system`.
  if (wanted === undefined || (datapathType || 'system') === (wanted || 'system')) return undefined;
  return `bridge ${name} has datapath type "${datapathType || 'system'}", the VIF asks for "${wanted}"`;
}
