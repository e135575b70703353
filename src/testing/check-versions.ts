/** Guards the wire format: a changed object without a new version breaks its peers, and so does a history that is wrong. */
import { fingerprintOf } from '../versioned/fingerprint.ts';
import type { ObjectModel } from '../versioned/model.ts';
import { models } from '../versioned/registry.ts';
import { compareVersions, isVersion } from '../versioned/version.ts';
import { backportProblems } from './backport-problems.ts';
import { historyProblems } from './history-problems.ts';

/** By object name: the fingerprint `version-md5` of its newest version, or those of all its versions, the oldest first. */
export type ExpectedFingerprints = Readonly<Record<string, string | readonly string[]>>;

/**
 * Looks over every declared object, as oslo's ObjectVersionChecker does:
 *
 * - whether its fingerprint is the one that it had when it was last looked at: fields that changed need a new version;
 * - whether its history adds up: what came with each version, and which version of a child or of its base goes with it;
 * - whether it can be written in each of its versions, and what was written be read.
 *
 * @param expected fingerprints, as `YourObject.fingerprint()` gave them; only the newest class of a name is looked at
 * @param namespace of the objects to look at; default: all
 * @returns a line for each thing that is wrong: which object, what, and what to do about it; none when all is well
 */
export function checkVersions(expected: ExpectedFingerprints, namespace?: string): string[] {
  const newest = new Map<string, ObjectModel>();
  for (const model of models(namespace)) if (!newest.has(model.name)) newest.set(model.name, model);
  const names = [...new Set([...Object.keys(expected), ...newest.keys()])].sort();
  return names.flatMap((name) => {
    const model = newest.get(name);
    if (model === undefined)
      return [`${name}: gone, and peers may still send it: declare it again, or expect it no more`];
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
    return [...earlier, `${name}: ${JSON.stringify(last)} is no fingerprint, expect ${have}`];
  const order = compareVersions(version, lastVersion);
  if (order < 0) {
    return [
      ...earlier,
      `${name}: its version went back from ${lastVersion} to ${version}; peers have the newer one: raise it again`,
    ];
  }
  if (order === 0) {
    const what = `its fields changed and its version did not, expected ${last}, is ${have}`;
    return [
      ...earlier,
      `${name}: ${what}: raise the version, say since when each new field is there, and expect the new fingerprint`,
    ];
  }
  return [...earlier, ...rewritten(model, last), `${name}: ${version} is new since ${lastVersion}, expect ${have}`];
}

/** An older version must be told by the history as it was: backporting goes by it. */
function rewritten(model: ObjectModel, want: string): string[] {
  const version = versionIn(want);
  if (version === undefined) return [`${model.name}: ${JSON.stringify(want)} is no fingerprint`];
  if (compareVersions(version, model.version) > 0) return [];
  const have = fingerprintOf(model, version);
  if (have === want) return [];
  const why = 'a field that came later lacks `since`, or one was changed or taken away';
  return [`${model.name}: by its history ${version} was ${have}, expected ${want}: ${why}`];
}

function versionIn(fingerprint: string): string | undefined {
  const [version] = fingerprint.split('-', 1);
  return isVersion(version) ? version : undefined;
}
