/** Plug: makes the host agree with a wiring. A plug that fails rolls back its changes. */

import { isKernelError } from '../errors/kernel.ts';
import { MissingLinkError } from '../errors/link.ts';
import type { DoneStep } from '../errors/plug-result.ts';
import { PlugError } from '../errors/plugin.ts';
import { traced } from '../host-contract/diagnostics/traced.ts';
import { listed } from '../text/bounds.ts';
import { messageAfter, messageOf } from '../text/message-of.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { abortableHost, graceSignal, withGracePeriod } from './deadline.ts';
import type { ElementContext } from './elements/verbs.ts';
import { withSharedDeviceLock } from './shared-device-lock.ts';
import { type Step, stepsOf } from './steps.ts';
import { sleep } from './timing.ts';
import type { Wiring } from './wiring.ts';

/**
 * Maximum number of attempts of a plug. A plug starts again if a device that it uses was deleted meanwhile.
 */
const ATTEMPTS = 5;
/** Pause before the second attempt, in ms. Each further pause is twice as long. */
const FIRST_PAUSE_MS = 10;

/** A change of this call, and the function that undoes the change. */
interface Done {
  readonly label: string;
  readonly undo: () => Promise<void>;
}

/**
 * Makes each element in order. An element that already agrees with the host is not changed. If one element
 * fails, all changes of this call are undone in reverse order.
 * @returns the changes of this call, in order
 * @throws PlugError with the element, the cause, and the elements that could not be rolled back
 */
export async function apply(wiring: Wiring, context: ElementContext, signal?: AbortSignal): Promise<DoneStep[]> {
  const steps: DoneStep[] = [];
  const noted = { ...context, note: (step: DoneStep) => void steps.push(step) };
  await withSharedDeviceLock(wiring, context.host, () => applyNow(wiring, noted, signal), signal);
  return steps;
}

async function applyNow(wiring: Wiring, context: ElementContext, signal?: AbortSignal): Promise<void> {
  const done: Done[] = [];
  let current: Step | undefined;
  const steps = stepsOf(wiring);
  const gate = abortableHost(context.host, signal);
  try {
    for (const step of steps) {
      current = step;
      step.validate();
    }
    for (const step of steps) {
      current = step;
      await step.precheck({ ...context, host: gate.host, signal });
    }
    for (let attempt = 1; ; attempt++) {
      try {
        for (const step of steps) {
          current = step;
          await ensure(step, { ...context, host: gate.host, signal }, done);
        }
        return;
      } catch (error) {
        // Another process deleted a device that this plug uses. The next attempt creates the device again.
        if (attempt === ATTEMPTS || !hasVanished(error)) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
        signal?.throwIfAborted();
      }
    }
  } catch (cause) {
    gate.release();
    throw failure(context, current, cause, await takeBack(done, context));
  }
}

async function ensure(step: Step, context: ElementContext, done: Done[]): Promise<void> {
  const { owner, signal } = context;
  signal?.throwIfAborted();
  const undoable = (undo: () => Promise<void>) => void done.push({ label: step.label, undo });
  const ensured = traced('os-vif:ensure', { vif: canonicalUuid(owner), element: step.label }, () =>
    step.ensure({ ...context, owner: canonicalUuid(owner), undoable }),
  );
  await withGracePeriod(ensured, signal, () => undoable(refuseUnknown));
}

async function refuseUnknown(): Promise<never> {
  throw new Error('the host has not answered yet, so the effect of the request is not known');
}

async function takeBack(done: Done[], { owner }: ElementContext): Promise<string[]> {
  const left: string[] = [];
  for (const { label, undo } of done.reverse()) {
    const undone = traced('os-vif:undo', { vif: canonicalUuid(owner), element: label }, undo);
    await withGracePeriod(undone, graceSignal()).catch((error: unknown) => left.push(`${label} (${messageOf(error)})`));
  }
  return left;
}

function hasVanished(error: unknown): boolean {
  return error instanceof MissingLinkError || isKernelError(error, 'ENODEV');
}

function failure(
  context: ElementContext,
  current: Step | undefined,
  cause: unknown,
  left: readonly string[],
): PlugError {
  const element = current?.label;
  const outcome =
    left.length === 0 ? 'the host is as it was before' : `roll-back is incomplete, left on the host: ${listed(left)}`;
  const where = element === undefined ? '' : ` at ${element}`;
  return new PlugError(
    `plugging VIF ${context.owner} failed${where}: ${messageAfter(element, cause)}; ${outcome}`,
    cause,
    {
      element,
      operation: 'ensure',
      left,
    },
  );
}
