/**
 * Creates the graph of a wiring, with the guest, the network, and marks for drift or for the steps of a plug.
 */

import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { arrayOf, OBJECT } from '../errors/value-kinds.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { PlannedStep } from '../wiring/check.ts';
import type { ElementDrift } from '../wiring/elements/verbs.ts';
import { type Element, labelOf, type Wiring } from '../wiring/wiring.ts';
import { drawGuest, drawWire } from './ends.ts';
import type { Graph, GraphGroup } from './graph-model.ts';
import { markChange, markDrift } from './marks.ts';
import { draw } from './parts.ts';
import { Sketch } from './sketch.ts';

/** The data of a graph besides the wiring. */
export interface GraphOptions {
  /**
   * The VIF of the wiring.
   * It determines the device of the guest, and the devices that the hypervisor creates.
   */
  readonly vif?: VIFBase;
  readonly instance?: InstanceInfo;
  /** The drift of the host, from `OsVif.check`. */
  readonly drifts?: readonly ElementDrift[];
  /** The steps of a plug, from `OsVif.plan`. */
  readonly changes?: readonly PlannedStep[];
}

const OPTIONS: OptionKinds<GraphOptions> = {
  vif: OBJECT,
  instance: OBJECT,
  drifts: arrayOf(OBJECT, 'drifts'),
  changes: arrayOf(OBJECT, 'steps'),
};

const WIRING = arrayOf(OBJECT, 'elements, a wiring');

const GROUPS: readonly GraphGroup[] = [
  { id: 'own', title: 'this VIF' },
  { id: 'shared', title: 'shared' },
];

/** Creates the graph of a wiring. Plugins may define the kinds of its elements. */
export function graphOf(wiring: Wiring, options: GraphOptions = {}): Graph {
  requireArgument('graphOf', wiring, WIRING);
  requireOptions('graphOf', options, OPTIONS);
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
  const what = vif === undefined ? 'Wiring' : `${vif.type} ${vif.id ?? ''}`.trim();
  return owner === undefined ? what : `${what} of ${owner}`;
}
