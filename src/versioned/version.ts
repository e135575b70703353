/** Versions of objects: `major.minor`, a third part is for stable branches and changes nothing that must be backported. */

import type SemVer from 'semver/classes/semver.js';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import { describeValue } from '../text/describe-value.ts';

/** Of numbers with more than 16 digits, semver's coerce() would read only the first part. */
const FORM = /^\d{1,9}(\.\d{1,9}){0,2}$/;

/** Whether a value reads as a version: `1`, `1.4` or `1.4.2`. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && (parsedBefore.has(value) || (FORM.test(value) && coerce(value) !== null));
}

/** Negative, zero or positive as `a` is older than, the same as, or newer than `b`. Both must be versions. */
export function compareVersions(a: string, b: string): number {
  return a === b ? 0 : compare(parse(a), parse(b));
}

/** Whether who knows `current` can read `requested`: the same major version, and not newer. */
export function isCompatible(requested: string, current: string): boolean {
  return parse(requested).major === parse(current).major && compareVersions(requested, current) <= 0;
}

/** Whether `min <= version <= max`. */
export function isWithin(version: string, min: string, max: string): boolean {
  return compareVersions(min, version) <= 0 && compareVersions(version, max) <= 0;
}

/** `1.4.2` without its third part. */
export function withoutPatch(version: string): string {
  const { major, minor } = parse(version);
  return `${major}.${minor}`;
}

/** Every version of the same major version up to and with this one: `1.2` gives `1.0`, `1.1`, `1.2`. */
export function minorVersionsUpTo(version: string): string[] {
  const { major, minor } = parse(version);
  return Array.from({ length: minor + 1 }, (_, i) => `${major}.${i}`);
}

/** The versions of declarations and peers are few; what hostile input may add is bounded. */
const parsedBefore = new Map<string, SemVer>();
const MOST_REMEMBERED = 256;

function parse(version: string): SemVer {
  const known = parsedBefore.get(version);
  if (known !== undefined) return known;
  const parsed = FORM.test(version) ? coerce(version) : null;
  if (parsed === null) throw new RangeError(`${describeValue(version)} is no version`);
  if (parsedBefore.size < MOST_REMEMBERED) parsedBefore.set(version, parsed);
  return parsed;
}
