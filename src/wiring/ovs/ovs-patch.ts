/** A pair of patch ports: what goes into one bridge through one of them comes out of the other bridge. */

import { LinkValueError } from '../../errors/link.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type { OvsMap, PortValues } from '../../host-contract/ovsdb.ts';
import { type DesiredPort, ownPort, portAdoption, portDrifts, portEdits } from './ovs-port.ts';
import type { OvsVerbs } from './ovs-verbs.ts';
import { joinedRows } from './owned-rows.ts';

/** A pair of patch ports that joins two bridges of Open vSwitch. */
export interface OvsPatchElement {
  readonly kind: 'ovs-patch';
  /** Of the first port. */
  readonly name: string;
  /** The bridge that the first port is on. */
  readonly bridge: string;
  readonly peer: string;
  readonly peerBridge: string;
  /** Of the first port's interface. */
  readonly externalIds?: OvsMap;
  /** VLAN that the first port is made with. */
  readonly initialVlan?: PortValues;
}

export const ovsPatch: OvsVerbs<OvsPatchElement> = {
  validate({ name, bridge, peer, peerBridge }) {
    requireLinkName(bridge);
    requireLinkName(peerBridge);
    // No network devices stand behind them, so that their names may be longer.
    for (const port of [name, peer]) {
      if (!/^[^\s/]+$/.test(port)) throw new LinkValueError(`"${port}" can't name a patch port`);
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
