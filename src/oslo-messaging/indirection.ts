/**
 * Methods for the services of Python that ask a conductor about versioned objects.
 * oslo.versionedobjects: VersionedObjectIndirectionAPI.
 */

import { ArgumentError } from '../errors/argument.ts';
import { isRecord } from '../text/is-record.ts';
import { VersionedObject } from '../versioned/versioned-object.ts';
import type { RpcCall, RpcMethod } from './endpoints.ts';
import { noSuchMethod } from './failure.ts';

/** A class method of a versioned object, for {@link objectClassVersions}. */
export type ObjectClassMethod = (
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  call: RpcCall,
) => unknown;

/**
 * The method `object_backport_versions(objinst, object_versions)`: it returns the primitive of an
 * object in the versions that the caller supports. A service of Python calls it when it meets an
 * object that is too new.
 *
 * @throws ArgumentError for other arguments
 */
export const objectBackportVersions: RpcMethod = (args) => {
  const { objinst, object_versions: versions } = isRecord(args) ? args : {};
  if (!(objinst instanceof VersionedObject))
    throw new ArgumentError('object_backport_versions', 'expected a versioned object as objinst');
  return objinst.toPrimitive({ versionManifest: manifestIn('object_backport_versions', versions) });
};

/**
 * The method `object_class_action_versions(objname, objmethod, object_versions, args, kwargs)`: it
 * runs a class method, and returns its result in the versions that the caller supports.
 *
 * @param classes the class methods, by object name and then by the name of the method
 */
export function objectClassVersions(
  classes: Readonly<Record<string, Readonly<Record<string, ObjectClassMethod>>>>,
): RpcMethod {
  if (!isRecord(classes)) throw new ArgumentError('objectClassVersions', 'expected an object of class methods');
  return async ({ objname, objmethod, object_versions: versions, args = [], kwargs = {} }, call) => {
    const [className, name] = [String(objname), String(objmethod)];
    const methods = Object.hasOwn(classes, className) ? classes[className] : undefined;
    const method = methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) throw noSuchMethod(`${className}.${name}`);
    const versionManifest = manifestIn('object_class_action_versions', versions);
    const result = await method(Array.isArray(args) ? args : [], isRecord(kwargs) ? kwargs : {}, call);
    return result instanceof VersionedObject ? result.toPrimitive({ versionManifest }) : result;
  };
}

function manifestIn(call: string, versions: unknown): Record<string, string> {
  if (!isRecord(versions)) throw new ArgumentError(call, 'expected versions by object name as object_versions');
  return Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, String(version)]));
}
