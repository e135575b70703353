/** What a class was at an older version: which fields it had. */
import type { Field, ObjectModel } from './model.ts';
import { compareVersions, minorVersionsUpTo } from './version.ts';

/** Whether a class had a field at a version of its own. */
export function hasFieldAt(model: ObjectModel, field: Field, version: string): boolean {
  return compareVersions(field.since, versionOfDeclaring(model, field, version)) <= 0;
}

/** The first version of a class that has a field; a subclass may have got it later than its base did. */
export function sinceOf(model: ObjectModel, field: Field): string {
  return minorVersionsUpTo(model.version).find((version) => hasFieldAt(model, field, version)) ?? model.version;
}

/** Which version of the class that declares a field a version of a subclass stands on. */
export function versionOfDeclaring(model: ObjectModel, field: Field, target: string): string {
  let version = target;
  for (let level = model; level.base?.byName.get(field.name) === field; level = level.base) {
    version = baseVersion(level, version);
  }
  return version;
}

function baseVersion({ baseVersions }: ObjectModel, version: string): string {
  const reached = baseVersions.findLast(([own]) => compareVersions(own, version) <= 0) ?? baseVersions[0];
  return reached?.[1] ?? version;
}
