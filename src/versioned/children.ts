/** The versioned objects in a value of a field. */
import { FieldValueError } from '../errors/model.ts';
import type { Envelope } from './codec/envelope.ts';
import { type FieldType, isVersionedObject, MODEL, type ObjectModel, type ObjectState } from './model.ts';

/** The object that a value is, or the objects that it holds: in lists, sets and dicts, at any depth. */
export function objectsIn(value: unknown): ObjectState[] {
  if (isVersionedObject(value)) return [value];
  return elementsOf(value).flatMap(objectsIn);
}

/**
 * Whether a field with objects holds one, or a list of them. Only such objects are backported, and
 * named in a manifest, as in oslo. Objects in dicts, sets, lists of lists and fields of own types keep their version.
 */
export function isObjectOrList({ elements, osloName }: FieldType<unknown>): boolean {
  return osloName === 'Object' || (osloName === 'List' && elements?.type.osloName === 'Object');
}

/** A value of a field with another value for each object. */
export function mapObjects(type: FieldType<unknown>, value: unknown, replace: (object: unknown) => unknown): unknown {
  if (value === null || value === undefined) return value;
  if (type.elements === undefined) return replace(value);
  const { type: elementType } = type.elements;
  const map = (element: unknown) => mapObjects(elementType, element, replace);
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, map);
  const mapped: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) mapped[key] = map(Reflect.get(value, key));
  return mapped;
}

/**
 * Returns the value of a field. Throws {@link FieldValueError} for a child with another serial namespace than
 * its parent, because oslo reads children with the keys of the parent.
 */
export function withOwnSerialNamespace<V>(value: V, { name, envelope }: Pick<ObjectModel, 'name' | 'envelope'>): V {
  if (!holdsForeign(value, envelope)) return value;
  const foreign = objectsIn(value).find((child) => child[MODEL].envelope !== envelope);
  throw new FieldValueError(
    foreign?.[MODEL].envelope.serialNamespace,
    `a child with the serial namespace ${envelope.serialNamespace} of ${name}, because oslo reads children with the keys of their parent`,
  );
}

/** Works without new arrays for objects and for lists, because it runs for each child that is read. */
function holdsForeign(value: unknown, envelope: Envelope): boolean {
  if (isVersionedObject(value)) return value[MODEL].envelope !== envelope;
  const elements = Array.isArray(value) ? value : elementsOf(value);
  for (let i = 0; i < elements.length; i++) if (holdsForeign(elements[i], envelope)) return true;
  return false;
}

function elementsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (typeof value !== 'object' || value === null) return [];
  // Not Object.values(), whose time grows faster than the number of keys.
  return Object.keys(value).map((key) => Reflect.get(value, key));
}
