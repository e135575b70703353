/** The wiring of a VIF as a graph: the guest, what joins it to the network, and what of that is shared, missing or about to change. */

import type { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { ElementDrift, PlannedStep } from '../wiring/check.ts';
import { type Element, labelOf, type Wiring } from '../wiring/wiring.ts';
import { drawGuest, drawWire } from './ends.ts';
import type { Graph, GraphGroup } from './graph-model.ts';
import { markChange, markDrift } from './marks.ts';
import { draw } from './parts.ts';
import { Sketch } from './sketch.ts';

/** What a graph tells besides the wiring. */
export interface GraphOptions {
  /** Whose wiring it is: says what the guest has, and what the hypervisor makes. */
  readonly vif?: VIFBase;
  readonly instance?: InstanceInfo;
  /** Where the host differs, as `OsVif.check` tells. */
  readonly drifts?: readonly ElementDrift[];
  /** What a plug would do, as `OsVif.plan` tells. */
  readonly changes?: readonly PlannedStep[];
}

const GROUPS: readonly GraphGroup[] = [
  { id: 'own', title: 'this VIF' },
  { id: 'shared', title: 'shared' },
];

/** Draws any wiring, of plugins of others too. */
export function graphOf(wiring: Wiring, options: GraphOptions = {}): Graph {
  const { vif, instance, drifts = [], changes = [] } = options;
  const sketch = new Sketch();
  const parts = wiring.flatMap((element: Element) =>
    draw(element, sketch).map((part) => ({ ...part, element: labelOf(element) })),
  );
  drawGuest(sketch, vif, instance);
  drawWire(sketch, vif);
  for (const drift of drifts) markDrift(drift, parts);
  for (const change of changes) markChange(change, parts);
  const { nodes, edges } = sketch.finish();
  return {
    title: titleOf(vif, instance),
    nodes,
    edges,
    groups: GROUPS.filter(({ id }) => nodes.some((node) => node.group === id)),
  };
}

function titleOf(vif: VIFBase | undefined, instance: InstanceInfo | undefined): string {
  const owner = instance?.name ?? instance?.uuid;
  const what = vif === undefined ? 'Wiring' : `${vif.constructor.name} ${vif.id ?? ''}`.trim();
  return owner === undefined ? what : `${what} of ${owner}`;
}
