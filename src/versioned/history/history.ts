/**
 * A class at an older version: the fields that it had, and the versions of its child objects.
 * Both come from the declarations.
 */

import { isObjectOrList } from '../children.ts';
import { ABSENT, type ChildDelta, type Field, type ObjectModel, type VersionDelta } from '../model.ts';
import { compareVersions, minorVersionsUpTo } from '../version.ts';

/** Whether a class had a field at one of its versions. */
export function hasFieldAt(model: ObjectModel, field: Field, version: string): boolean {
  return compareVersions(field.since, versionOfDeclaring(model, field, version)) <= 0;
}

/**
 * The changes that write a class at a version.
 * Results for unknown versions are not cached, because input can contain any version.
 */
export function deltaTo(model: ObjectModel, version: string): VersionDelta {
  const last = model.lastDelta;
  if (last?.version === version) return last;
  const delta = remembered.get(model)?.get(version) ?? computeDelta(model, version);
  model.lastDelta = delta;
  if (minorVersionsUpTo(model.version).includes(version)) {
    const ofModel = remembered.get(model) ?? new Map<string, VersionDelta>();
    remembered.set(model, ofModel.set(version, delta));
  }
  return delta;
}

const remembered = new WeakMap<ObjectModel, Map<string, VersionDelta>>();

function computeDelta(model: ObjectModel, version: string): VersionDelta {
  const had = (field: Field) => hasFieldAt(model, field, version);
  // The list of a class with ObjectListBase first is the only field whose objects oslo backports.
  const isHolder = (field: Field) => had(field) && (model.ownList === undefined || field === model.ownList);
  const children = model.fields.map((field) => (isHolder(field) ? childAt(model, field, version) : undefined));
  const gone = model.fields.map((field) => !had(field));
  const isEmpty = !gone.includes(true) && children.every((child) => child === undefined) && !converts(model);
  return { version, gone, children, converts: converts(model), isEmpty };
}

function converts(model: ObjectModel): boolean {
  return model.makeCompatible !== undefined || (model.base !== undefined && converts(model.base));
}

function childAt(model: ObjectModel, field: Field, version: string): ChildDelta | undefined {
  const { type } = field;
  if (type.object === undefined || !isObjectOrList(type)) return undefined;
  const isListed = field.childVersions !== undefined && field.childVersions.length > 0;
  const isOwnList = field === model.ownList;
  return {
    objectName: type.object.name,
    version: isOwnList && !isListed ? FIRST_VERSION : childVersionAt(field, versionOfDeclaring(model, field, version)),
    precedesManifest: isOwnList && isListed,
    unnamed: isOwnList ? FIRST_VERSION : undefined,
  };
}

/** oslo: ObjectListBase.obj_make_compatible() backports elements to 1.0 if it knows no version. */
const FIRST_VERSION = '1.0';

/**
 * The version of a child at a version of the class. Entries ascend. Each entry applies until the next one.
 */
function childVersionAt({ childVersions = [] }: Field, version: string): ChildDelta['version'] {
  const next = childVersions.findIndex(([own]) => compareVersions(version, own) <= 0);
  const entry = childVersions[next];
  if (entry === undefined) return undefined;
  return compareVersions(version, entry[0]) === 0 ? entry[1] : (childVersions[next - 1]?.[1] ?? ABSENT);
}

/** The version of the declaring class of a field that belongs to a version of a subclass. */
function versionOfDeclaring(model: ObjectModel, field: Field, target: string): string {
  let version = target;
  for (let level = model; level.base?.byName.get(field.name) === field; level = level.base) {
    version = versionOfBase(level, version);
  }
  return version;
}

/** The version of the base class that belongs to a version of a class. */
export function versionOfBase({ baseVersions }: ObjectModel, version: string): string {
  const reached = baseVersions.findLast(([own]) => compareVersions(own, version) <= 0) ?? baseVersions[0];
  return reached?.[1] ?? version;
}
