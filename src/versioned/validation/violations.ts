/** Violations: what ajv found, in the words of this library. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { andMore, fitting, shortened } from '../../text/bounds.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import { Masked, SENSITIVE_COMMENT } from '../../text/masked.ts';
import { didYouMean, nearestName } from '../../text/nearest.ts';

/** One thing that is wrong. */
export interface Violation {
  /**
   * The place, as a JSON Pointer (RFC 6901): `/versioned_object.data/address`; empty for the whole.
   * A name of more than 80 characters is cut and ends in `...`.
   */
  path: string;
  /** What was found there, and what was expected. */
  message: string;
}

/** Violations of one value. */
export interface Findings {
  /** The violations that are told: at most 100. */
  readonly violations: readonly Violation[];
  /** The number of further violations. */
  readonly more: number;
}

/**
 * Findings as a list: at most 100 violations and 15,000 bytes, then one with an empty path and the
 * message `and N more`.
 */
export function listOf(...findings: readonly Findings[]): Violation[] {
  const all = findings.flatMap(({ violations }) => violations);
  const shown = fitting(all, ({ path, message }) => `${path}: ${message}; `);
  const rest = findings.reduce((sum, { more }) => sum + more, all.length - shown.length);
  return rest === 0 ? [...shown] : [...shown, { path: '', message: andMore(rest) }];
}

/** Whether an error only repeats others: those of the alternatives, or of null in place of a value. */
export function isNoise({ keyword, params }: ErrorObject): boolean {
  return keyword === 'if' || keyword === 'anyOf' || (keyword === 'type' && params.type === 'null');
}

/** An error of ajv as a violation. */
export function violationOf(error: ErrorObject): Violation {
  return { path: pathOf(error), message: messageOf(error) };
}

/** Each violation once. */
export function withoutDuplicates(violations: readonly Violation[]): Violation[] {
  return [...new Map(violations.map((violation) => [`${violation.path} ${violation.message}`, violation])).values()];
}

/** A name as a part of a JSON Pointer; a long name is cut. */
export function pointer(name: string): string {
  return `/${shortened(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A JSON Pointer whose long names are cut. */
export function shortPointer(path: string): string {
  return path.length <= LONGEST_PART ? path : path.split('/').map(shortPart).join('/');
}

const LONGEST_PART = 80;

/** The cut must not divide `~0` or `~1`. */
function shortPart(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART - 3).replace(/~$/, '')}...` : part;
}

function pathOf({ keyword, instancePath, params }: ErrorObject): string {
  const path = shortPointer(instancePath);
  if (keyword === 'additionalProperties') return `${path}${pointer(params.additionalProperty)}`;
  return keyword === 'required' ? `${path}${pointer(params.missingProperty)}` : path;
}

function messageOf(error: ErrorObject): string {
  const { keyword, params, message = 'wrong', parentSchema = {}, schema } = error;
  const data: unknown = parentSchema.$comment === SENSITIVE_COMMENT ? new Masked() : error.data;
  const found = `found ${describeValue(data)}`;
  const properties: Readonly<Record<string, unknown>> = parentSchema.properties ?? {};
  switch (keyword) {
    case 'additionalProperties':
      return unknownName(params.additionalProperty, properties);
    case 'required':
      return missing(params.missingProperty, properties, isRecord(data) ? Object.keys(data) : []);
    case 'false schema':
      return 'not in this version';
    case 'enum':
      return `expected one of ${params.allowedValues.join(', ')}, ${found}${didYouMean(data, words(params.allowedValues))}`;
  }
  if (typeof parentSchema.description === 'string') return `expected ${parentSchema.description}, ${found}`;
  if (keyword === 'const') return `expected ${describeValue(schema)}, ${found}${didYouMean(data, words([schema]))}`;
  return keyword === 'type' ? `expected ${params.type}, ${found}` : `${message}, ${found}`;
}

/** Names that the version does not have yet are not suggested. */
function unknownName(name: string, properties: Readonly<Record<string, unknown>>): string {
  const known = Object.keys(properties).filter((key) => properties[key] !== false);
  const meant = didYouMean(name, known);
  if (meant !== '') return `no such name here${meant}`;
  return known.length === 0 ? 'no such name here' : `no such name here, expected one of ${known.join(', ')}`;
}

/** Another name that is given may be the missing one, misspelt. */
function missing(name: string, properties: Readonly<Record<string, unknown>>, given: readonly string[]): string {
  const property = properties[name];
  const meant = nearestName(
    name,
    given.filter((key) => !Object.hasOwn(properties, key)),
  );
  const instead = meant === undefined ? '' : `; ${meant} is there instead`;
  const isTold = isRecord(property) && typeof property.description === 'string';
  return `missing${isTold ? `, expected ${property.description}` : ''}${instead}`;
}

function words(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
