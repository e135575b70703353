/** What a class was at an older version: which fields it had, and what it held. All of it is told by the declarations. */
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

/** What leads a class to an older version. */
export interface Steps {
  /** The wire names of the fields that it did not have. */
  readonly gone: readonly string[];
  /** The fields that hold objects, and at which version these were then; left out where the history does not say. */
  readonly children: readonly {
    readonly wireName: string;
    readonly objectName: string;
    readonly version: string | typeof GONE | undefined;
  }[];
}

/** In place of a child's version: the field that holds it was not there yet. */
export const GONE = Symbol('gone');

/** What leads a class to a version of its own. Known versions are few; what hostile input may add is not remembered. */
export function stepsTo(model: ObjectModel, version: string): Steps {
  const known = remembered.get(model)?.get(version);
  if (known !== undefined) return known;
  const steps = work(model, version);
  const ofModel = remembered.get(model) ?? new Map<string, Steps>();
  if (minorVersionsUpTo(model.version).includes(version)) remembered.set(model, ofModel.set(version, steps));
  return steps;
}

const remembered = new WeakMap<ObjectModel, Map<string, Steps>>();

function work(model: ObjectModel, version: string): Steps {
  const had = (field: Field) => hasFieldAt(model, field, version);
  const children = model.fields.filter(had).flatMap((field): Steps['children'] =>
    field.type.object === undefined
      ? []
      : [
          {
            wireName: field.wireName,
            objectName: field.type.object.name,
            version: childVersionAt(field, versionOfDeclaring(model, field, version)),
          },
        ],
  );
  const gone = model.fields.filter((field) => !had(field));
  return { gone: gone.map(({ wireName }) => wireName), children };
}

/** Entries ascend. Between two, the earlier one holds; behind the last, children need no change. */
function childVersionAt({ childVersions = [] }: Field, version: string): Steps['children'][number]['version'] {
  const next = childVersions.findIndex(([own]) => compareVersions(version, own) <= 0);
  const entry = childVersions[next];
  if (entry === undefined) return undefined;
  return compareVersions(version, entry[0]) === 0 ? entry[1] : (childVersions[next - 1]?.[1] ?? GONE);
}

/** Which version of the class that declares a field a version of a subclass stands on. */
function versionOfDeclaring(model: ObjectModel, field: Field, target: string): string {
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
