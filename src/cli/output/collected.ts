/** Prints the outcome of a garbage collection. */

import { messageOf } from '../../text/message-of.ts';
import type { Garbage } from '../../wiring/garbage.ts';
import { countsOf } from './counts.ts';
import { raiseExitCode, reportError } from './exit.ts';
import { type Color, type OutputOptions, printJson, printsJson, printText } from './output.ts';
import { tableOf } from './table.ts';

/** A device or row without a VIF, and its outcome. */
export interface Collected extends Garbage {
  /** `found`: in a dry run. `unknown`: the removal was under way when the command ended. */
  readonly outcome: 'found' | 'removed' | 'not removed' | 'unknown';
}

const COLORS: Readonly<Record<Collected['outcome'], Color>> = {
  found: 'cyan',
  removed: 'green',
  'not removed': 'yellow',
  unknown: 'red',
};

/** All outcomes, for the schema of the output. */
export const COLLECTION_OUTCOMES: readonly string[] = Object.keys(COLORS);

/**
 * Prints the devices and rows. Then reports the error or signal that ended the collection, with
 * numbers.
 */
export async function printCollected(
  collected: readonly Collected[],
  options: OutputOptions,
  error?: unknown,
): Promise<void> {
  if (printsJson(options)) printJson(collected);
  else printText(described(collected));
  if (error === undefined) return;
  const advice = collected.some(({ outcome }) => outcome === 'unknown') ? '; look with os-vif gc --dry-run' : '';
  const counts = countsOf(collected) || 'nothing was removed';
  raiseExitCode(reportError(error, { text: `${messageOf(error)}: ${counts}${advice}` }));
}

function described(collected: readonly Collected[]): string {
  if (collected.length === 0) return 'nothing to remove';
  const rows = collected.map(({ kind, name, owner, outcome }) => [
    { word: outcome, color: COLORS[outcome] },
    kind,
    name,
    owner ?? 'shared',
  ]);
  return tableOf(['outcome', 'kind', 'name', 'VIF'], rows);
}
