/** Unplug: takes a wiring off the host. */

import { UnplugError } from '../errors.ts';
import { messageOf } from './apply.ts';
import { gateUntilAborted, settledOrAborted } from './deadline.ts';
import { traced } from './diagnostics.ts';
import type { Site } from './elements/verbs.ts';
import { stepsOf } from './steps.ts';
import type { Wiring } from './wiring.ts';

/**
 * Removes each element in reverse order; what is gone already is fine and what is shared stays.
 * A failure doesn't stop the rest.
 * @throws UnplugError naming every element that is left, and why
 */
export async function remove(wiring: Wiring, site: Site, signal?: AbortSignal): Promise<void> {
  const failures: { label: string; error: unknown }[] = [];
  const { host } = gateUntilAborted(site.host, signal);
  for (const step of stepsOf(wiring).reverse()) {
    try {
      signal?.throwIfAborted();
      step.validate();
      const removed = traced('os-vif:remove', { vif: site.owner, element: step.label }, () =>
        step.remove({ ...site, host, signal }),
      );
      await settledOrAborted(removed, signal);
    } catch (error) {
      failures.push({ label: step.label, error });
    }
  }
  const [first] = failures;
  if (first === undefined) return;
  const texts = failures.map(({ label, error }) => `${label}: ${messageOf(error)}`);
  const cause = failures.length === 1 ? first.error : new AggregateError(failures.map(({ error }) => error));
  const left = failures.map(({ label }) => label);
  throw new UnplugError(
    `unplugging VIF ${site.owner} left ${left.join(', ')} on the host: ${texts.join('; ')}`,
    cause,
    left,
  );
}
