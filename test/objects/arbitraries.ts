/** Objects of any class as fast-check makes them up: any fields set or not, children at any depth, text of any kind. */
import fc from 'fast-check';
import type { Primitive } from '../../src/entries/index.ts';
import type { Field, ObjectModel } from '../../src/versioned/model.ts';
import { models, newestModel } from '../../src/versioned/registry.ts';

const hexByte = fc.integer({ min: 0, max: 255 }).map((byte) => byte.toString(16).padStart(2, '0'));
export const macAddresses = fc.array(hexByte, { minLength: 6, maxLength: 6 }).map((bytes) => bytes.join(':'));
export const pciAddresses = fc
  .tuple(hexByte, hexByte, hexByte, fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 7 }))
  .map(([a, b, bus, slot, fn]) => `${a}${b}:${bus}:${slot.toString(16).padStart(2, '0')}.${fn}`);
const ipv4 = fc.ipV4();
const ipv6 = fc.constantFrom('2001:db8::1', '::', '::1', 'fe80::a:b', 'fd00:1:2:3:4:5:6:7', '::ffff:192.0.2.1');
export const ipAddresses = fc.oneof(ipv4, ipv6);
export const ipNetworks = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
);
/** Any text that UTF-8 can carry, most of it awkward. */
export const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '"', "'", '\n', '\u2028', 'null', '💻'),
);

/** A primitive of a class: everything that it may say and that is valid. */
export function primitives(name: string, depth = 0): fc.Arbitrary<Primitive> {
  const model = newestModel(name, 'os_vif');
  const values = Object.fromEntries(model.fields.map((field) => [field.wireName, valuesOf(field, depth)]));
  return fc.record(values, { requiredKeys: [] }).chain((data) =>
    fc.subarray(Object.keys(data)).map((changes) => ({
      'versioned_object.name': name,
      'versioned_object.namespace': 'os_vif',
      'versioned_object.version': model.version,
      'versioned_object.data': data,
      ...(changes.length > 0 && { 'versioned_object.changes': changes }),
    })),
  );
}

function valuesOf(field: Field, depth: number): fc.Arbitrary<unknown> {
  const value = plainValues(field, depth);
  return field.nullable ? fc.option(value, { freq: 5 }) : value;
}

function plainValues({ type, name }: Field, depth: number): fc.Arbitrary<unknown> {
  if (type.object) {
    const children = fc.constantFrom(...takenBy(type.object)).chain((model) => primitives(model.name, depth + 1));
    return type.osloName === 'List' ? fc.array(children, { maxLength: 2 }) : children;
  }
  const words = type.fingerprint?.valid_values;
  if (typeof words === 'object' && words !== null && 'tuple' in words && Array.isArray(words.tuple)) {
    return fc.constantFrom(...words.tuple);
  }
  const found = BY_TYPE[type.osloName];
  if (found === undefined) throw new Error(`${name}: no values known for ${type.osloName}`);
  return found;
}

function takenBy({ name, subclasses }: { name: string; subclasses: boolean }): ObjectModel[] {
  return models('os_vif').filter((model) => model.name === name || (subclasses && model.names.has(name)));
}

const BY_TYPE: Record<string, fc.Arbitrary<unknown>> = {
  String: texts,
  Integer: fc.maxSafeInteger(),
  Boolean: fc.boolean(),
  UUID: fc.uuid(),
  MACAddress: macAddresses,
  PCIAddress: pciAddresses,
  IPAddress: ipAddresses,
  IPNetwork: ipNetworks,
  List: fc.array(ipAddresses, { maxLength: 3 }),
};
