/** Finds fields by the names of their properties, and assigns values to them. */
import { FieldValueError, ReadOnlyFieldError, UnknownFieldError } from '../errors/model.ts';
import { withOwnSerialNamespace } from './children.ts';
import { valueForNull } from './codec/from-primitive.ts';
import { type Field, MODEL, type ObjectState, STATE } from './model.ts';

/** The setter of every field: checks and stores the value. `undefined` unsets the field. */
export function assign(object: ObjectState, field: Field, value: unknown): void {
  const state = object[STATE];
  const { values, changed } = state;
  const before = values[field.index];
  const after = value === undefined ? undefined : coerce(object, field, value, before);
  if (field.readOnly && before !== undefined) {
    if (after === before || (after !== undefined && field.type.equal?.(after, before))) return;
    throw new ReadOnlyFieldError(object[MODEL].name, field.name);
  }
  values[field.index] = after;
  const isMarked = changed.includes(field.wireName);
  if (after === undefined && isMarked) state.changed = changed.filter((name) => name !== field.wireName);
  else if (after !== undefined && !isMarked) state.changed = [...changed, field.wireName];
}

function coerce(object: ObjectState, field: Field, value: unknown, before: unknown): unknown {
  try {
    const coerced = value === null ? valueForNull(field) : field.type.coerce(value);
    if (before !== undefined && before !== null) field.type.checkChange?.(before, coerced);
    return field.type.object === undefined ? coerced : withOwnSerialNamespace(coerced, object[MODEL]);
  } catch (error) {
    if (error instanceof FieldValueError) error.within(field.name, object[MODEL].name);
    throw error;
  }
}

/** The field of a property. Throws {@link UnknownFieldError}. */
export function fieldOf(object: ObjectState, name: string): Field {
  const field = object[MODEL].byName.get(name);
  if (field === undefined) throw new UnknownFieldError(object[MODEL].name, name, [...object[MODEL].byName.keys()]);
  return field;
}
