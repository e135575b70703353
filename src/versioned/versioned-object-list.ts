/** The base class of versioned lists. */
import { requireArgument } from '../errors/argument.ts';
import { VersionedObject } from './versioned-object.ts';

const INDEX = { expected: 'the index of an element', accepts: Number.isInteger };

/**
 * A list that is a versioned object. A subclass declares the type of its elements:
 * `@field(listOf(objectOf(Subnet))) declare objects?: readonly Subnet[]`. The list is iterable. A new list has no
 * elements. Its plain form is an array. The option `objectListBase` of the class decides on further behaviour.
 */
export abstract class VersionedObjectList<T extends VersionedObject> extends VersionedObject {
  /** The elements: a frozen array. Assign another array to change the list. */
  declare objects?: readonly T[];

  /** The number of elements. */
  get length(): number {
    return this.objects?.length ?? 0;
  }

  /** The element at an index. A negative index counts from the end, as in arrays. */
  at(index: number): T | undefined {
    requireArgument('at', index, INDEX);
    return this.objects?.at(index);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return (this.objects ?? [])[Symbol.iterator]();
  }
}
