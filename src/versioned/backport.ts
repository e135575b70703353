/**
 * Writes an object in an older version, for an older peer. The declarations contain the history as
 * data: the version that added each field, the version of the base for each version of a class, and the
 * version of each child.
 */
import { TargetVersionError } from '../errors/model.ts';
import { readObject } from './codec/from-primitive.ts';
import { CHANGES, DATA, isPrimitive, NAME, NAMESPACE, type Primitive, VERSION_KEY } from './codec/primitive.ts';
import { writeObject } from './codec/to-primitive.ts';
import { ABSENT, deltaTo } from './history.ts';
import { MODEL, type ObjectModel, type ObjectState } from './model.ts';
import { modelFor } from './registry.ts';
import { compareVersions, isVersion } from './version.ts';

/** The versions that a peer can read. */
export interface BackportOptions {
  /**
   * The version of the object itself.
   * Default: the version in the manifest, or else the version of the object.
   */
  targetVersion?: string;
  /**
   * The versions that the peer supports, by object name: the result of `versionManifest(name)` on the peer.
   * The manifest applies to all nested objects and takes precedence over `childVersions`.
   */
  versionManifest?: Readonly<Record<string, string>>;
}

/**
 * Writes a primitive in versions that a peer can read. The primitive is validated.
 * Without a manifest, a child is backported if the history gives its version, and is unchanged otherwise.
 *
 * The time is linear in the size of the primitive, valid or not, at least up to 1 MiB of JSON.
 *
 * @throws TargetVersionError if the target is newer than the primitive
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError for an invalid primitive
 */
export function backport(primitive: unknown, options: BackportOptions): Primitive {
  return writeObjectFor(readObject(primitive), options);
}

/** The primitive of an object, in versions that a peer can read. Throws {@link TargetVersionError}. */
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

/**
 * Backports a primitive in place. The caller must own the primitive.
 * The manifest takes precedence over the history. It never removes the field of a child.
 */
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
