/** Finds the fields of a primitive that its class does not have. */
import { UnknownFieldError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { isVersionedObject, MODEL, type ObjectState, STATE } from '../model.ts';
import { changesIn, dataIn } from './primitive.ts';

/**
 * Throws {@link UnknownFieldError} for a primitive with a field, or a change of a field, that its class does not
 * have. Children are checked too.
 *
 * @param object the object that was read from the primitive
 */
export function refuseUnknownFields(object: ObjectState, primitive: unknown): void {
  if (!isRecord(primitive)) return;
  const { name, byWireName, envelope, fields } = object[MODEL];
  const data = recordOf(dataIn(primitive, envelope));
  const changes = changesIn(primitive, envelope);
  const given = [...Object.keys(data), ...(Array.isArray(changes) ? changes : [])];
  const unknown = given.find((wireName) => !byWireName.has(wireName));
  if (unknown !== undefined) throw new UnknownFieldError(name, unknown, [...byWireName.keys()]);
  for (const { type, index, wireName } of fields) {
    if (type.object !== undefined) refuseInChildren(object[STATE].values[index], data[wireName]);
  }
}

/** The value of a field has the same structure as its primitive. */
function refuseInChildren(value: unknown, primitive: unknown): void {
  if (isVersionedObject(value)) refuseUnknownFields(value, primitive);
  else if (Array.isArray(primitive)) {
    for (const [i, element] of elementsOf(value).entries()) refuseInChildren(element, primitive[i]);
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) refuseInChildren(value[key], recordOf(primitive)[key]);
  }
}

function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) || value instanceof Set ? [...value] : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
