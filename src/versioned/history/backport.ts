/**
 * Writes an object in an older version, for an older peer. The declarations contain the history as
 * data: the version that added each field, the version of the base for each version of a class, and the
 * version of each child.
 */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { TargetVersionError } from '../../errors/model.ts';
import { OBJECT, TEXT } from '../../errors/value-kinds.ts';
import { isRecord } from '../../text/is-record.ts';
import { hasChanges } from '../changes.ts';
import { readObject } from '../codec/from-primitive.ts';
import type { Primitive } from '../codec/primitive.ts';
import { primitiveOf, writeAs, writeObject, writtenChanges } from '../codec/to-primitive.ts';
import {
  ABSENT,
  type ChildDelta,
  NO_CHANGES,
  type ObjectModel,
  type ObjectState,
  STATE,
  type VersionDelta,
} from '../model.ts';
import { deltaTo, versionOfBase } from './history.ts';
import { type Peer, peerOf, versionFor } from './peer.ts';
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

/** The options of calls that write an object for a peer. */
const BACKPORT_OPTIONS: OptionKinds<BackportOptions> = { targetVersion: TEXT, versionManifest: OBJECT };

/**
 * Writes a primitive in versions that a peer can read. The primitive is validated.
 * Without a manifest, a child is backported if the history gives its version, and is unchanged otherwise.
 *
 * The time is linear in the size of the primitive, valid or not, at least up to 1 MiB of JSON.
 *
 * @throws TargetVersionError if the target is newer than the primitive
 * @throws ArgumentError for a manifest with a value that is no version
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError for an invalid primitive
 */
export function backport(primitive: unknown, options: BackportOptions): Primitive {
  return writeObjectFor(readObject(primitive), options);
}

/** The primitive of an object, in versions that a peer can read. Throws {@link TargetVersionError}. */
export function writeObjectFor(object: ObjectState, options: BackportOptions): Primitive {
  if (!isUsual(options)) requireOptions('toPrimitive', options, BACKPORT_OPTIONS);
  const { model, version } = object[STATE];
  const peer = peerOf(options.versionManifest);
  const target = options.targetVersion ?? older(version, peer && versionFor(peer, model.name));
  if (!isVersion(target) || compareVersions(target, version) > 0) {
    throw new TargetVersionError(model.name, version, target);
  }
  if (target === version && peer === undefined) return writeObject(object);
  return writeAt(object, deltaTo(model, target), peer, true);
}

/** Whether all options are known. The check of each option would take a tenth of the time of a backport. */
function isUsual(options: unknown): boolean {
  if (!isRecord(options)) return false;
  let unknown = 0;
  for (const _ in options) unknown++;
  if (typeof options.targetVersion === 'string') unknown--;
  if (isRecord(options.versionManifest)) unknown--;
  return unknown === 0;
}

type Data = Record<string, unknown>;

/**
 * Writes an object at a version. The manifest takes precedence over the history. It never removes the field of a
 * child.
 *
 * @param isOutermost as in oslo, only the outermost object drops the names of changed fields that its older version
 *   does not have
 */
function writeAt(object: ObjectState, delta: VersionDelta, peer: Peer | undefined, isOutermost: boolean): Primitive {
  const { model, values, changed } = object[STATE];
  const { wireNames, writers } = model;
  const listAt = model.ownList?.index;
  const { version: target, gone, children } = delta;
  const changes = changed === NO_CHANGES ? [] : changed.slice();
  const data: Data = {};
  let isComplete = true;
  for (let i = 0; i < wireNames.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const wireName = wireNames[i] ?? '';
    const write = writers[i];
    const child = children[i];
    if (gone[i] || (child !== undefined && isChildGone(child, peer))) {
      isComplete = false;
      if (delta.converts) data[wireName] = write === undefined || value === null ? value : write(value);
      if ((write === writeObject || i === listAt) && hasChanges(value) && !changes.includes(wireName))
        changes.push(wireName);
      continue;
    }
    if (write === undefined || value === null) {
      data[wireName] = value;
      continue;
    }
    const written = child === undefined ? write(value) : writeChildren(value, child, peer);
    data[wireName] = written;
    if (write === writeObject || i === listAt) {
      if (writtenChanges(written, model) && !changes.includes(wireName)) changes.push(wireName);
    }
  }
  if (delta.converts) {
    convert(model, data, target);
    leaveOut(delta, model, peer, data);
    isComplete = false;
  }
  if (isComplete || !isOutermost) return primitiveOf(model, target, data, changes);
  return primitiveOf(
    model,
    target,
    data,
    changes.filter((name) => Object.hasOwn(data, name)),
  );
}

/** Removes fields that the older version does not have. */
function leaveOut(delta: VersionDelta, { wireNames }: ObjectModel, peer: Peer | undefined, data: Data): void {
  wireNames.forEach((wireName, i) => {
    const child = delta.children[i];
    if (delta.gone[i] || (child !== undefined && isChildGone(child, peer))) delete data[wireName];
  });
}

/** Whether the older version does not have the field of a child. */
function isChildGone(child: ChildDelta, peer: Peer | undefined): boolean {
  return child.version === ABSENT && (peer === undefined || child.precedesManifest);
}

function writeChildren(value: unknown, child: ChildDelta, peer: Peer | undefined): unknown {
  if (!Array.isArray(value)) return writeChild(value, child, peer);
  const written = new Array<unknown>(value.length);
  for (let i = 0; i < written.length; i++) written[i] = writeChild(value[i], child, peer);
  return written;
}

function writeChild(value: unknown, child: ChildDelta, peer: Peer | undefined): unknown {
  if (!isObject(value)) return value;
  const { model } = value[STATE];
  if (peer === undefined || child.precedesManifest) return writeVersion(value, child.version, peer);
  const last = model.lastPeer;
  if (last?.peer === peer) {
    return last.delta.isEmpty ? writeAs(value, last.delta.version) : writeAt(value, last.delta, peer, false);
  }
  const version = versionFor(peer, model.name);
  if (version === undefined) return writeVersion(value, versionFor(peer, child.objectName) ?? child.unnamed, peer);
  const delta = deltaTo(model, version);
  model.lastPeer = { peer, delta };
  return writeAt(value, delta, peer, false);
}

function writeVersion(object: ObjectState, version: ChildDelta['version'], peer: Peer | undefined): Primitive {
  if (typeof version !== 'string') return writeObject(object);
  return writeAt(object, deltaTo(object[STATE].model, version), peer, false);
}

/** The values of a field with objects are objects or null, so this is enough. */
function isObject(value: unknown): value is ObjectState {
  return value !== null;
}

/** Calls the functions `makeCompatible` of the class and of its base classes. */
function convert(model: ObjectModel, data: Data, target: string): void {
  if (model.base) convert(model.base, data, versionOfBase(model, target));
  model.makeCompatible?.(data, target);
}

function older(version: string, known: string | undefined): string {
  return known === undefined || compareVersions(known, version) > 0 ? version : known;
}
