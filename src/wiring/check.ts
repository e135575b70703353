/** Compares a host with a wiring. Lists the differences, and the actions of a plug that removes them. */

import { traced } from '../host-contract/diagnostics/traced.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { tellsEndedWork } from './deadline.ts';
import type { CheckNote, ElementContext, ElementDrift } from './elements/verbs.ts';
import { type Step, stepsOf } from './steps.ts';
import { definitionOf, type Element, isOvsElement, labelOf, type Wiring } from './wiring.ts';

/** One action of a plug. `element` has the kind and the name of the element, `on` the device or row. */
export type PlannedStep = { readonly element: string; readonly on: string } & (
  | { readonly action: 'create' }
  | { readonly action: 'change'; readonly property: string; readonly from: unknown; readonly to: unknown }
  /** The plug fails at this element. */
  | { readonly action: 'refuse'; readonly reason: string }
);

/**
 * Lists every difference between the host and the wiring. The list is empty if a plug would change nothing.
 */
export async function check(wiring: Wiring, context: ElementContext): Promise<ElementDrift[]> {
  // Object.assign is faster than a spread, and many VIFs may be checked.
  const owned: ElementContext = Object.assign({}, context, {
    owner: canonicalUuid(context.owner),
    made: new Set(wiring.flatMap(devicesOf)),
  });
  // The steps only read, so that a host can answer their queries together.
  const outcomes = await Promise.allSettled(stepsOf(wiring).map((step) => inspect(step, owned)));
  if (context.signal?.aborted) {
    for (const outcome of outcomes)
      if (outcome.status === 'rejected' && tellsEndedWork(outcome.reason, context.signal)) throw outcome.reason;
    context.signal.throwIfAborted();
  }
  const drifts: ElementDrift[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    drifts.push(...outcome.value);
  }
  if (context.onNote !== undefined) for (const note of notesOn(wiring, owned.owner)) context.onNote(note);
  return drifts;
}

function notesOn(wiring: Wiring, vif: string): CheckNote[] {
  return wiring.flatMap((element) => {
    const notes = isOvsElement(element) ? undefined : definitionOf(element).notes?.(element);
    return (notes ?? []).map((note) => ({ vif, element: labelOf(element), note }));
  });
}

async function inspect(step: Step, context: ElementContext): Promise<ElementDrift[]> {
  context.signal?.throwIfAborted();
  step.validate();
  const details = () => ({ vif: context.owner, element: step.label });
  return traced('os-vif:inspect', details, () => step.inspect(context));
}

/** Lists the actions that a plug would take now. */
export async function plan(wiring: Wiring, context: ElementContext): Promise<PlannedStep[]> {
  return (await check(wiring, context)).map(planned);
}

/** Kinds of elements that create no device. These elements use existing devices. */
const USERS: ReadonlySet<Element['kind']> = new Set([
  'port',
  'existing-link',
  'virtual-function',
  'ovs-qos',
  'source-guard',
  'embedded-switch',
]);

/** The names of the devices that the element may make. */
function devicesOf(element: Element): string[] {
  if (USERS.has(element.kind)) return [];
  return element.kind === 'veth' ? [element.name, element.peer] : [element.name];
}

function planned({ element, on, ...drift }: ElementDrift): PlannedStep {
  switch (drift.type) {
    case 'missing':
      if (drift.reason !== undefined) return { element, on, action: 'refuse', reason: drift.reason };
      return { element, on, action: 'create' };
    case 'conflict':
      return { element, on, action: 'refuse', reason: drift.reason };
    case 'differs':
      return { element, on, action: 'change', property: drift.property, from: drift.have, to: drift.want };
  }
}
