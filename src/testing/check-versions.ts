/** Finds changes of the wire format without a new version, and wrong histories. Both break peers. */

import { requireArgument } from '../errors/argument.ts';
import { OBJECT } from '../errors/value-kinds.ts';
import { fingerprintOf } from '../versioned/history/fingerprint.ts';
import { compareVersions, isVersion } from '../versioned/history/version.ts';
import type { ObjectModel } from '../versioned/model.ts';
import { models } from '../versioned/registry.ts';
import { backportProblems } from './backport-problems.ts';
import { historyProblems } from './history-problems.ts';

/**
 * For each object name: the fingerprint `version-md5` of the newest version, or the fingerprints of
 * all versions, oldest first.
 */
export type ExpectedFingerprints = Readonly<Record<string, string | readonly string[]>>;

/**
 * Checks all declared objects, as oslo's ObjectVersionChecker does:
 *
 * - The fingerprint equals the expected one. Changed fields need a new version.
 * - The history is consistent: the fields, the child versions and the base version of each version.
 * - The object can be written in each of its versions, and the result can be read.
 *
 * @param expected fingerprints from `YourObject.fingerprint()`; only the newest class of each name is checked
 * @param namespace the namespace of the objects; default: all namespaces
 * @returns a line for each problem, with the object, the problem and the remedy; an
 *   empty list without problems
 */
export function checkVersions(expected: ExpectedFingerprints, namespace?: string): string[] {
  requireArgument('checkVersions', expected, OBJECT);
  const newest = new Map<string, ObjectModel>();
  for (const model of models(namespace)) if (!newest.has(model.name)) newest.set(model.name, model);
  const names = [...new Set([...Object.keys(expected), ...newest.keys()])].sort();
  return names.flatMap((name) => {
    const model = newest.get(name);
    if (model === undefined)
      return [`${name}: missing, but peers may still send it: declare it again, or remove its fingerprint`];
    const changes = Object.hasOwn(expected, name)
      ? fingerprintProblems(model, [expected[name] ?? []].flat())
      : [`${name}: new, expect ${fingerprintOf(model)}`];
    return [...changes, ...historyProblems(model), ...backportProblems(model)];
  });
}

function fingerprintProblems(model: ObjectModel, expected: readonly string[]): string[] {
  const { name, version } = model;
  const have = fingerprintOf(model);
  const [last = ''] = expected.slice(-1);
  const lastVersion = versionIn(last);
  const earlier = expected.slice(0, -1).flatMap((want) => rewritten(model, want));
  if (last === have) return earlier;
  if (lastVersion === undefined)
    return [...earlier, `${name}: ${JSON.stringify(last)} is not a fingerprint, expect ${have}`];
  const order = compareVersions(version, lastVersion);
  if (order < 0) {
    return [
      ...earlier,
      `${name}: its version decreased from ${lastVersion} to ${version}, but peers have the newer one: raise it again`,
    ];
  }
  if (order === 0) {
    const what = `its fields changed, but its version did not, expected ${last}, is ${have}`;
    return [
      ...earlier,
      `${name}: ${what}: raise the version, add \`since\` to each new field, and expect the new fingerprint`,
    ];
  }
  return [...earlier, ...rewritten(model, last), `${name}: ${version} is new since ${lastVersion}, expect ${have}`];
}

/**
 * The fingerprint of an older version, computed from the history, must equal the expected one, because
 * backports use the history.
 */
function rewritten(model: ObjectModel, want: string): string[] {
  const version = versionIn(want);
  if (version === undefined) return [`${model.name}: ${JSON.stringify(want)} is not a fingerprint`];
  if (compareVersions(version, model.version) > 0) return [];
  const have = fingerprintOf(model, version);
  if (have === want) return [];
  const why = 'a later field lacks `since`, or a field was changed or removed';
  return [`${model.name}: the history gives ${have} for ${version}, expected ${want}: ${why}`];
}

function versionIn(fingerprint: string): string | undefined {
  const [version] = fingerprint.split('-', 1);
  return isVersion(version) ? version : undefined;
}
