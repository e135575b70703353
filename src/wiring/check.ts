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
  const { host, signal, onNote } = context;
  const owner = canonicalUuid(context.owner);
  const owned: ElementContext = { host, owner, made: devicesOf(wiring), signal, onNote };
  const outcomes = await outcomesOf(stepsOf(wiring), owned);
  if (signal?.aborted) {
    for (const outcome of outcomes)
      if ('reason' in outcome && tellsEndedWork(outcome.reason, signal)) throw outcome.reason;
    signal.throwIfAborted();
  }
  const drifts: ElementDrift[] = [];
  for (const outcome of outcomes) {
    if ('reason' in outcome) throw outcome.reason;
    drifts.push(...outcome.value);
  }
  if (onNote !== undefined) for (const note of notesOn(wiring, owner)) onNote(note);
  return drifts;
}

/** The drifts of one step, or the reason why it could not be inspected. */
type Outcome = { readonly value: readonly ElementDrift[] } | { readonly reason: unknown };

/** Inspects the steps. They only read, so that a host can answer their queries together. */
async function outcomesOf(steps: readonly Step[], context: ElementContext): Promise<Outcome[]> {
  const [first, ...others] = steps.map((step) => outcomeOf(step, context));
  if (first === undefined) return [];
  // Promise.all takes as long as the check of one TAP, and most wirings have one step.
  return others.length === 0 ? [await first] : Promise.all([first, ...others]);
}

async function outcomeOf(step: Step, context: ElementContext): Promise<Outcome> {
  try {
    return { value: await inspect(step, context) };
  } catch (reason) {
    return { reason };
  }
}

function notesOn(wiring: Wiring, vif: string): CheckNote[] {
  return wiring.flatMap((element) => {
    const notes = isOvsElement(element) ? undefined : definitionOf(element).notes?.(element);
    return (notes ?? []).map((note) => ({ vif, element: labelOf(element), note }));
  });
}

function inspect(step: Step, context: ElementContext): Promise<ElementDrift[]> {
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

/** The names of the devices that the elements may make. */
function devicesOf(wiring: Wiring): ReadonlySet<string> {
  const names = new Set<string>();
  for (const element of wiring) {
    if (!USERS.has(element.kind)) names.add(element.name);
    if (element.kind === 'veth') names.add(element.peer);
  }
  return names;
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
