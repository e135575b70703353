/** The error that the caller of a plug or unplug gets. */

import { PlugError, UnplugError } from './errors/plugin.ts';
import type { VIFBase } from './objects/vif.ts';
import { messageOf } from './text/message-of.ts';

const FAILURES = {
  plug: { Failure: PlugError, doing: 'plugging' },
  unplug: { Failure: UnplugError, doing: 'unplugging' },
};

/** The error of a call that failed because of `cause`. */
export function failureOf(verb: keyof typeof FAILURES, vif: VIFBase, cause: unknown): Error {
  const { Failure, doing } = FAILURES[verb];
  return cause instanceof Failure ? cause : new Failure(`${doing} VIF ${vif.id} failed: ${messageOf(cause)}`, cause);
}
