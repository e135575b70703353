/**
 * A primitive in an older version, for a peer that does not know the newest. The history is data: since which version a field is there,
 * on which version of its base a class stands, which version of a child it holds.
 */
import { TargetVersionError } from '../errors.ts';
import { readObject } from './from-primitive.ts';
import { versionOfDeclaring } from './history.ts';
import { type Field, MODEL, type ObjectModel, type ObjectState } from './model.ts';
import { CHANGES, DATA, isPrimitive, NAME, NAMESPACE, type Primitive, VERSION_KEY } from './primitive.ts';
import { modelFor } from './registry.ts';
import { writeObject } from './to-primitive.ts';
import { compareVersions, isVersion } from './version.ts';

/** What a peer can read. */
export interface BackportOptions {
  /** The version of the object itself; where it is left out, what the manifest says, or the version that it has. */
  targetVersion?: string;
  /** The versions that the peer knows, by object name: the peer's own `versionManifest(name)`. Rules every child. */
  versionManifest?: Readonly<Record<string, string>>;
}

/**
 * A primitive as a peer can read it. It is read and written on the way, so a wrong one is refused. Without a manifest, children go along
 * where the history says so, and stay as they are elsewhere.
 *
 * @throws TargetVersionError where the target is newer than the primitive
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError where this is no primitive of an object known here
 */
export function backport(primitive: unknown, options: BackportOptions): Primitive {
  return writeObjectFor(readObject(primitive), options);
}

/** The primitive of an object as a peer can read it. Throws {@link TargetVersionError}. */
export function writeObjectFor(object: ObjectState, options: BackportOptions): Primitive {
  const { [CHANGES]: changes = [], ...primitive } = writeObject(object);
  const model = object[MODEL];
  const { [VERSION_KEY]: version, [DATA]: data } = primitive;
  const manifest = isEmpty(options.versionManifest) ? undefined : options.versionManifest;
  const target = options.targetVersion ?? older(version, manifest && manifestVersion(manifest, model.name));
  if (!isVersion(target) || compareVersions(target, version) > 0) {
    throw new TargetVersionError(model.name, version, target);
  }
  const written = target === version && !manifest ? data : makeCompatible(model, data, target, manifest);
  const kept = changes.filter((field) => Object.hasOwn(written, field));
  return { ...primitive, [VERSION_KEY]: target, [DATA]: written, ...(kept.length > 0 && { [CHANGES]: kept }) };
}

type Data = Record<string, unknown>;
type Manifest = Readonly<Record<string, string>>;

function makeCompatible(model: ObjectModel, data: Data, target: string, manifest: Manifest | undefined): Data {
  const compatible: Data = {};
  for (const [wireName, value] of Object.entries(data)) {
    const field = model.byWireName.get(wireName);
    if (field === undefined) continue;
    const declaredIn = versionOfDeclaring(model, field, target);
    if (compareVersions(field.since, declaredIn) > 0) continue;
    if (field.type.object === undefined) {
      compatible[wireName] = value;
      continue;
    }
    const childVersion = childVersionFor(field, declaredIn, manifest);
    if (childVersion === GONE) continue;
    compatible[wireName] = mapObjects(value, (child) => backportChild(child, childVersion, manifest));
  }
  return compatible;
}

const GONE = Symbol('the field was not there yet');

/** What to make of a child: a version, nothing, or the field did not exist. A manifest comes before the history. */
function childVersionFor(
  field: Field,
  declaredIn: string,
  manifest: Manifest | undefined,
): string | undefined | typeof GONE {
  if (manifest !== undefined) return manifestVersion(manifest, field.type.object?.name ?? '');
  return field.childVersions && fromHistory(field.childVersions, declaredIn);
}

/** Entries ascend. Between two, the earlier one holds; behind the last, children need no change. */
function fromHistory(
  entries: readonly (readonly [string, string])[],
  target: string,
): string | undefined | typeof GONE {
  const next = entries.findIndex(([own]) => compareVersions(target, own) <= 0);
  const entry = entries[next];
  if (entry === undefined) return undefined;
  if (compareVersions(target, entry[0]) === 0) return entry[1];
  return entries[next - 1]?.[1] ?? GONE;
}

function backportChild(child: Primitive, wanted: string | undefined, manifest: Manifest | undefined): Primitive {
  const target = (manifest && manifestVersion(manifest, child[NAME])) ?? wanted;
  if (target === undefined) return child;
  const model = modelFor(child[NAME], child[VERSION_KEY], child[NAMESPACE]);
  return { ...child, [VERSION_KEY]: target, [DATA]: makeCompatible(model, child[DATA], target, manifest) };
}

/** A primitive, or each of an array; anything else stays. */
function mapObjects(value: unknown, change: (child: Primitive) => Primitive): unknown {
  if (isPrimitive(value)) return change(value);
  return Array.isArray(value) ? value.map((element) => (isPrimitive(element) ? change(element) : element)) : value;
}

function manifestVersion(manifest: Manifest, name: string): string | undefined {
  return Object.hasOwn(manifest, name) ? manifest[name] : undefined;
}

function older(version: string, known: string | undefined): string {
  return known === undefined || compareVersions(known, version) > 0 ? version : known;
}

function isEmpty(manifest: Manifest | undefined): boolean {
  return manifest === undefined || Object.keys(manifest).length === 0;
}
