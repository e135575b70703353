/** The steps in which a wiring is worked on: one per element, but one for neighbours that share a transaction. */

import type { Drift, Site, UndoableSite } from './elements/verbs.ts';
import { ensureOvs, inspectOvs, type OvsPart, removeOvs } from './ovs-transaction.ts';
import { type Element, labelOf, ovsPartOf, verbsOf, type Wiring } from './wiring.ts';

export interface Step {
  /** How messages name it. */
  readonly label: string;
  validate(): void;
  ensure(site: UndoableSite): Promise<void>;
  remove(site: Site): Promise<void>;
  inspect(site: Site): Promise<Drift[]>;
}

export function stepsOf(wiring: Wiring): Step[] {
  const steps: Step[] = [];
  let together: { parts: OvsPart[]; labels: string[] } | undefined;
  for (const element of wiring) {
    const part = ovsPartOf(element);
    if (part === undefined) {
      together = undefined;
      steps.push(stepOf(element));
      continue;
    }
    if (together === undefined) {
      together = { parts: [], labels: [] };
      steps.push(ovsStep(together));
    }
    together.parts.push(part);
    together.labels.push(labelOf(element));
  }
  return steps;
}

function stepOf(element: Element): Step {
  const verbs = verbsOf(element);
  return {
    label: labelOf(element),
    validate: () => verbs.validate(element),
    ensure: (site) => verbs.ensure(element, site),
    remove: (site) => verbs.remove(element, site),
    inspect: (site) => verbs.inspect(element, site),
  };
}

function ovsStep({ parts, labels }: { parts: OvsPart[]; labels: string[] }): Step {
  return {
    get label() {
      return labels.join(', ');
    },
    validate: () => {
      for (const part of parts) part.validate();
    },
    ensure: (site) => ensureOvs(parts, site),
    remove: (site) => removeOvs(parts, site),
    inspect: (site) => inspectOvs(parts, site),
  };
}
