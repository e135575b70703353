/**
 * The steps of a wiring. Each element has one step. Adjacent elements that share a transaction have one step.
 */

import type { Link } from '../host-contract/links.ts';
import { aliasOf } from '../host-contract/ownership.ts';
import { noting } from './done-steps/noting-host.ts';
import type { Adopted, ElementContext, ElementDrift, UndoContext } from './elements/verbs.ts';
import type { OvsPart } from './ovs/ovs-part.ts';
import { adoptOvs, ensureOvs, inspectOvs, removeOvs } from './ovs/transaction.ts';
import { nextRound } from './timing.ts';
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
  /** The name of the step in messages. */
  readonly label: string;
  /**
   * Whether the step makes devices that only this VIF uses. The kernel can delete these devices together with
   * the devices of adjacent steps.
   */
  readonly isBatchDeletable: boolean;
  validate(): void;
  /** Throws if `ensure` would refuse the present state of the host. Changes nothing. */
  precheck(context: ElementContext): Promise<void>;
  ensure(context: UndoContext): Promise<void>;
  remove(context: ElementContext): Promise<void>;
  inspect(context: ElementContext): Promise<ElementDrift[]>;
  /** Lists the kernel devices that have the right kind and no owner. */
  unowned(context: ElementContext): Promise<readonly Link[]>;
  /** Tags the devices and rows that have the right kind and no owner. With `dryRun`, changes nothing. */
  adopt(context: ElementContext, dryRun: boolean): Promise<Adopted[]>;
}

export function stepsOf(wiring: Wiring): Step[] {
  const steps: Step[] = [];
  const ovsParts: OvsPart[] = [];
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
      steps.push(ovsStep(ovsGroup, ovsParts));
    }
    if (isOvsElement(element)) {
      const part = ovsPartOf(element);
      ovsGroup.parts.push(part);
      ovsParts.push(part);
    } else ovsGroup.parallelSteps.push(stepOf(element));
    ovsGroup.labels.push(labelOf(element));
  }
  return steps;
}

/** Runs the step in a later round of the event loop, so that earlier requests are sent first. */
function afterTick(verb: (step: Step) => Promise<void>): (step: Step) => Promise<void> {
  return async (step) => {
    await nextRound();
    await verb(step);
  };
}

/** The parts of one OVSDB transaction, and the steps that run at the same time as the transaction. */
interface OvsGroup {
  readonly parts: OvsPart[];
  readonly parallelSteps: Step[];
  readonly labels: string[];
}

/**
 * Makes the step of one element. Each function of the step looks up the definition of the kind. An unknown
 * kind then fails only its own step, and an unplug continues with the other steps.
 */
function stepOf(element: Exclude<Element, OvsElement>): Step {
  const unowned = async (context: ElementContext) => (await definitionOf(element).adoptable?.(element, context)) ?? [];
  const label = labelOf(element);
  const subject = { name: element.name, labelOf: () => label };
  return {
    label,
    isBatchDeletable:
      element.kind === 'veth' || element.kind === 'tap' || (element.kind === 'bridge' && !element.shared),
    validate: () => definitionOf(element).validate(element),
    precheck: async (context) => definitionOf(element).precheck?.(element, context),
    ensure: async (context) => definitionOf(element).ensure(element, noting(context, subject)),
    remove: async (context) => definitionOf(element).remove(element, noting(context, subject)),
    inspect: async (context) =>
      (await definitionOf(element).inspect(element, context)).map((drift) => ({ element: label, ...drift })),
    unowned,
    adopt: async (context, dryRun) => {
      const links = await unowned(context);
      if (!dryRun) for (const link of links) await tagLink(link, context);
      return links.map(({ name }) => ({ element: label, on: name }));
    },
  };
}

/** Tags a device. A device that has changed since the query is not tagged. */
async function tagLink({ index, name, kind, alias }: Link, { host, owner }: ElementContext): Promise<void> {
  await host.links.change(index, { alias: aliasOf(owner) }, [{ index, name, kind, alias }]);
}

/**
 * Makes the step of the elements that share a transaction.
 *
 * @param wiring the parts of all OVSDB steps of the wiring
 */
function ovsStep({ parts, parallelSteps, labels }: OvsGroup, wiring: readonly OvsPart[]): Step {
  const all = async (verb: (step: Step) => Promise<void>, transaction: () => Promise<void>) => {
    // The step waits for all actions, so that no action still runs during a roll-back.
    const outcomes = await Promise.allSettled([
      parts.length > 0 ? transaction() : undefined,
      ...parallelSteps.map(afterTick(verb)),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  const subject = {
    name: '',
    labelOf: (on: string, kind = 'ovs-port') => parts.find(({ names }) => names.includes(on))?.label ?? `${kind} ${on}`,
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
        () => ensureOvs(parts, noting(context, subject), wiring),
      ),
    remove: (context) =>
      all(
        (step) => step.remove(context),
        () => removeOvs(parts, noting(context, subject), wiring),
      ),
    inspect: async (context) => {
      const drifts = parts.length > 0 ? await inspectOvs(parts, context, wiring) : [];
      for (const step of parallelSteps) drifts.push(...(await step.inspect(context)));
      return drifts;
    },
    unowned: async () => [],
    adopt: (context, dryRun) => adoptOvs(parts, context, { wiring, dryRun }),
  };
}
