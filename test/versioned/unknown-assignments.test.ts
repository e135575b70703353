/** Assignments to properties that no field has. */
import { expect, test } from 'vitest';
import { Network, VersionedObject, VIFBridge, VIFGeneric } from '../../src/entries/index.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

test.each<[string, () => VIFGeneric]>([
  ['a new object', () => new VIFGeneric({ id: ID })],
  ['an object that was read', () => VIFGeneric.fromPrimitive(new VIFGeneric({ id: ID }).toPrimitive())],
  ['an object from the plain form', () => VIFGeneric.fromPlain({ type: 'VIFGeneric', id: ID })],
  ['a clone', () => new VIFGeneric({ id: ID }).clone()],
])('a misspelt assignment to %s fails and names the right field', (_, make) => {
  const vif = make();
  expect(() => Reflect.set(vif, 'vifname', 'x')).toThrow('VIFGeneric has no field "vifname", did you mean vifName?');
  expect(() => Object.assign(vif, { vifName: 'tap0', plugn: 'tap' })).toThrow('"plugn", did you mean plugin?');
  expect(vif.vifName).toBe('tap0');
  expect(Object.keys(vif)).toEqual([]);
});

test('symbols and members of a class of the user can be assigned', () => {
  class Counted extends VIFBridge {
    declare count: number;
    #notes = ['private'];
    get notes(): string[] {
      return this.#notes;
    }
    get doubled(): number {
      return this.count * 2;
    }
  }
  Object.defineProperty(Counted.prototype, 'count', { value: 1, writable: true });
  const counted = new Counted({ id: ID });
  counted.count = 5;
  const mark = Symbol('mark');
  Reflect.set(counted, mark, 1);
  expect([counted.doubled, counted.notes, Reflect.get(counted, mark)]).toEqual([10, ['private'], 1]);
});

test('the last prototype changes nothing else', () => {
  const network = new Network({ id: ID });
  expect([`${network}`, Object.hasOwn(network, 'id'), 'constructor' in network, Reflect.get(network, 'then')]).toEqual([
    '[object Object]',
    false,
    true,
    undefined,
  ]);
  expect(network).toBeInstanceOf(Object);
  expect(structuredClone({ a: 1 })).toEqual({ a: 1 });
  const plain: Record<string, unknown> = Object.create(VersionedObject.prototype);
  expect(Object.getPrototypeOf(plain)).toBe(VersionedObject.prototype);
});
