/** Makes objects whose state is known, without the checks of constructors. */
import { type DeclaredClass, type ObjectModel, type ObjectState, STATE, type State } from './model.ts';

/** Passed to a constructor instead of values by a caller that fills the object itself. */
export const BLANK: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Notes that the constructor of a class only calls that of its base class, and that the class has no private
 * members. Objects of it are made without its constructor when they are read.
 */
export function noteSimpleConstructor(objectClass: object): void {
  simple.add(objectClass);
}

const simple = new WeakSet<object>();

/**
 * Makes objects of a class without its constructor. Undefined if the constructor of the class, or that of its base
 * class, may do more than {@link noteSimpleConstructor} says.
 */
export function makerOf(objectClass: DeclaredClass, base: ObjectModel | undefined): ObjectModel['make'] {
  if (!simple.has(objectClass) || (base !== undefined && base.make === undefined)) return undefined;
  function Made(this: ObjectState, state: State): void {
    this[STATE] = state;
  }
  Made.prototype = objectClass.prototype;
  return Made as unknown as ObjectModel['make'];
}

/** A new object with this state. Values that the constructor of its class sets are lost. */
export function objectWith(state: State): ObjectState {
  const { make, construct } = state.model;
  if (make !== undefined) return new make(state);
  const object = new construct(BLANK);
  object[STATE] = state;
  return object;
}
