/** Reports items that failed: on standard error for people, and in JSON for programs. */

import { OsVifError } from '../../errors/base.ts';
import { DocumentError } from '../../errors/command.ts';
import { UnsetFieldError } from '../../errors/model.ts';
import { PlugError, UnplugError } from '../../errors/plugin.ts';
import { listed } from '../../text/bounds.ts';
import { messageAfter, messageOf } from '../../text/message-of.ts';
import { answersOf, type Failure, isFailure, type Place, type Results } from '../results.ts';
import { raiseExitCode, reportError, writeError } from './exit.ts';
import { printJson } from './output.ts';
import { inWordsOfCommand } from './words.ts';

/** An error in JSON: its message, and the codes of the error and its causes. */
export interface ErrorData {
  readonly codes: readonly string[];
  readonly message: string;
  /** The elements that a failed plug or unplug left on the host. */
  readonly left?: readonly string[];
}

/** Reports the items that failed, and returns the answers of the others. */
export function reportFailures<T>(results: Results<T>): T[] {
  report(results.results.filter(isFailure));
  return answersOf(results);
}

/** Prints the results as JSON: a list if the input was a list, else one value. */
export function printResults<T>({ results, isList }: Results<T>, shape: (answer: T, place: Place) => unknown): void {
  const data = results.map((result) =>
    isFailure(result) ? { where: result.where, id: result.id, error: errorData(result) } : shape(result.answer, result),
  );
  printJson(isList ? data : data[0]);
}

/**
 * Prints the answers as JSON. If an item failed, prints none of them: a shorter list could be taken
 * for the whole.
 */
export function printIfComplete<T>(results: Results<T>): void {
  const answers = reportFailures(results);
  if (answers.length === results.results.length) printJson(results.isList ? answers : answers[0]);
}

/**
 * Writes the failures to standard error, and sets the exit code. Items that failed for the same
 * reason, such as a database that does not answer, share a message.
 */
export function report(failures: readonly Failure[]): void {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const reason = rootOf(failure.error);
    const key = `${codeOf(reason)} ${messageOf(reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    raiseExitCode(reportError(first.error, { text: textOf(first) }));
    if (others.length > 0) writeError(`the same error for ${others.length} more: ${namesOf(others)}`);
  }
}

/** `vifs.yaml[2] (VIF dc065497-...): message; advice`. */
function textOf({ where, id, error }: Failure): string {
  const place = error instanceof DocumentError ? error.where : where;
  const message = inWordsOfCommand(messageAfter(place, error), error);
  const isNamed = id === undefined || message.includes(id);
  const guest = needsGuest(rootOf(error)) ? GUEST_ADVICE : '';
  return `${place}${isNamed ? '' : ` (VIF ${id})`}: ${message}${guest}`;
}

function needsGuest(error: unknown): boolean {
  return error instanceof UnsetFieldError && error.objectName === 'InstanceInfo';
}

const GUEST_ADVICE =
  '; describe the guest by --instance-uuid and --instance-name, by --instance, or as {vif, instance}';

/** The number of items that a message names. */
const NAMED = 10;

/** The places of the items: `vifs.yaml[0], vifs.yaml[3], and 7 more`. */
export function namesOf(items: readonly Pick<Place, 'where'>[]): string {
  const names = items.slice(0, NAMED).map(({ where }) => where);
  return listed(names, ', ', items.length - names.length);
}

/** The error of an item as data for JSON. */
export function errorData({ where, error }: Failure): ErrorData {
  const left = error instanceof PlugError || error instanceof UnplugError ? error.left : [];
  const message = inWordsOfCommand(messageAfter(where, error), error);
  return { codes: codesOf(error), message, ...(left.length > 0 && { left }) };
}

function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return [...new Set(error.errors.flatMap(codesOf))];
  if (!(error instanceof Error)) return [];
  const causes = codesOf(error.cause);
  return error instanceof OsVifError && error.code !== causes[0] ? [error.code, ...causes] : causes;
}

/** The error at the end of the chain of causes. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}

function codeOf(error: unknown): string {
  return error instanceof OsVifError ? error.code : '';
}
