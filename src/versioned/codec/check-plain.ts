/** Checks plain forms before class-transformer reads them. */
import { FieldValueError, UnknownFieldError } from '../../errors/model.ts';
import { shortened } from '../../text/bounds.ts';
import { isRecord } from '../../text/is-record.ts';
import { refuse } from '../fields/field-type.ts';
import { type Field, type FieldType, MODEL, type ObjectModel, type ObjectReference } from '../model.ts';
import { newestModel, newestModelNear } from '../registry.ts';
import { MAX_DEPTH, valueForNull } from './from-primitive.ts';

/**
 * Checks a plain form and returns its model. class-transformer itself ignores unknown names, and
 * overflows the stack for deeply nested objects.
 */
export function checkPlain(
  plain: unknown,
  expected: ObjectModel | undefined,
  subclasses: boolean,
  depth: number,
): ObjectModel {
  if (depth > MAX_DEPTH) return refuse(plain, `at most ${MAX_DEPTH} objects within one another`);
  if (Array.isArray(plain) && expected?.isList) {
    const object = expected.byName.get('objects')?.type.object;
    plain.forEach((element, i) => {
      const check = () =>
        checkPlain(element, object?.objectClass.prototype[MODEL], object?.subclasses === true, depth + 1);
      along(i, check, expected.name);
    });
    return expected;
  }
  if (!isRecord(plain) || expected?.isList) return refuse(plain, `${expected?.name ?? 'an object'} in its plain form`);
  const model = modelMeant(plain, expected, subclasses);
  for (const name of Object.keys(plain)) {
    const value = plain[name];
    if (name === 'type') continue;
    const field = model.byPlainName.get(name);
    if (field === undefined) throw new UnknownFieldError(model.name, name, [...model.byPlainName.keys()]);
    if (value === undefined) continue;
    along(name, () => checkValue(field, value, depth + 1), model.name);
  }
  return model;
}

function modelMeant(
  plain: Record<string, unknown>,
  expected: ObjectModel | undefined,
  subclasses: boolean,
): ObjectModel {
  const { type } = plain;
  if (type === undefined && expected !== undefined) return expected;
  if (typeof type !== 'string') throw new FieldValueError(type, 'the name of an object').within('type', expected?.name);
  if (type === expected?.name) return newestModel(type, expected.namespace);
  const model = newestModelNear(type, expected?.namespace);
  const taken = expected === undefined || (subclasses && model.names.has(expected.name));
  return taken ? model : refuse(type, `${subclasses ? 'a subclass of ' : ''}${expected.name}`);
}

function checkValue({ type, ...field }: Field, value: unknown, depth: number): void {
  if (value === null) valueForNull({ type, ...field });
  else if (type.object === undefined) type.read(value, depth);
  else checkObjects(type, type.object, value, depth);
}

/** Checks the objects in a field. They may be in lists, sets and dicts. */
function checkObjects({ elements }: FieldType<unknown>, object: ObjectReference, value: unknown, depth: number): void {
  const check = (element: unknown) => {
    if (elements === undefined) checkPlain(element, object.objectClass.prototype[MODEL], object.subclasses, depth);
    else if (element !== null || !elements.nullable) checkObjects(elements.type, object, element, depth);
  };
  if (elements === undefined) check(value);
  else if (elements.collection === 'dict') {
    const dict = isRecord(value) ? value : refuse(value, 'an object');
    for (const key of Object.keys(dict)) along(`[${JSON.stringify(shortened(key))}]`, () => check(dict[key]));
  } else {
    const list: unknown[] = Array.isArray(value) ? value : refuse(value, 'an array');
    for (const [i, element] of list.entries()) along(i, () => check(element));
  }
}

/** Runs the check, and adds the place to the path of its FieldValueError. */
function along(place: string | number, check: () => unknown, objectName?: string): void {
  try {
    check();
  } catch (error) {
    if (error instanceof FieldValueError) error.within(place, objectName);
    throw error;
  }
}

/** The model of the elements of a list object. */
export function elementOf(model: ObjectModel): ObjectModel | undefined {
  return model.isList ? model.byName.get('objects')?.type.object?.objectClass.prototype[MODEL] : undefined;
}
