/** Versioned objects at any depth within arguments and results. oslo: VersionedObjectSerializer. */

import { ArgumentError } from '../errors/argument.ts';
import { RpcProtocolError } from '../errors/rpc.ts';
import { isRecord } from '../text/is-record.ts';
import { messageOf } from '../text/message-of.ts';
import { envelopeIn } from '../versioned/codec/envelope.ts';
import { MAX_DEPTH } from '../versioned/codec/from-primitive.ts';
import type { Primitive } from '../versioned/codec/primitive.ts';
import { VersionedObject } from '../versioned/versioned-object.ts';

/**
 * The JSON text of a value in which objects can be at any depth. A Set becomes an array and a Map
 * an object, as Python writes them.
 *
 * @param call the name of the call for error messages
 * @param write writes an object in versions that the peer can read. Default: in the version of the
 *   object
 * @throws ArgumentError if the value cannot be written as JSON, for example because of a cycle
 */
export function textOf(call: string, value: unknown, write?: (object: VersionedObject) => Primitive): string {
  // JSON.stringify calls toJSON before the replacer, so the object itself is only in its holder.
  const replacer = function (this: unknown, key: string, written: unknown): unknown {
    const original = Object.getOwnPropertyDescriptor(this, key)?.value;
    if (write !== undefined && original instanceof VersionedObject) return write(original);
    if (written instanceof Set) return [...written];
    if (written instanceof Map) return Object.fromEntries(written);
    return written;
  };
  let text: string | undefined;
  try {
    text = JSON.stringify(value, replacer);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new ArgumentError(call, `expected values of JSON and versioned objects: ${messageOf(error)}`);
    throw error;
  }
  return text ?? 'null';
}

/**
 * Makes the objects of parsed JSON, at any depth.
 *
 * @throws FieldValueError, UnsupportedObjectError, IncompatibleVersionError for an object that
 *   cannot be read
 * @throws RpcProtocolError for values that are nested too deep
 */
export function withObjects(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RpcProtocolError(`values are nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((element) => withObjects(element, depth + 1));
  if (!isRecord(value)) return value;
  if (envelopeIn(value) !== undefined) return VersionedObject.fromPrimitive(value);
  // fromEntries defines `__proto__` as a property like any other. An assignment would change the prototype.
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withObjects(each, depth + 1)]));
}

/** The versioned objects within a value, but not those within another object. */
export function* objectsOf(value: unknown, depth = 0): Generator<VersionedObject> {
  if (value instanceof VersionedObject) yield value;
  else if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
  else if (value instanceof Map || value instanceof Set || Array.isArray(value))
    for (const each of value.values()) yield* objectsOf(each, depth + 1);
  else for (const each of Object.values(value)) yield* objectsOf(each, depth + 1);
}
