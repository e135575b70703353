/**
 * Versions of objects: `major.minor`. A patch component is for stable branches and does not affect backports.
 */

import type SemVer from 'semver/classes/semver.js';
import { ArgumentError } from '../../errors/argument.ts';
import { describeValue } from '../../text/describe-value.ts';
import { parseVersion } from './parse-version.ts';

/** At most nine digits, because a larger number may lose digits. */
const FORM = /^\d{1,9}(\.\d{1,9}){0,2}$/;

/** Whether a value is a version: `1`, `1.4` or `1.4.2`. */
export function isVersion(value: unknown): value is string {
  if (value === lastVersion) return true;
  if (typeof value !== 'string' || !(parsedBefore.has(value) || parsed(value) !== null)) return false;
  lastVersion = value;
  return true;
}

/** The version of the last call. A backport asks for the same version many times. */
let lastVersion = '1.0';

/**
 * Negative if `a` is older than `b`, zero if they are equal, positive if `a` is newer. Both must be versions.
 */
export function compareVersions(a: string, b: string): number {
  return a === b ? 0 : parse(a).compare(parse(b));
}

/** Whether a class with version `current` can read `requested`: the same major version, and not newer. */
export function isCompatible(requested: string, current: string): boolean {
  return parse(requested).major === parse(current).major && compareVersions(requested, current) <= 0;
}

/** Whether `min <= version <= max`. */
export function isWithin(version: string, min: string, max: string): boolean {
  return compareVersions(min, version) <= 0 && compareVersions(version, max) <= 0;
}

/** The version without a patch component: `1.4` for `1.4.2`. */
export function withoutPatch(version: string): string {
  const { major, minor } = parse(version);
  return `${major}.${minor}`;
}

/** All versions with the same major version up to this one: `1.0`, `1.1`, `1.2` for `1.2`. */
export function minorVersionsUpTo(version: string): string[] {
  const { major, minor } = parse(version);
  return Array.from({ length: minor + 1 }, (_, i) => `${major}.${i}`);
}

/** A cache of parsed versions. Its size is limited, because input can contain any number of versions. */
const parsedBefore = new Map<string, SemVer>();
const MOST_REMEMBERED = 256;

function parse(version: string): SemVer {
  const known = parsedBefore.get(version);
  if (known !== undefined) return known;
  const read = parsed(version);
  if (read === null)
    throw new ArgumentError('compareVersions', `expected a version such as 1.0, found ${describeValue(version)}`);
  if (parsedBefore.size < MOST_REMEMBERED) parsedBefore.set(version, read);
  return read;
}

/** The version with three components, which semver expects. Null for other texts. */
function parsed(version: string): SemVer | null {
  if (typeof version !== 'string' || !FORM.test(version)) return null;
  const missing = 3 - version.split('.').length;
  return parseVersion(version + '.0'.repeat(missing));
}
