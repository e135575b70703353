/** The outcome of a plug or unplug of each VIF. */

import type { Attachment } from '../../call-options.ts';
import { BatchError } from '../../errors/plugin.ts';
import { answersOf, type Failure, isFailure, type Place, type Results } from '../results.ts';
import { errorData, report } from './failures.ts';
import { colored, type OutputOptions, printJson, printsJson, printText } from './output.ts';
import { tableOf } from './table.ts';

/** The outcome of one VIF. */
export interface Outcome extends Place {
  readonly outcome: 'plugged' | 'unplugged' | 'failed';
  /** Undefined if the item is no VIF. */
  readonly attachment?: Attachment;
  readonly error?: unknown;
}

/**
 * Runs `work` for the valid VIFs, and returns the outcome of each item of the input. Errors in a BatchError are those
 * of VIFs; other errors are thrown.
 */
export async function outcomesOf(
  given: Results<Attachment>,
  done: 'plugged' | 'unplugged',
  work: (attachments: readonly Attachment[]) => Promise<unknown>,
): Promise<Outcome[]> {
  const failures = await failuresOf(() => work(answersOf(given)));
  return given.results.map((result) => {
    if (isFailure(result)) return { ...result, outcome: 'failed' };
    const { where, id, answer: attachment } = result;
    const error = failures.get(attachment.vif.id ?? '');
    return error === undefined
      ? { where, id, attachment, outcome: done }
      : { where, id, attachment, outcome: 'failed', error };
  });
}

/** Reports the failures, and prints the outcomes. */
export async function reportOutcomes(
  outcomes: readonly Outcome[],
  { isList, ...options }: OutputOptions & { readonly isList: boolean },
): Promise<void> {
  report(outcomes.filter((outcome): outcome is Outcome & Failure => outcome.error !== undefined));
  if (printsJson(options)) printJson(isList ? outcomes.map(dataOf) : outcomes.slice(0, 1).map(dataOf)[0]);
  else printText(await tableOf(['outcome', 'VIF', 'type', 'plugin', 'device'], outcomes.map(rowOf)));
}

function dataOf({ where, id, outcome, attachment, error }: Outcome): object {
  const failure = error === undefined ? {} : { error: errorData({ where, id, error }) };
  return { where, id, ...partsOf(attachment), outcome, ...failure };
}

function rowOf({ where, id, outcome, attachment, error }: Outcome) {
  const { type, plugin, device } = partsOf(attachment);
  const color = error === undefined ? 'green' : 'red';
  return [{ styled: colored(color, outcome) }, id ?? where, type, plugin, device];
}

function partsOf(attachment: Attachment | undefined): { type?: string; plugin?: string; device?: string } {
  if (attachment === undefined) return {};
  const { vif } = attachment;
  const { type, plugin } = vif;
  const device = 'vifName' in vif && typeof vif.vifName === 'string' ? vif.vifName : undefined;
  return { type, ...(plugin !== undefined && { plugin }), ...(device !== undefined && { device }) };
}

async function failuresOf(work: () => Promise<unknown>): Promise<ReadonlyMap<string, unknown>> {
  try {
    await work();
    return new Map();
  } catch (error) {
    if (error instanceof BatchError) return error.failures;
    throw error;
  }
}
