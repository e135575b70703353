/**
 * Writes an object in an older version, for an older peer. The declarations contain the history as
 * data: the version that added each field, the version of the base for each version of a class, and the
 * version of each child.
 */
import { TargetVersionError } from '../../errors/model.ts';
import { hasChanges } from '../changes.ts';
import { readObject } from '../codec/from-primitive.ts';
import type { Primitive } from '../codec/primitive.ts';
import { primitiveOf, writeObject, writtenChanges } from '../codec/to-primitive.ts';
import { isVersionedObject, NO_CHANGES, type ObjectModel, type ObjectState, STATE } from '../model.ts';
import { compareVersions, isVersion } from '../version.ts';
import { ABSENT, type ChildDelta, deltaTo, versionOfBase } from './history.ts';

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
  const { model, version } = object[STATE];
  const manifest = isEmpty(options.versionManifest) ? undefined : options.versionManifest;
  const target = options.targetVersion ?? older(version, manifest && manifestVersion(manifest, model.name));
  if (!isVersion(target) || compareVersions(target, version) > 0) {
    throw new TargetVersionError(model.name, version, target);
  }
  if (target === version && manifest === undefined) return writeObject(object);
  const data: Data = {};
  const changes = writeFields(object, target, manifest, data);
  // As in oslo, only the outermost object drops the names of fields that its older version does not have.
  return primitiveOf(
    model,
    target,
    data,
    changes.filter((name) => Object.hasOwn(data, name)),
  );
}

type Data = Record<string, unknown>;

type Manifest = Readonly<Record<string, string>>;

function writeAt(object: ObjectState, target: string, manifest: Manifest | undefined): Primitive {
  const data: Data = {};
  return primitiveOf(object[STATE].model, target, data, writeFields(object, target, manifest, data));
}

/**
 * Writes the fields of an object at a version, and returns the names of its changed fields. The manifest takes
 * precedence over the history. It never removes the field of a child.
 */
function writeFields(object: ObjectState, target: string, manifest: Manifest | undefined, data: Data): string[] {
  const { model, values, changed } = object[STATE];
  const { wireNames, writers } = model;
  const listAt = model.ownList?.index;
  const delta = deltaTo(model, target);
  const changes = changed === NO_CHANGES ? [] : changed.slice();
  for (let i = 0; i < wireNames.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const wireName = wireNames[i] ?? '';
    const write = writers[i];
    const child = delta.children[i];
    const isGone = delta.gone[i] === true || isChildGone(child, manifest);
    let written: unknown;
    if (!isGone || delta.converts) {
      if (write === undefined || value === null) written = value;
      else written = child === undefined || isGone ? write(value) : writeChildren(value, child, manifest);
      data[wireName] = written;
    }
    if (write !== writeObject && i !== listAt) continue;
    const isChanged = written === undefined ? hasChanges(value) : writtenChanges(written, model);
    if (isChanged && !changes.includes(wireName)) changes.push(wireName);
  }
  if (delta.converts) {
    convert(model, data, target);
    wireNames.forEach((wireName, i) => {
      if (delta.gone[i] || isChildGone(delta.children[i], manifest)) delete data[wireName];
    });
  }
  return changes;
}

/** Whether the older version does not have the field of a child. */
function isChildGone(child: ChildDelta | undefined, manifest: Manifest | undefined): boolean {
  return child?.version === ABSENT && (manifest === undefined || child.precedesManifest);
}

function writeChildren(value: unknown, child: ChildDelta, manifest: Manifest | undefined): unknown {
  if (!Array.isArray(value)) return writeChild(value, child, manifest);
  const written = new Array<unknown>(value.length);
  for (let i = 0; i < written.length; i++) written[i] = writeChild(value[i], child, manifest);
  return written;
}

function writeChild(value: unknown, child: ChildDelta, manifest: Manifest | undefined): unknown {
  if (!isVersionedObject(value)) return value;
  const named = child.precedesManifest ? undefined : manifest;
  const version =
    named === undefined
      ? child.version
      : (manifestVersion(named, value[STATE].model.name) ?? manifestVersion(named, child.objectName) ?? child.unnamed);
  return typeof version === 'string' ? writeAt(value, version, manifest) : writeObject(value);
}

/** Calls the functions `makeCompatible` of the class and of its base classes. */
function convert(model: ObjectModel, data: Data, target: string): void {
  if (model.base) convert(model.base, data, versionOfBase(model, target));
  model.makeCompatible?.(data, target);
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
