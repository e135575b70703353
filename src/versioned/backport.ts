/**
 * A primitive in an older version, for a peer that does not know the newest. The history is data: since which version a field is there,
 * on which version of its base a class stands, which version of a child it holds.
 */
import { TargetVersionError } from '../errors/model.ts';
import { readObject } from './codec/from-primitive.ts';
import { CHANGES, DATA, isPrimitive, NAME, NAMESPACE, type Primitive, VERSION_KEY } from './codec/primitive.ts';
import { writeObject } from './codec/to-primitive.ts';
import { ABSENT, deltaTo } from './history.ts';
import { MODEL, type ObjectModel, type ObjectState } from './model.ts';
import { modelFor } from './registry.ts';
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
 * The time is linear in the size of the primitive, valid or not, up to 1 MiB of JSON at least.
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
  const version = primitive[VERSION_KEY];
  const manifest = isEmpty(options.versionManifest) ? undefined : options.versionManifest;
  const target = options.targetVersion ?? older(version, manifest && manifestVersion(manifest, model.name));
  if (!isVersion(target) || compareVersions(target, version) > 0) {
    throw new TargetVersionError(model.name, version, target);
  }
  if (target !== version || manifest) makeCompatible(primitive, model, target, manifest);
  const kept = changes.filter((field) => Object.hasOwn(primitive[DATA], field));
  return kept.length > 0 ? { ...primitive, [CHANGES]: kept } : primitive;
}

type Manifest = Readonly<Record<string, string>>;

/** Changes a primitive, which must be fresh, in place. A manifest comes before the history, and never makes a child's field go. */
function makeCompatible(
  primitive: Primitive,
  model: ObjectModel,
  target: string,
  manifest: Manifest | undefined,
): void {
  const { gone, children } = deltaTo(model, target);
  let leftOut = gone;
  primitive[VERSION_KEY] = target;
  for (const { wireName, objectName, version } of children) {
    if (manifest === undefined && version === ABSENT) leftOut = [...leftOut, wireName];
    const wanted = manifest ? manifestVersion(manifest, objectName) : version === ABSENT ? undefined : version;
    const value = primitive[DATA][wireName];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isPrimitive(child)) makeChildCompatible(child, wanted, manifest);
    }
  }
  if (leftOut.length > 0) primitive[DATA] = without(primitive[DATA], leftOut);
}

function makeChildCompatible(child: Primitive, wanted: string | undefined, manifest: Manifest | undefined): void {
  const target = (manifest && manifestVersion(manifest, child[NAME])) ?? wanted;
  if (target === undefined) return;
  makeCompatible(child, modelFor(child[NAME], child[VERSION_KEY], child[NAMESPACE]), target, manifest);
}

function without(data: Record<string, unknown>, leftOut: readonly string[]): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  for (const name of Object.keys(data)) if (!leftOut.includes(name)) rest[name] = data[name];
  return rest;
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
