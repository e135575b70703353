/** Plain values in place of objects, in the values of a constructor: `{ network: { mtu: 1450 } }`. */
import { mapObjects } from './children.ts';
import { type FieldType, MODEL } from './model.ts';

/** The value of a field with an object in place of each plain object, and with a list in place of its elements. */
export function withObjects(type: FieldType<unknown>, value: unknown): unknown {
  const { object } = type;
  if (object === undefined || !holdsPlain(type, value)) return value;
  return mapObjects(type, value, (found) => {
    const { construct, isList } = object.objectClass.prototype[MODEL];
    if (Array.isArray(found) && isList) return new construct({ objects: found });
    return isPlain(found) ? new construct(found) : found;
  });
}

/** Whether a value of the right form has plain objects in it. A value of another form stays, and is refused later. */
function holdsPlain({ elements }: FieldType<unknown>, value: unknown): boolean {
  if (elements === undefined) return isPlain(value) || Array.isArray(value);
  const isDict = elements.collection === 'dict';
  if (isDict ? !isPlain(value) : !Array.isArray(value)) return false;
  const held: readonly unknown[] = Array.isArray(value) ? value : Object.values(value as object);
  return held.some((element) => holdsPlain(elements.type, element));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
