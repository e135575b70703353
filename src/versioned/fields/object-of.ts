/** The field type of nested versioned objects. */

import { requireArgument, requireOptions } from '../../errors/argument.ts';
import { BOOLEAN, FUNCTION, type ValueKind } from '../../errors/value-kinds.ts';
import { cloneObject } from '../clone.ts';
import { readAt } from '../codec/from-primitive.ts';
import { writeObject } from '../codec/to-primitive.ts';
import { equalObjects } from '../equals.ts';
import { noteExtension } from '../extensions.ts';
import {
  type FieldType,
  isVersionedObject,
  MODEL,
  nothingRead,
  type ObjectModel,
  type ObjectReference,
  type ObjectState,
} from '../model.ts';
import type { ObjectClass } from '../object-class.ts';
import type { VersionedObject } from '../versioned-object.ts';
import { refuse } from './field-type.ts';

const CLASS: ValueKind = {
  ...FUNCTION,
  expected: 'a class, or a function that returns a class that is declared later',
};

/**
 * A versioned object.
 *
 * @param objectClass the class, or a function that returns it if it is declared later (a class with children
 *   of its own kind)
 * @param options `subclasses: true`: the field also accepts objects of subclasses
 */
export function objectOf<T extends VersionedObject>(
  objectClass: ObjectClass<T> | (() => ObjectClass<T>),
  options: { subclasses?: boolean } = {},
): FieldType<T> {
  requireArgument('objectOf', objectClass, CLASS);
  requireOptions('objectOf', options, { subclasses: BOOLEAN });
  const subclasses = options.subclasses === true;
  let known: ObjectClass<T> | undefined;
  const object: ObjectReference = {
    get objectClass() {
      known ??= isObjectClass(objectClass) ? objectClass : objectClass();
      noteExtension(known);
      return known;
    },
    get name() {
      return this.objectClass.objectName;
    },
    subclasses,
  };
  const accepts = (model: ObjectModel) => model.name === object.name || (subclasses && model.names.has(object.name));
  const refuseObject = (found: unknown) =>
    refuse(found, `${subclasses ? 'a subclass of ' : 'an object of class '}${object.name}`);
  const isAccepted = (value: unknown): value is T => isVersionedObject(value) && accepts(value[MODEL]);
  const place = nothingRead();
  const check = (model: ObjectModel) => {
    if (!accepts(model)) refuseObject(model.name);
  };
  return {
    osloName: 'Object',
    object,
    coerce: (value) => (isAccepted(value) ? value : refuseObject(isVersionedObject(value) ? value[MODEL].name : value)),
    read: (primitive, depth) => readAt(place, primitive, depth, object, check) as T & ObjectState,
    write: writeObject,
    schema: (context) => context.objectSchema(object),
    equal: equalObjects,
    clone: (value) => {
      const copy: unknown = cloneObject(value);
      return isAccepted(copy) ? copy : value;
    },
  };
}

function isObjectClass<T extends VersionedObject>(
  value: ObjectClass<T> | (() => ObjectClass<T>),
): value is ObjectClass<T> {
  return 'objectName' in value;
}
