/** The steps of a wiring: one for each element, and one for adjacent elements that share a transaction. */

import { setImmediate } from 'node:timers/promises';
import type { Drift, ElementContext, UndoContext } from './elements/verbs.ts';
import { ensureOvs, inspectOvs, type OvsPart, removeOvs } from './ovs/transaction.ts';
import {
  definitionOf,
  type Element,
  isOvsElement,
  labelOf,
  type OvsElement,
  ovsPartOf,
  type Wiring,
} from './wiring.ts';

export interface Step {
  /** How messages name the step. */
  readonly label: string;
  /** The step is about devices of this VIF alone. The kernel can delete them together with the devices of adjacent steps. */
  readonly isBatchDeletable: boolean;
  validate(): void;
  /** Throws where `ensure` would refuse the host as it is; changes nothing. */
  precheck(context: ElementContext): Promise<void>;
  ensure(context: UndoContext): Promise<void>;
  remove(context: ElementContext): Promise<void>;
  inspect(context: ElementContext): Promise<Drift[]>;
}

export function stepsOf(wiring: Wiring): Step[] {
  const steps: Step[] = [];
  let ovsGroup: OvsGroup | undefined;
  for (const element of wiring) {
    const isParallel = element.kind === 'existing-link' && element.optional === true;
    if (!isOvsElement(element) && !isParallel) {
      ovsGroup = undefined;
      steps.push(stepOf(element));
      continue;
    }
    if (ovsGroup === undefined) {
      ovsGroup = { parts: [], parallelSteps: [], labels: [] };
      steps.push(ovsStep(ovsGroup));
    }
    if (isOvsElement(element)) ovsGroup.parts.push(ovsPartOf(element));
    else ovsGroup.parallelSteps.push(stepOf(element));
    ovsGroup.labels.push(labelOf(element));
  }
  return steps;
}

/** Runs the step in a later round of the event loop: the requests that were made before are sent first. */
function afterTick(verb: (step: Step) => Promise<void>): (step: Step) => Promise<void> {
  return async (step) => {
    await setImmediate();
    await verb(step);
  };
}

/** The parts of one OVSDB transaction, and the steps that run at the same time. */
interface OvsGroup {
  readonly parts: OvsPart[];
  readonly parallelSteps: Step[];
  readonly labels: string[];
}

/** The definition is looked up late: an unknown kind fails its own step, and an unplug goes on with the others. */
function stepOf(element: Exclude<Element, OvsElement>): Step {
  return {
    label: labelOf(element),
    isBatchDeletable:
      element.kind === 'veth' || element.kind === 'tap' || (element.kind === 'bridge' && !element.shared),
    validate: () => definitionOf(element).validate(element),
    precheck: async (context) => definitionOf(element).precheck?.(element, context),
    ensure: async (context) => definitionOf(element).ensure(element, context),
    remove: async (context) => definitionOf(element).remove(element, context),
    inspect: async (context) => definitionOf(element).inspect(element, context),
  };
}

function ovsStep({ parts, parallelSteps, labels }: OvsGroup): Step {
  const all = async (verb: (step: Step) => Promise<void>, transaction: () => Promise<void>) => {
    // The step waits for all of them, so that none still runs during a roll-back.
    const outcomes = await Promise.allSettled([
      parts.length > 0 ? transaction() : undefined,
      ...parallelSteps.map(afterTick(verb)),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  return {
    get label() {
      return labels.join(', ');
    },
    isBatchDeletable: false,
    precheck: async () => {},
    validate: () => {
      for (const each of [...parallelSteps, ...parts]) each.validate();
    },
    ensure: (context) =>
      all(
        (step) => step.ensure(context),
        () => ensureOvs(parts, context),
      ),
    remove: (context) =>
      all(
        (step) => step.remove(context),
        () => removeOvs(parts, context),
      ),
    inspect: async (context) => {
      const drifts = parts.length > 0 ? await inspectOvs(parts, context) : [];
      for (const step of parallelSteps) drifts.push(...(await step.inspect(context)));
      return drifts;
    },
  };
}
