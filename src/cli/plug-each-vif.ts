/** Plugs or unplugs the VIFs of the input, and prints the outcome of each. Imported on demand. */

import type { Attachment } from '../call-options.ts';
import { InterruptedError } from '../errors/command.ts';
import { BatchError, PlugError } from '../errors/plugin.ts';
import { readAttachments } from './input/attachments.ts';
import { type Outcome, printOutcomes } from './output/outcomes.ts';
import { withProgress } from './output/progress.ts';
import { PluginWatch } from './plugin-watch.ts';
import { answersOf, isFailure, type Result } from './results.ts';
import { type Session, withOsVif } from './session.ts';
import type { WiringOptions } from './verb.ts';

type Verb = 'plug' | 'unplug';

/** The texts and the call of each verb. */
const VERBS = {
  plug: {
    doing: 'plugging',
    done: 'plugged',
    interrupted: 'rolled back',
    next: 'rolling back the plugs under way; finished plugs stay; a second signal ends the command without the roll-back',
    call: ({ osVif, call }: Session, attachments: readonly Attachment[]) => osVif.plugAll(attachments, call),
  },
  unplug: {
    doing: 'unplugging',
    done: 'unplugged',
    interrupted: 'incomplete',
    next: 'waiting for the removals under way; a second signal ends the command at once',
    call: ({ osVif, call }: Session, attachments: readonly Attachment[]) => osVif.unplugAll(attachments, call),
  },
} as const;

/**
 * Plugs or unplugs each VIF in the files. After a signal, it prints the outcome of each VIF too.
 */
export async function plugEachVif(verb: Verb, files: readonly string[], options: WiringOptions): Promise<void> {
  const { doing, next, call } = VERBS[verb];
  const given = await readAttachments(files, options);
  const attachments = answersOf(given);
  const watch = new PluginWatch();
  let printed: Promise<void> | undefined;
  // The first call prints. A second signal may arrive at any time.
  const print = (failures: Failures, interruption?: InterruptedError): Promise<void> => {
    const outcomes = given.results.map((result) => outcomeOf(verb, result, watch, failures));
    printed ??= printOutcomes(outcomes, { ...options, isList: given.isList, interruption });
    return printed;
  };
  const work = async (session: Session): Promise<void> => {
    const { signal } = session.call;
    const failures = await failuresOf(() =>
      withProgress(doing, `os-vif:${verb}`, attachments.length, () => call(session, attachments), signal),
    );
    await print(failures, signal.reason instanceof InterruptedError ? signal.reason : undefined);
  };
  const last = (interruption: InterruptedError) => print(new Map(), interruption);
  await withOsVif(options, work, { next, last, watched: (plugin) => watch.watched(plugin) });
}

/** The errors of VIFs, by the id of the VIF. */
type Failures = ReadonlyMap<string, unknown>;

function outcomeOf(verb: Verb, result: Result<Attachment>, watch: PluginWatch, failures: Failures): Outcome {
  if (isFailure(result)) return { ...result, outcome: 'failed' };
  const { where, id, answer: attachment } = result;
  const item = { where, id, attachment };
  const work = watch.stateOf(attachment.vif);
  if (work.state === 'done') return { ...item, outcome: VERBS[verb].done, result: work.result };
  const error = failures.get(attachment.vif.id ?? '') ?? (work.state === 'failed' ? work.error : undefined);
  if (error instanceof PlugError && error.left.length > 0) return { ...item, outcome: 'incomplete', error };
  if (error !== undefined && !isInterruption(error)) return { ...item, outcome: 'failed', error };
  if (work.state === 'waiting') return { ...item, outcome: 'not started' };
  // The work of a VIF without an error is still under way.
  return { ...item, outcome: error === undefined ? 'incomplete' : VERBS[verb].interrupted };
}

/** Whether a signal caused the error. */
function isInterruption(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isInterruption);
  return error instanceof InterruptedError || (error instanceof Error && isInterruption(error.cause));
}

async function failuresOf(work: () => Promise<unknown>): Promise<Failures> {
  try {
    await work();
    return new Map();
  } catch (error) {
    if (error instanceof BatchError) return error.failures;
    throw error;
  }
}
