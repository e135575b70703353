/** The steps in which a wiring is worked on: one per element, but one for neighbours that share a transaction. */

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
  /** How messages name it. */
  readonly label: string;
  /** It is devices of the VIF alone: the kernel can delete them together with those of its neighbours. */
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

/** Once what was asked for before is on its way, so that the answer need not be waited for as long. */
function later(verb: (step: Step) => Promise<void>): (step: Step) => Promise<void> {
  return async (step) => {
    await setImmediate();
    await verb(step);
  };
}

/** The parts of one transaction, and steps that need not wait for it. */
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
    // All are waited for, so that none goes on behind the back of a roll-back.
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
