/** Prints the outcome of a plug or unplug of each VIF. */

import type { Attachment } from '../../call-options.ts';
import type { InterruptedError } from '../../errors/command.ts';
import type { PlugResult } from '../../errors/plug-result.ts';
import { isFailure, type Place } from '../results.ts';
import { countsOf } from './counts.ts';
import { raiseExitCode, reportError, writeError } from './exit.ts';
import { errorData, namesOf, report } from './failures.ts';
import { type Color, type OutputOptions, printJson, printsJson, printText, printWarning } from './output.ts';
import { tableOf } from './table.ts';

/** The outcome of one VIF. */
export interface Outcome extends Place {
  readonly outcome: OutcomeName;
  /** Undefined if the item is no VIF. */
  readonly attachment?: Attachment;
  /** The changes of the host. Undefined if the VIF was not finished. */
  readonly result?: PlugResult;
  readonly error?: unknown;
}

/** After `rolled back` and `not started`, the host has no change of this command for the VIF. */
type OutcomeName = 'plugged' | 'unplugged' | 'failed' | 'rolled back' | 'not started' | 'incomplete';

const COLORS: Readonly<Record<OutcomeName, Color>> = {
  plugged: 'green',
  unplugged: 'green',
  failed: 'red',
  'rolled back': 'yellow',
  'not started': 'yellow',
  incomplete: 'red',
};

/** All outcomes, for the schema of the output. */
export const OUTCOMES: readonly string[] = Object.keys(COLORS);

/**
 * Reports the failures, and prints the outcomes. After a signal, it also names the VIFs that are
 * incomplete, and prints the number of VIFs with each outcome.
 */
export async function printOutcomes(
  outcomes: readonly Outcome[],
  options: OutputOptions & { readonly isList: boolean; readonly interruption: InterruptedError | undefined },
): Promise<void> {
  const { isList, interruption } = options;
  report(outcomes.filter(isFailure));
  if (printsJson(options)) printJson(isList ? outcomes.map(dataOf) : outcomes.slice(0, 1).map(dataOf)[0]);
  else printText(tableOf(['outcome', 'VIF', 'type', 'plugin', 'device', 'changes'], outcomes.map(rowOf)));
  if (!printsJson(options))
    for (const { where, id, result } of outcomes)
      for (const note of result?.notes ?? []) printWarning(`${id ?? where}: ${note}`);
  if (interruption === undefined) return;
  reportIncomplete(outcomes.filter(({ outcome }) => outcome === 'incomplete'));
  raiseExitCode(reportError(interruption, { text: `${interruption.message}: ${countsOf(outcomes) || 'no VIF'}` }));
}

function reportIncomplete(incomplete: readonly Outcome[]): void {
  if (incomplete.length === 0) return;
  writeError(
    `${namesOf(incomplete)}: some of the devices may be on the host; plug again, or remove them with os-vif unplug`,
  );
}

function dataOf(item: Outcome): object {
  const { where, id, outcome, attachment, result } = item;
  const error = isFailure(item) && { error: errorData(item) };
  return { where, id, ...partsOf(attachment), outcome, ...result, ...error };
}

function rowOf({ where, id, outcome, attachment, result }: Outcome) {
  const { type, plugin, device } = partsOf(attachment);
  return [{ word: outcome, color: COLORS[outcome] }, id ?? where, type, plugin, device, result && changesIn(result)];
}

/** The number of changes. A plugin of another package may not tell them. */
function changesIn({ changed, steps }: PlugResult): string {
  if (steps.length > 0) return String(steps.length);
  return changed ? 'unknown' : 'none';
}

function partsOf(attachment: Attachment | undefined): { type?: string; plugin?: string; device?: string } {
  if (attachment === undefined) return {};
  const { vif } = attachment;
  const { type, plugin } = vif;
  const device = 'vifName' in vif && typeof vif.vifName === 'string' ? vif.vifName : undefined;
  return { type, ...(plugin !== undefined && { plugin }), ...(device !== undefined && { device }) };
}
