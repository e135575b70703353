/** Marks the drift of a check, or the steps of a plan, on the nodes and edges of a graph. */

import type { PlannedStep } from '../wiring/check.ts';
import type { ElementDrift } from '../wiring/elements/verbs.ts';
import type { GraphState } from './graph-model.ts';
import type { ElementPart } from './parts.ts';
import type { Annotatable } from './sketch.ts';

/** A part of the graph, and the label of its element. */
export interface StepPart extends ElementPart {
  readonly element: string;
}

/** Marks a drift on its part. */
export function markDrift(drift: ElementDrift, parts: readonly StepPart[]): void {
  const property = drift.type === 'differs' ? drift.property : undefined;
  const item = itemFor(drift, property, parts);
  if (drift.type === 'missing') mark(item, 'missing', drift.reason ?? 'missing');
  else if (drift.type === 'conflict') mark(item, 'conflict', drift.reason);
  else mark(item, 'differs', `${drift.property} is ${shown(drift.have)}, should be ${shown(drift.want)}`);
}

/** Marks a step of a plan on its part. */
export function markChange(change: PlannedStep, parts: readonly StepPart[]): void {
  const property = change.action === 'change' ? change.property : undefined;
  const item = itemFor(change, property, parts);
  if (change.action === 'create') mark(item, 'create', 'will be created');
  else if (change.action === 'refuse') mark(item, 'refuse', `cannot be plugged: ${change.reason}`);
  else mark(item, 'change', `${change.property} will be ${shown(change.to)}, is ${shown(change.from)}`);
}

/** The severity of each state. A node or edge with several states shows the most severe one. */
const SEVERITY: Readonly<Record<GraphState, number>> = {
  differs: 0,
  change: 0,
  missing: 1,
  create: 1,
  conflict: 2,
  refuse: 2,
};

function mark(item: Annotatable | undefined, state: GraphState, note: string): void {
  if (item === undefined) return;
  if (!item.notes.includes(note)) item.notes.push(note);
  if (item.state === undefined || SEVERITY[state] > SEVERITY[item.state]) item.state = state;
}

/** The node or edge of a drift. */
function itemFor(
  { element, on }: { readonly element: string; readonly on: string },
  property: string | undefined,
  parts: readonly StepPart[],
): Annotatable | undefined {
  const ofStep = parts.filter((part) => part.element === element);
  const named = ofStep.filter((part) => part.on === on);
  const fitting =
    named.find(({ properties }) => property !== undefined && properties?.includes(property)) ??
    named.find(({ properties }) => properties === undefined) ??
    named[0] ??
    ofStep[0];
  return fitting?.item;
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
