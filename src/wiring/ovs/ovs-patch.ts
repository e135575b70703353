/** A pair of patch ports: packets that one bridge sends to its port arrive at the other bridge. */

import { LinkValueError } from '../../errors/link.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type { OvsMap, PortValues } from '../../host-contract/ovsdb.ts';
import { type DesiredPort, ownPort, portAdoption, portDrifts, portEdits } from './ovs-port.ts';
import type { OvsVerbs } from './ovs-verbs.ts';
import { joinedRows } from './owned-rows.ts';

/** A pair of patch ports that joins two bridges of Open vSwitch. */
export interface OvsPatchElement {
  readonly kind: 'ovs-patch';
  /** The name of the first port. */
  readonly name: string;
  /** The bridge of the first port. */
  readonly bridge: string;
  readonly peer: string;
  readonly peerBridge: string;
  /** The external_ids of the interface of the first port. */
  readonly externalIds?: OvsMap;
  /** The VLAN of the first port at its creation. */
  readonly initialVlan?: PortValues;
  /** As that of `ovs-port`, for the first port. */
  readonly bound?: boolean;
}

export const ovsPatch: OvsVerbs<OvsPatchElement> = {
  validate({ name, bridge, peer, peerBridge }) {
    requireLinkName(bridge);
    requireLinkName(peerBridge);
    // Patch ports have no network devices, so their names may be longer.
    for (const port of [name, peer]) {
      if (!/^[^\s/]+$/.test(port))
        throw new LinkValueError(`"${port}" cannot be the name of a patch port: expected no spaces and no slashes`);
    }
    if (name === peer) throw new LinkValueError(`patch ${name}: its two ends need two names`);
  },

  names: ({ name, peer }) => [name, peer],

  ifaceId: ({ externalIds }) => externalIds?.['iface-id'],

  ensure(element, view, owner) {
    return bothEnds(element).flatMap((end) => portEdits(end, view, owner));
  },

  rows(element, view, owner) {
    return joinedRows(...bothEnds(element).map((end) => ownPort(end, view, owner)));
  },

  inspect(element, view, owner) {
    return bothEnds(element).flatMap((end) => portDrifts(end, view, owner));
  },

  adopt(element, view, owner) {
    return bothEnds(element).flatMap((end) => portAdoption(end, view, owner));
  },

  awaited: ({ name, bound }) => (bound ? { boundPort: name } : {}),
};

function bothEnds({ name, bridge, peer, peerBridge, externalIds, initialVlan }: OvsPatchElement): DesiredPort[] {
  const first: DesiredPort = {
    name,
    bridge,
    type: 'patch',
    options: { peer },
    ...(externalIds && { externalIds }),
    ...(initialVlan && { initialVlan }),
  };
  return [first, { name: peer, bridge: peerBridge, type: 'patch', options: { peer: name } }];
}
