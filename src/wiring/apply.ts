/** Plug: makes the host agree with a wiring, or leaves it as it was. */

import { PlugError } from '../errors.ts';
import type { Site } from './elements/verbs.ts';
import { type Step, stepsOf } from './steps.ts';
import type { Wiring } from './wiring.ts';

/**
 * Ensures each element in order; one that is right already is left alone.
 * On failure everything that this call changed is taken back, in reverse order.
 * @throws PlugError naming the element, why, and what could not be taken back
 */
export async function apply(wiring: Wiring, site: Site, signal?: AbortSignal): Promise<void> {
  const done: { label: string; undo: () => Promise<void> }[] = [];
  let current: Step | undefined;
  const steps = stepsOf(wiring);
  try {
    for (const step of steps) {
      current = step;
      step.validate();
    }
    for (const step of steps) {
      current = step;
      signal?.throwIfAborted();
      const undoable = (undo: () => Promise<void>) => void done.push({ label: step.label, undo });
      await step.ensure({ ...site, signal, undoable });
    }
  } catch (cause) {
    const left: string[] = [];
    for (const { label, undo } of done.reverse()) {
      await undo().catch((error: unknown) => left.push(`${label} (${messageOf(error)})`));
    }
    throw failure(site, current, cause, left);
  }
}

function failure(site: Site, current: Step | undefined, cause: unknown, left: readonly string[]): PlugError {
  const element = current?.label;
  const outcome =
    left.length === 0
      ? 'the host is as it was before'
      : `roll-back is incomplete, left on the host: ${left.join(', ')}`;
  const where = element === undefined ? '' : ` at ${element}`;
  return new PlugError(`plugging VIF ${site.owner} failed${where}: ${messageOf(cause)}; ${outcome}`, cause, {
    element,
    operation: 'ensure',
    left,
  });
}

/** An error's own words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
