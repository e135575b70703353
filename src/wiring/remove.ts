/** Unplug: removes a wiring from the host. */

import { NotOwnedError } from '../errors/link.ts';
import type { DoneStep } from '../errors/plug-result.ts';
import { UnplugError } from '../errors/plugin.ts';
import { traced } from '../host-contract/diagnostics/traced.ts';
import { listed } from '../text/bounds.ts';
import { messageAfter } from '../text/message-of.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { abortableHost, withGracePeriod } from './deadline.ts';
import { DeletionQueue } from './deletion-queue.ts';
import type { ElementContext } from './elements/verbs.ts';
import { type Step, stepsOf } from './steps.ts';
import type { Wiring } from './wiring.ts';

/**
 * Removes each element in reverse order. Missing elements are ignored, and shared elements stay. The failure
 * of one element does not stop the removal of the others. If a device has the right kind and no owner,
 * nothing is removed. Elements are not validated: an invalid value that the removal does not need must not
 * stop an unplug.
 * @returns the changes of this call, in order
 * @throws UnplugError with each element that is left, and the reasons
 */
export async function remove(wiring: Wiring, context: ElementContext, signal?: AbortSignal): Promise<DoneStep[]> {
  const failures: Failure[] = [];
  const done: DoneStep[] = [];
  const note = (step: DoneStep) => void done.push(step);
  const { host } = abortableHost(context.host, signal);
  const deletions = context.deletions ?? new DeletionQueue(context.host);
  const all = stepsOf(wiring).reverse();
  await requireOwners(all, { ...context, host });
  for (const steps of groupAdjacent(all)) {
    const removals = steps.map((step) => removeStep(step, { ...context, deletions, host, signal, note }));
    failures.push(...(await Promise.all(removals)).filter((failure) => failure !== undefined));
  }
  const [first] = failures;
  if (first === undefined) return done;
  const texts = failures.map(({ label, error }) => `${label}: ${messageAfter(label, error)}`);
  const cause = failures.length === 1 ? first.error : new AggregateError(failures.map(({ error }) => error));
  const left = failures.map(({ label }) => label);
  throw new UnplugError(
    `unplugging VIF ${context.owner} left ${listed(left)} on the host: ${listed(texts, '; ')}`,
    cause,
    left,
  );
}

/**
 * Refuses the unplug before any removal if another program made devices of the VIF. The VIF then keeps both
 * its devices and its port. A wiring of one step is not checked here, because the step itself makes this
 * check.
 */
async function requireOwners(steps: readonly Step[], context: ElementContext): Promise<void> {
  if (steps.length < 2) return;
  const owned = { ...context, owner: canonicalUuid(context.owner) };
  // A query that fails is ignored here, because the removal reports the failure.
  const looks = await Promise.all(steps.map((step) => step.unowned(owned).catch(() => [])));
  const names = looks.flat().map(({ name }) => name);
  if (names.length === 0) return;
  const cause = new NotOwnedError(
    `${listed(names)} ${names.length === 1 ? 'was' : 'were'} not made for this VIF (no alias); take over with adopt (\`os-vif adopt FILE\`), or delete by hand`,
  );
  const left = steps.map(({ label }) => label);
  throw new UnplugError(
    `unplugging VIF ${context.owner} was refused, and nothing was removed: ${cause.message}`,
    cause,
    left,
  );
}

interface Failure {
  readonly label: string;
  readonly error: unknown;
}

async function removeStep(step: Step, context: ElementContext): Promise<Failure | undefined> {
  const { owner, signal } = context;
  try {
    signal?.throwIfAborted();
    const removed = traced('os-vif:remove', { vif: canonicalUuid(owner), element: step.label }, () =>
      step.remove({ ...context, owner: canonicalUuid(owner) }),
    );
    await withGracePeriod(removed, signal);
    return undefined;
  } catch (error) {
    return { label: step.label, error };
  }
}

/**
 * Groups the steps and keeps their order. Adjacent devices of the VIF form one group and are deleted
 * together.
 */
function groupAdjacent(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    if (step.isBatchDeletable && group?.[0]?.isBatchDeletable) group.push(step);
    else groups.push([step]);
  }
  return groups;
}
