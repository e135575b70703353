/** A list that is a versioned object itself. */
import { VersionedObject } from './versioned-object.ts';

/**
 * A versioned list. A subclass declares what it holds: `@field(listOf(objectOf(Subnet))) declare objects?: readonly Subnet[]`.
 * It iterates, and knows its length; where `objects` is unset it is empty. In the plain form it is an array.
 */
export abstract class VersionedObjectList<T extends VersionedObject> extends VersionedObject {
  /** What is in the list. A frozen array: assign another one to change it. */
  declare objects?: readonly T[];

  /** How many objects there are. */
  get length(): number {
    return this.objects?.length ?? 0;
  }

  /** The object at a place; from the end where it is negative, as in arrays. */
  at(index: number): T | undefined {
    return this.objects?.at(index);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return (this.objects ?? [])[Symbol.iterator]();
  }
}
