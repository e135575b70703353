/** Backports an object after a peer refused the version of one of its classes. */

import { ArgumentError } from '../errors/argument.ts';
import { IncompatibleVersionError } from '../errors/model.ts';
import { NegotiationError } from '../errors/negotiation.ts';
import { listed, shortened } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { objectsIn } from '../versioned/children.ts';
import type { Primitive } from '../versioned/codec/primitive.ts';
import { compareVersions, isVersion, withoutPatch } from '../versioned/history/version.ts';
import { type ObjectState, STATE } from '../versioned/model.ts';
import { VersionedObject } from '../versioned/versioned-object.ts';
import { accepted, type LossOptions, requireLossOptions } from './dropped-fields.ts';

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
  const { name, supported } = refusalIn(error);
  const whole = object instanceof VersionedObject ? object : VersionedObject.fromPrimitive(object);
  const versions = versionsIn(whole);
  const have = versions.get(name);
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
  const versionManifest = { ...Object.fromEntries(versions), [name]: target };
  return accepted(whole, whole.toPrimitive({ versionManifest }), options);
}

/** The class that the peer refused, and the versions that it supports. */
interface Refusal {
  readonly name: string;
  readonly supported: readonly string[];
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof IncompatibleVersionError) return { name: error.objectName, supported: error.supported };
  const kwargs = isRecord(error) && isRecord(error.kwargs) ? error.kwargs : {};
  // oslo.versionedobjects: IncompatibleObjectVersion(objname, objver, supported).
  const { objname, supported } = kwargs;
  if (typeof objname === 'string' && typeof supported === 'string') return { name: objname, supported: [supported] };
  throw new ArgumentError(
    'backportFor',
    `expected the error IncompatibleObjectVersion of a peer, with kwargs.objname and kwargs.supported, found ${describeValue(error)}`,
  );
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
