/** What became of each VIF that was to be plugged or unplugged. */

import { OsVifError } from '../../errors/base.ts';
import { BatchError } from '../../errors/plugin.ts';
import type { Attachment } from '../../os-vif.ts';
import { messageOf } from '../../text/message-of.ts';
import { EXIT, reportError } from './exit.ts';
import { colored, type OutputOptions, printJson, printsJson, printText } from './output.ts';
import { tableOf } from './table.ts';

/** One VIF's. */
export interface Outcome {
  readonly id: string | undefined;
  readonly type: string;
  readonly plugin: string | undefined;
  readonly device: string | undefined;
  readonly ok: boolean;
  /** Codes of the error and of what is behind it, and its message. */
  readonly error?: { readonly codes: readonly string[]; readonly message: string };
}

/** Runs work on many VIFs; a failure of some is an outcome of these. */
export async function outcomesOf(attachments: readonly Attachment[], work: () => Promise<void>): Promise<Outcome[]> {
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

/** Prints them; what failed is told on standard error too, and by the exit code. */
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

async function failuresOf(work: () => Promise<void>): Promise<ReadonlyMap<string, unknown>> {
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
