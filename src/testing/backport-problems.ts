/** Tests backports: writes an object with all children in each of its versions, and reads the result. */
import { OsVifError } from '../errors/base.ts';
import { readObject } from '../versioned/codec/from-primitive.ts';
import type { Primitive } from '../versioned/codec/primitive.ts';
import { primitiveOf } from '../versioned/codec/to-primitive.ts';
import { writeObjectFor } from '../versioned/history/backport.ts';
import { minorVersionsUpTo } from '../versioned/history/version.ts';
import type { Field, FieldType, ObjectModel } from '../versioned/model.ts';
import { newestModel } from '../versioned/registry.ts';

/** One line for each version that cannot be written or read. */
export function backportProblems(model: ObjectModel): string[] {
  const whole = sampleOf(model, 0);
  return minorVersionsUpTo(model.version).flatMap((targetVersion) => {
    try {
      const written = writeObjectFor(readObject(whole), { targetVersion });
      readObject(written);
      return [];
    } catch (error) {
      if (!(error instanceof OsVifError)) throw error;
      return [
        `${model.name} ${targetVersion}: the backport for a peer of this version cannot be read: ${error.message}`,
      ];
    }
  });
}

/**
 * The largest depth of nested objects: enough for grandchildren, and finite for classes with children
 * of their own kind.
 */
const DEPTH = 4;

/** A primitive in which all fields with objects are set. */
function sampleOf(model: ObjectModel, depth: number): Primitive {
  const data = model.fields.flatMap((field): [string, unknown][] => {
    const value = depth < DEPTH ? childOf(field, depth) : undefined;
    return value === undefined ? [] : [[field.wireName, value]];
  });
  const changes = data.map(([name]) => name);
  return primitiveOf(model, model.version, Object.fromEntries(data), changes);
}

function childOf({ type }: Field, depth: number): unknown {
  if (type.object === undefined) return undefined;
  const child = sampleOf(newestModel(type.object.name, type.object.objectClass.namespace), depth + 1);
  return within(type, child);
}

/** A list, a set or a dict with one child, or the child itself. */
function within({ elements }: FieldType<unknown>, child: unknown): unknown {
  if (elements === undefined) return child;
  const element = within(elements.type, child);
  return elements.collection === 'dict' ? { a: element } : [element];
}
