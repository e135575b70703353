/**
 * The steps of a wiring. Each element has one step. Adjacent elements that share a transaction have one step.
 */

import type { Link } from '../host-contract/links.ts';
import { aliasOf } from '../host-contract/ownership.ts';
import { noting } from './done-steps/noting-host.ts';
import type { Subject } from './done-steps/observations.ts';
import type { Adopted, ElementContext, ElementDrift, UndoContext } from './elements/verbs.ts';
import type { OvsPart } from './ovs/ovs-part.ts';
import { adoptOvs, ensureOvs, inspectOvs, removeOvs } from './ovs/transaction.ts';
import { nextRound } from './timing.ts';
import { definitionOf, isOvsElement, labelOf, ovsPartOf, type SingleElement, type Wiring } from './wiring.ts';

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
      steps.push(new ElementStep(element));
      continue;
    }
    if (ovsGroup === undefined) {
      ovsGroup = { parts: [], parallelSteps: [], labels: [] };
      steps.push(new OvsStep(ovsGroup, ovsParts));
    }
    if (isOvsElement(element)) {
      const part = ovsPartOf(element);
      ovsGroup.parts.push(part);
      ovsParts.push(part);
    } else ovsGroup.parallelSteps.push(new ElementStep(element));
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
 * The step of one element. Each method looks up the definition of the kind. An unknown kind then
 * fails only its own step, and an unplug continues with the other steps.
 */
class ElementStep implements Step {
  readonly label: string;
  readonly #element: SingleElement;

  constructor(element: SingleElement) {
    this.#element = element;
    this.label = labelOf(element);
  }

  get isBatchDeletable(): boolean {
    const element = this.#element;
    return element.kind === 'veth' || element.kind === 'tap' || (element.kind === 'bridge' && !element.shared);
  }

  validate(): void {
    definitionOf(this.#element).validate(this.#element);
  }

  async precheck(context: ElementContext): Promise<void> {
    await definitionOf(this.#element).precheck?.(this.#element, context);
  }

  async ensure(context: UndoContext): Promise<void> {
    await definitionOf(this.#element).ensure(this.#element, noting(context, this.#subject()));
  }

  async remove(context: ElementContext): Promise<void> {
    await definitionOf(this.#element).remove(this.#element, noting(context, this.#subject()));
  }

  async inspect(context: ElementContext): Promise<ElementDrift[]> {
    const drifts = await definitionOf(this.#element).inspect(this.#element, context);
    return drifts.length === 0 ? [] : drifts.map((drift) => ({ element: this.label, ...drift }));
  }

  async unowned(context: ElementContext): Promise<readonly Link[]> {
    return (await definitionOf(this.#element).adoptable?.(this.#element, context)) ?? [];
  }

  async adopt(context: ElementContext, dryRun: boolean): Promise<Adopted[]> {
    const links = await this.unowned(context);
    if (!dryRun) for (const link of links) await tagLink(link, context);
    return links.map(({ name }) => ({ element: this.label, on: name }));
  }

  #subject(): Subject {
    return { name: this.#element.name, labelOf: () => this.label };
  }
}

/** Tags a device. A device that has changed since the query is not tagged. */
async function tagLink({ index, name, kind, alias }: Link, { host, owner }: ElementContext): Promise<void> {
  await host.links.change(index, { alias: aliasOf(owner) }, [{ index, name, kind, alias }]);
}

/** The step of the elements that share a transaction. */
class OvsStep implements Step {
  readonly isBatchDeletable = false;
  readonly #group: OvsGroup;
  readonly #wiring: readonly OvsPart[];

  /** @param wiring the parts of all OVSDB steps of the wiring */
  constructor(group: OvsGroup, wiring: readonly OvsPart[]) {
    this.#group = group;
    this.#wiring = wiring;
  }

  get label(): string {
    return this.#group.labels.join(', ');
  }

  validate(): void {
    const { parts, parallelSteps } = this.#group;
    for (const each of [...parallelSteps, ...parts]) each.validate();
  }

  async precheck(): Promise<void> {}

  ensure(context: UndoContext): Promise<void> {
    return this.#all(
      (step) => step.ensure(context),
      (parts) => ensureOvs(parts, noting(context, this.#subject()), this.#wiring),
    );
  }

  remove(context: ElementContext): Promise<void> {
    return this.#all(
      (step) => step.remove(context),
      (parts) => removeOvs(parts, noting(context, this.#subject()), this.#wiring),
    );
  }

  async inspect(context: ElementContext): Promise<ElementDrift[]> {
    const { parts, parallelSteps } = this.#group;
    const drifts = parts.length > 0 ? await inspectOvs(parts, context, this.#wiring) : [];
    for (const step of parallelSteps) drifts.push(...(await step.inspect(context)));
    return drifts;
  }

  async unowned(): Promise<readonly Link[]> {
    return [];
  }

  adopt(context: ElementContext, dryRun: boolean): Promise<Adopted[]> {
    return adoptOvs(this.#group.parts, context, { wiring: this.#wiring, dryRun });
  }

  /**
   * Runs the transaction and the parallel steps. Waits for all, so that none still runs during a
   * roll-back.
   */
  async #all(
    verb: (step: Step) => Promise<void>,
    transaction: (parts: readonly OvsPart[]) => Promise<void>,
  ): Promise<void> {
    const { parts, parallelSteps } = this.#group;
    const outcomes = await Promise.allSettled([
      parts.length > 0 ? transaction(parts) : undefined,
      ...parallelSteps.map(afterTick(verb)),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #subject(): Subject {
    const { parts } = this.#group;
    return {
      name: '',
      labelOf: (on, kind = 'ovs-port') => parts.find(({ names }) => names.includes(on))?.label ?? `${kind} ${on}`,
    };
  }
}
