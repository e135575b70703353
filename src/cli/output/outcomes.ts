/** The outcome of a plug or unplug of each VIF. */

import type { Attachment } from '../../call-options.ts';
import { OsVifError } from '../../errors/base.ts';
import { BatchError } from '../../errors/plugin.ts';
import { messageOf } from '../../text/message-of.ts';
import { EXIT, reportError } from './exit.ts';
import { colored, type OutputOptions, printJson, printsJson, printText } from './output.ts';
import { tableOf } from './table.ts';

/** The outcome of one VIF. */
export interface Outcome {
  readonly id: string | undefined;
  readonly type: string;
  readonly plugin: string | undefined;
  readonly device: string | undefined;
  readonly ok: boolean;
  /** The message of the error, and the codes of the error and its causes. */
  readonly error?: { readonly codes: readonly string[]; readonly message: string };
}

/**
 * Runs `work`. The error of a VIF in a BatchError becomes the outcome of this VIF; other errors are thrown.
 */
export async function outcomesOf(attachments: readonly Attachment[], work: () => Promise<unknown>): Promise<Outcome[]> {
  const failures = await failuresOf(work);
  return attachments.map(({ vif }) => {
    const { id, type, plugin } = vif;
    const error = failures.get(id ?? '');
    const device = 'vifName' in vif && typeof vif.vifName === 'string' ? vif.vifName : undefined;
    return {
      id,
      type,
      plugin,
      device,
      ok: error === undefined,
      ...(error !== undefined && { error: described(error) }),
    };
  });
}

/** Prints the outcomes, and sets the exit code if a VIF failed. */
export async function reportOutcomes(
  outcomes: readonly Outcome[],
  done: 'plugged' | 'unplugged',
  { isList, ...options }: OutputOptions & { readonly isList: boolean },
): Promise<void> {
  if (outcomes.some(({ ok }) => !ok)) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(isList ? outcomes : outcomes[0]);
  else printText(await tableOf(['outcome', 'VIF', 'type', 'plugin', 'device'], outcomes.map(rowOf(done))));
}

function rowOf(done: string) {
  return ({ id, type, plugin, device, ok }: Outcome) => [
    { styled: ok ? colored('green', done) : colored('red', 'failed') },
    id,
    type,
    plugin,
    device,
  ];
}

async function failuresOf(work: () => Promise<unknown>): Promise<ReadonlyMap<string, unknown>> {
  try {
    await work();
    return new Map();
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    for (const failure of error.failures.values()) reportError(failure, { debug: process.argv.includes('--debug') });
    return error.failures;
  }
}

function described(error: unknown): { codes: string[]; message: string } {
  return { codes: codesOf(error), message: messageOf(error) };
}

function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return [...new Set(error.errors.flatMap(codesOf))];
  if (!(error instanceof Error)) return [];
  return [...(error instanceof OsVifError ? [error.code] : []), ...codesOf(error.cause)];
}
