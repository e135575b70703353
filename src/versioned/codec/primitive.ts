/** The wire form. Its keys have the names of oslo.versionedobjects. */

import { DEFAULT_ENVELOPE, type Envelope } from './envelope.ts';

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

type Written = Readonly<Record<string, unknown>>;

// Literal keys are faster than computed keys, and almost all objects have the default envelope.

/** The object name in a primitive. */
export function nameIn(primitive: Written, keys: Envelope): unknown {
  return keys === DEFAULT_ENVELOPE ? primitive[NAME] : primitive[keys.name];
}

/** The namespace in a primitive. */
export function namespaceIn(primitive: Written, keys: Envelope): unknown {
  return keys === DEFAULT_ENVELOPE ? primitive[NAMESPACE] : primitive[keys.namespace];
}

/** The version in a primitive. */
export function versionIn(primitive: Written, keys: Envelope): unknown {
  return keys === DEFAULT_ENVELOPE ? primitive[VERSION_KEY] : primitive[keys.version];
}

/** The fields in a primitive. */
export function dataIn(primitive: Written, keys: Envelope): unknown {
  return keys === DEFAULT_ENVELOPE ? primitive[DATA] : primitive[keys.data];
}

/** The changed fields in a primitive. */
export function changesIn(primitive: Written, keys: Envelope): unknown {
  return keys === DEFAULT_ENVELOPE ? primitive[CHANGES] : primitive[keys.changes];
}
