/** Backports an object after a peer refused the version of one of its classes. */

import { ArgumentError } from '../../errors/argument.ts';
import { IncompatibleVersionError } from '../../errors/model.ts';
import { NegotiationError } from '../../errors/negotiation.ts';
import { listed, shortened } from '../../text/bounds.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import { objectsIn } from '../children.ts';
import type { Primitive } from '../codec/primitive.ts';
import { type ObjectState, STATE } from '../model.ts';
import { VersionedObject } from '../versioned-object.ts';
import { accepted, type LossOptions, requireLossOptions } from './dropped-fields.ts';
import { compareVersions, isVersion, withoutPatch } from './version.ts';

/**
 * Writes an object for a peer that replied with oslo's `IncompatibleObjectVersion`. Objects of the class that the
 * peer named are written in the version that it supports. All other objects keep their versions. The peer refuses
 * before it runs the call, so the caller can send the call again.
 *
 * A reply names one class. The peer may refuse another class in its next reply. Then pass the result of this call:
 *
 *     let primitive = vif.toPrimitive();
 *     // for each refusal:
 *     primitive = backportFor(error, primitive);
 *
 * @param error the reply, as an object with `kwargs: { objname, supported }`, as oslo.messaging writes it, or an
 *   {@link IncompatibleVersionError}
 * @param object the refused object, or its primitive
 * @throws ArgumentError if the error is another one
 * @throws NegotiationError if the object cannot be written in the version that the peer supports
 * @throws NegotiationLossError with `onLoss: 'refuse'`, if set fields would be left out
 */
export function backportFor(error: unknown, object: VersionedObject | Primitive, options: LossOptions = {}): Primitive {
  requireLossOptions('backportFor', options);
  const refusal = refusalIn(error);
  if (refusal === undefined) {
    const expected = 'the error IncompatibleObjectVersion of a peer, with kwargs.objname and kwargs.supported';
    throw new ArgumentError('backportFor', `expected ${expected}, found ${describeValue(error)}`);
  }
  const { name, supported } = refusal;
  const whole = object instanceof VersionedObject ? object : VersionedObject.fromPrimitive(object);
  const have = versionsIn(whole).get(name);
  if (have === undefined) {
    throw new NegotiationError(`the peer refused ${shortened(name)}, but the ${whole.type} contains no such object`);
  }
  const target = newestBelow(have, supported);
  if (target === undefined) {
    const known = listed(supported.map(shortened)) || 'no version';
    throw new NegotiationError(
      `the peer supports ${shortened(name)} ${known}; expected an older version than ${have}, with the same major version`,
    );
  }
  return backportWithin(whole, new Map([[name, target]]), options);
}

/**
 * Writes an object for a peer of which some versions are known: objects of these classes in these versions, if they
 * are newer, and all other objects in the versions that they have.
 */
export function backportWithin(
  whole: VersionedObject,
  known: ReadonlyMap<string, string>,
  options: LossOptions,
): Primitive {
  const versions = versionsIn(whole);
  const older = [...known].filter(([name, version]) => compareVersions(versions.get(name) ?? version, version) > 0);
  if (older.length === 0) return whole.toPrimitive();
  const versionManifest = { ...Object.fromEntries(versions), ...Object.fromEntries(older) };
  return accepted(whole, whole.toPrimitive({ versionManifest }), options);
}

/**
 * The class that the peer refused, and the version in which objects of this class can be sent instead. Undefined if
 * the error is another one, or if none of the objects can be written so.
 */
export function versionAfter(
  error: unknown,
  objects: Iterable<VersionedObject>,
): { readonly name: string; readonly version: string } | undefined {
  const refusal = refusalIn(error);
  if (refusal === undefined) return undefined;
  const { name, supported } = refusal;
  for (const whole of objects) {
    const have = versionsIn(whole).get(name);
    const version = have === undefined ? undefined : newestBelow(have, supported);
    if (version !== undefined) return { name, version };
  }
  return undefined;
}

/** The class that the peer refused, and the versions that it supports. */
interface Refusal {
  readonly name: string;
  readonly supported: readonly string[];
}

function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof IncompatibleVersionError) return { name: error.objectName, supported: error.supported };
  const kwargs = isRecord(error) && isRecord(error.kwargs) ? error.kwargs : {};
  // oslo.versionedobjects: IncompatibleObjectVersion(objname, objver, supported).
  const { objname, supported } = kwargs;
  if (typeof objname === 'string' && typeof supported === 'string') return { name: objname, supported: [supported] };
  return undefined;
}

/** The oldest version of each class in an object. An object is never written in a newer version than it has. */
function versionsIn(whole: ObjectState): Map<string, string> {
  const versions = new Map<string, string>();
  const waiting = [whole];
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    const { model, version, values } = object[STATE];
    const known = versions.get(model.name);
    if (known === undefined || compareVersions(version, known) < 0) versions.set(model.name, version);
    for (const value of values) waiting.push(...objectsIn(value));
  }
  return versions;
}

/** The newest of the versions that is older than `have` and has the same major version. */
function newestBelow(have: string, versions: readonly string[]): string | undefined {
  const [major] = have.split('.', 1);
  return versions
    .filter(isVersion)
    .map(withoutPatch)
    .filter((version) => version.split('.', 1)[0] === major && compareVersions(version, have) < 0)
    .sort(compareVersions)
    .at(-1);
}
