/** Finds inconsistencies in the history of an object. */
import { hasFieldAt } from '../versioned/history/history.ts';
import { compareVersions, isCompatible, minorVersionsUpTo } from '../versioned/history/version.ts';
import type { Field, ObjectModel } from '../versioned/model.ts';
import { newestModel } from '../versioned/registry.ts';

/** One line for each problem. */
export function historyProblems(model: ObjectModel): string[] {
  const own = model.fields.filter((field) => model.base?.byName.get(field.name) !== field);
  return [
    ...baseProblems(model),
    ...minorVersionsUpTo(model.version)
      .slice(1)
      .flatMap((version) => emptyVersion(model, version)),
    ...own.flatMap((field) => childProblems(model, field)),
  ];
}

/** The base has a newer version than the class lists, so its new fields would never be written. */
function baseProblems(model: ObjectModel): string[] {
  const { name, version, base, baseVersions } = model;
  if (base === undefined) return [];
  const [, reached = version] = baseVersions.at(-1) ?? [];
  if (baseVersions.length > 0 && compareVersions(reached, base.version) < 0) {
    const what = `its base ${base.name} has version ${base.version}, but its baseVersions end with ${reached}`;
    return [`${name}: ${what}: raise the version, and add it to baseVersions with ${base.version}`];
  }
  return model.fields
    .filter((field) => !hasFieldAt(model, field, version))
    .map((field) => {
      const what = `${field.declaredBy} has this field since ${field.since}, but ${name} ${version} has an older version as its base`;
      return `${name}.${field.name}: ${what}: raise the version of ${name}, and list the base of each version in baseVersions`;
    });
}

/**
 * A version without a new field or child version.
 * Probably a new field lacks `since`, and would be sent to older peers.
 */
function emptyVersion(model: ObjectModel, version: string): string[] {
  const hasNews =
    model.fields.some((field) => sinceOf(model, field) === version) ||
    model.fields.some(({ childVersions = [] }) => childVersions.some(([own]) => own === version)) ||
    model.baseVersions.some(([own]) => own === version);
  if (hasNews) return [];
  const what = 'no field and no child version is new in this version';
  const cure = `add \`since: '${version}'\` to the new field, or add the new child version to childVersions`;
  return [`${model.name} ${version}: ${what}: ${cure}`];
}

/**
 * The first version of a class with a field. A subclass may get an inherited field later than its
 * base class.
 */
function sinceOf(model: ObjectModel, field: Field): string {
  return minorVersionsUpTo(model.version).find((version) => hasFieldAt(model, field, version)) ?? model.version;
}

function childProblems(model: ObjectModel, { name, type, childVersions = [] }: Field): string[] {
  const [, last] = childVersions.at(-1) ?? [];
  if (type.object === undefined || last === undefined) return [];
  const child = newestModel(type.object.name, type.object.objectClass.namespace);
  const where = `${model.name}.${name}`;
  return [
    ...childVersions.flatMap(([own, version], i) => {
      const [ownBefore, before] = childVersions[i - 1] ?? [own, version];
      const isLater = i === 0 || compareVersions(ownBefore, own) < 0;
      if (compareVersions(own, model.version) > 0)
        return [
          `${where}: childVersions contain ${model.name} ${own}, which does not exist: raise the version, or correct childVersions`,
        ];
      if (!isCompatible(version, child.version))
        return [
          `${where}: childVersions contain ${child.name} ${version}, which does not exist: the newest version is ${child.version}`,
        ];
      if (!isLater || compareVersions(before, version) > 0)
        return [`${where}: childVersions must ascend, but ${own}: ${version} follows ${ownBefore}: ${before}`];
      return [];
    }),
    ...(compareVersions(last, child.version) < 0
      ? [
          `${where}: ${child.name} has version ${child.version}, but childVersions end with ${last}: raise the version of ${model.name}, and add it to childVersions with ${child.version}`,
        ]
      : []),
  ];
}
