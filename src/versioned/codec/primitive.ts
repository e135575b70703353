/** The wire form, as oslo.versionedobjects names its keys. */

import { isRecord } from '../../text/is-record.ts';

export const NAME = 'versioned_object.name';
export const NAMESPACE = 'versioned_object.namespace';
export const VERSION_KEY = 'versioned_object.version';
export const DATA = 'versioned_object.data';
export const CHANGES = 'versioned_object.changes';

/** A versioned object on the wire: plain JSON, what Python's `obj_to_primitive` returns. */
export interface Primitive {
  [NAME]: string;
  [NAMESPACE]: string;
  [VERSION_KEY]: string;
  /** The fields that are set, by wire name. */
  [DATA]: Record<string, unknown>;
  /** The wire names of the fields that changed; left out where none did. */
  [CHANGES]?: string[];
}

/** Whether a value has the form of a versioned object on the wire; its fields may still be wrong. */
export function isPrimitive(value: unknown): value is Primitive {
  return (
    isRecord(value) &&
    typeof value[NAME] === 'string' &&
    typeof value[NAMESPACE] === 'string' &&
    typeof value[VERSION_KEY] === 'string' &&
    isRecord(value[DATA])
  );
}
