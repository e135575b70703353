/** Assignments to properties that an object does not have, such as `vif.vifname = 'tap0'`. */
import { UnknownFieldError } from '../errors/model.ts';
import { isVersionedObject, MODEL, STATE } from './model.ts';

/**
 * Makes an assignment throw {@link UnknownFieldError} if neither the object nor its class has a property of that
 * name. JavaScript would add the property, and the field would keep its value.
 *
 * The handler is the prototype of this prototype. JavaScript asks it only for properties that it finds nowhere
 * before, so fields cost nothing.
 *
 * @param prototype the prototype of the base class of all objects
 */
export function refuseUnknownAssignments(prototype: object): void {
  // The constructor assigns this property. JavaScript finds it here.
  Object.defineProperty(prototype, STATE, { value: undefined, writable: true });
  const handler: ProxyHandler<object> = {
    set(target, name, value, receiver) {
      if (typeof name === 'symbol' || !isVersionedObject(receiver)) return Reflect.set(target, name, value, receiver);
      const { name: objectName, byName } = receiver[MODEL];
      throw new UnknownFieldError(objectName, name, [...byName.keys()]);
    },
  };
  Object.setPrototypeOf(prototype, new Proxy({}, handler));
}
