/**
 * Writes an object in an older version, for an older peer. The declarations contain the history as
 * data: the version that added each field, the version of the base for each version of a class, and the
 * version of each child.
 */
import { TargetVersionError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { readObject } from '../codec/from-primitive.ts';
import type { Primitive } from '../codec/primitive.ts';
import { primitiveOf, writeObject } from '../codec/to-primitive.ts';
import { isVersionedObject, MODEL, type ObjectModel, type ObjectState, VALUES, VERSION } from '../model.ts';
import { compareVersions, isVersion } from '../version.ts';
import { ABSENT, deltaTo, versionOfBase } from './history.ts';

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
  const model = object[MODEL];
  const version = object[VERSION];
  const manifest = isEmpty(options.versionManifest) ? undefined : options.versionManifest;
  const target = options.targetVersion ?? older(version, manifest && manifestVersion(manifest, model.name));
  if (!isVersion(target) || compareVersions(target, version) > 0) {
    throw new TargetVersionError(model.name, version, target);
  }
  const primitive: Written = { ...writeObject(object) };
  if (target !== version || manifest) makeCompatible(object, primitive, target, manifest);
  const { [model.envelope.data]: data = {}, [model.envelope.changes]: changes = [] } = primitive;
  const kept = namesIn(changes).filter((name) => Object.hasOwn(recordOf(data), name));
  return primitiveOf(model, target, recordOf(data), kept);
}

/** A primitive that is being backported. Its keys have the serial namespace of its class. */
type Written = Record<string, unknown>;

type Manifest = Readonly<Record<string, string>>;

/**
 * Backports the primitive of an object in place. The caller must own the primitive.
 * The manifest takes precedence over the history. It never removes the field of a child.
 */
function makeCompatible(object: ObjectState, primitive: Written, target: string, manifest: Manifest | undefined): void {
  const model = object[MODEL];
  const { data: dataKey, version: versionKey } = model.envelope;
  const { gone, children } = deltaTo(model, target);
  const data = recordOf(primitive[dataKey]);
  let leftOut = gone;
  for (const child of children) {
    const named = child.precedesManifest ? undefined : manifest;
    if (named === undefined && child.version === ABSENT) leftOut = [...leftOut, child.wireName];
    const wanted = named ? (manifestVersion(named, child.objectName) ?? child.unnamed) : child.version;
    if (wanted === ABSENT) continue;
    const written = listOf(data[child.wireName]);
    listOf(object[VALUES][child.index]).forEach((value, i) => {
      if (!isVersionedObject(value)) return;
      const version = (named && manifestVersion(named, value[MODEL].name)) ?? wanted;
      if (version !== undefined) makeCompatible(value, recordOf(written[i]), version, manifest);
    });
  }
  convert(model, data, target);
  primitive[versionKey] = target;
  if (leftOut.length > 0) primitive[dataKey] = without(data, leftOut);
}

/** Calls the functions `makeCompatible` of the class and of its base classes. */
function convert(model: ObjectModel, data: Record<string, unknown>, target: string): void {
  if (model.base) convert(model.base, data, versionOfBase(model, target));
  model.makeCompatible?.(data, target);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function namesIn(changes: unknown): string[] {
  return Array.isArray(changes) ? changes : [];
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
