/** The steps of a wiring: one for each element, and one for adjacent elements that share a transaction. */

import { setImmediate } from 'node:timers/promises';
import type { Drift, Site, UndoableSite } from './elements/verbs.ts';
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
  readonly isOwnDevice: boolean;
  validate(): void;
  ensure(site: UndoableSite): Promise<void>;
  remove(site: Site): Promise<void>;
  inspect(site: Site): Promise<Drift[]>;
}

export function stepsOf(wiring: Wiring): Step[] {
  const steps: Step[] = [];
  let together: Together | undefined;
  for (const element of wiring) {
    const isBeside = element.kind === 'existing-link' && element.optional === true;
    if (!isOvsElement(element) && !isBeside) {
      together = undefined;
      steps.push(stepOf(element));
      continue;
    }
    if (together === undefined) {
      together = { parts: [], beside: [], labels: [] };
      steps.push(ovsStep(together));
    }
    if (isOvsElement(element)) together.parts.push(ovsPartOf(element));
    else together.beside.push(stepOf(element));
    together.labels.push(labelOf(element));
  }
  return steps;
}

/** Runs after the requests that were made before are sent, so that their answers arrive earlier. */
function later(verb: (step: Step) => Promise<void>): (step: Step) => Promise<void> {
  return async (step) => {
    await setImmediate();
    await verb(step);
  };
}

/** The parts of one transaction, and the steps that run at the same time. */
interface Together {
  readonly parts: OvsPart[];
  readonly beside: Step[];
  readonly labels: string[];
}

/** The definition is looked up late: an unknown kind fails its own step, and an unplug goes on with the others. */
function stepOf(element: Exclude<Element, OvsElement>): Step {
  return {
    label: labelOf(element),
    isOwnDevice: element.kind === 'veth' || element.kind === 'tap' || (element.kind === 'bridge' && !element.shared),
    validate: () => definitionOf(element).validate(element),
    ensure: async (site) => definitionOf(element).ensure(element, site),
    remove: async (site) => definitionOf(element).remove(element, site),
    inspect: async (site) => definitionOf(element).inspect(element, site),
  };
}

function ovsStep({ parts, beside, labels }: Together): Step {
  const all = async (verb: (step: Step) => Promise<void>, transaction: () => Promise<void>) => {
    // The step waits for all of them, so that none still runs during a roll-back.
    const outcomes = await Promise.allSettled([
      parts.length > 0 ? transaction() : undefined,
      ...beside.map(later(verb)),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  return {
    get label() {
      return labels.join(', ');
    },
    isOwnDevice: false,
    validate: () => {
      for (const each of [...beside, ...parts]) each.validate();
    },
    ensure: (site) =>
      all(
        (step) => step.ensure(site),
        () => ensureOvs(parts, site),
      ),
    remove: (site) =>
      all(
        (step) => step.remove(site),
        () => removeOvs(parts, site),
      ),
    inspect: async (site) => {
      const drifts = parts.length > 0 ? await inspectOvs(parts, site) : [];
      for (const step of beside) drifts.push(...(await step.inspect(site)));
      return drifts;
    },
  };
}
