/** The wire form. Its keys have the names of oslo.versionedobjects. */

import { isRecord } from '../../text/is-record.ts';

/** The key of the object name. */
export const NAME = 'versioned_object.name';
/** The key of the namespace. */
export const NAMESPACE = 'versioned_object.namespace';
/** The key of the version. */
export const VERSION_KEY = 'versioned_object.version';
/** The key of the fields. */
export const DATA = 'versioned_object.data';
/** The key of the changed fields. */
export const CHANGES = 'versioned_object.changes';

/** A versioned object on the wire: plain JSON, as Python's `obj_to_primitive` returns it. */
export interface Primitive {
  [NAME]: string;
  [NAMESPACE]: string;
  [VERSION_KEY]: string;
  /** The values of the set fields, by wire name. */
  [DATA]: Record<string, unknown>;
  /** The wire names of the changed fields. Absent without changes. */
  [CHANGES]?: string[];
}

/** Whether a value has the form of a primitive. Its fields are not checked. */
export function isPrimitive(value: unknown): value is Primitive {
  return (
    isRecord(value) &&
    typeof value[NAME] === 'string' &&
    typeof value[NAMESPACE] === 'string' &&
    typeof value[VERSION_KEY] === 'string' &&
    isRecord(value[DATA])
  );
}
