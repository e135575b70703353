/** Whether an object can be written in each of its versions, with objects in all its fields, and what was written be read. */
import { OsVifError } from '../errors/base.ts';
import { writeObjectFor } from '../versioned/backport.ts';
import { readObject } from '../versioned/codec/from-primitive.ts';
import { CHANGES, DATA, NAME, NAMESPACE, type Primitive, VERSION_KEY } from '../versioned/codec/primitive.ts';
import type { Field, ObjectModel } from '../versioned/model.ts';
import { newestModel } from '../versioned/registry.ts';
import { minorVersionsUpTo } from '../versioned/version.ts';

/** A line for each version that it cannot. */
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
        `${model.name} ${targetVersion}: what is written for a peer of that version cannot be read: ${error.message}`,
      ];
    }
  });
}

/** Deep enough for a child's children, and an end for objects that hold their own kind. */
const DEPTH = 4;

/** An object whose fields of objects are all set. */
function sampleOf(model: ObjectModel, depth: number): Primitive {
  const data = model.fields.flatMap((field): [string, unknown][] => {
    const value = depth < DEPTH ? childOf(field, depth) : undefined;
    return value === undefined ? [] : [[field.wireName, value]];
  });
  return {
    [NAME]: model.name,
    [NAMESPACE]: model.namespace,
    [VERSION_KEY]: model.version,
    [DATA]: Object.fromEntries(data),
    [CHANGES]: data.map(([name]) => name),
  };
}

function childOf({ type }: Field, depth: number): unknown {
  if (type.object === undefined) return undefined;
  const child = sampleOf(newestModel(type.object.name, type.object.objectClass.namespace), depth + 1);
  return type.osloName === 'List' ? [child] : child;
}
