/** Fields whose wire name is not their property in snake_case, and fields that a class does not have. */
import { describe, expect, test } from 'vitest';
import {
  backport,
  DeclarationError,
  dictOf,
  type FieldOptions,
  type FieldType,
  type FieldValues,
  field,
  integer,
  listOf,
  objectOf,
  setOf,
  string,
  UnknownFieldError,
  VersionedObject,
  VIFBridge,
  validate,
  versionedObject,
} from '../../../src/entries/index.ts';
import { bridge } from '../builders.ts';

/** Kuryr's port of a load balancer. */
@versionedObject({ name: 'LBaaSPortSpec', namespace: 'kuryr_kubernetes', version: '1.1' })
class LBaaSPortSpec extends VersionedObject {
  @field(string(), { nullable: true }) name?: string | null;
  @field(string()) protocol?: string;
  @field(integer()) port?: number;
  @field(string(), { wireName: 'targetPort', since: '1.1' }) targetPort?: string;

  constructor(values: FieldValues<LBaaSPortSpec> = {}) {
    super(values);
  }
}

/** Fields with the names of properties that every versioned object or every object of JavaScript has. */
@versionedObject({ name: 'Odd', namespace: 'acme-names', version: '1.0' })
class Odd extends VersionedObject {
  @field(string(), { wireName: 'type' }) lbType?: string;
  @field(integer(), { wireName: 'version' }) revision?: number;
  @field(string(), { wireName: 'changes' }) diff?: string;
  @field(string(), { wireName: 'constructor' }) builder?: string;
  @field(string(), { wireName: 'toString' }) text?: string;
  @field(string(), { wireName: '_name_id' }) nameId?: string;
  @field(string(), { wireName: 'CG backend/1' }) backend?: string;
  @field(listOf(objectOf(() => Odd)), { wireName: 'hasOwnProperty' }) inner?: readonly Odd[];

  constructor(values: FieldValues<Odd> = {}) {
    super(values);
  }
}

const odd = () =>
  new Odd({
    lbType: 'a',
    revision: 7,
    diff: 'b',
    builder: 'c',
    text: 'd',
    nameId: 'e',
    backend: 'f',
    inner: [new Odd({ lbType: 'x' })],
  });

describe('targetPort of Kuryr', () => {
  const primitive = {
    'versioned_object.name': 'LBaaSPortSpec',
    'versioned_object.namespace': 'kuryr_kubernetes',
    'versioned_object.version': '1.1',
    'versioned_object.data': { name: 'http', protocol: 'TCP', port: 80, targetPort: '8080' },
    'versioned_object.changes': ['targetPort'],
  };

  test('is read and written, and counts in the fingerprint', () => {
    const read = LBaaSPortSpec.fromPrimitive(primitive);
    expect([read.targetPort, read.changes]).toEqual(['8080', ['targetPort']]);
    expect(read.toPrimitive()).toEqual(primitive);
    expect(LBaaSPortSpec.fingerprint()).toBe('1.1-1b307f34630617086c7af70f2cb8b215');
  });

  test('is left out for a peer that does not know it', () => {
    const old: object = backport(primitive, { targetVersion: '1.0' });
    expect(old).toEqual({
      ...primitive,
      'versioned_object.version': '1.0',
      'versioned_object.data': { name: 'http', protocol: 'TCP', port: 80 },
      'versioned_object.changes': undefined,
    });
  });

  test('has its wire name in the plain form and in violations', async () => {
    const read = LBaaSPortSpec.fromPrimitive(primitive);
    expect(read.toPlain()).toMatchObject({ targetPort: '8080' });
    expect(LBaaSPortSpec.fromPlain(read.toPlain()).equals(read)).toBe(true);
    const misspelt = { ...primitive, 'versioned_object.data': { target_port: '8080' } };
    expect(await validate(misspelt)).toEqual([
      { path: '/versioned_object.data/target_port', message: 'no such name here, did you mean targetPort?' },
    ]);
  });
});

describe('fields that are called as properties of every object', () => {
  test('are written and read', async () => {
    const primitive = JSON.parse(JSON.stringify(odd()));
    expect(Object.keys(primitive['versioned_object.data'])).toEqual([
      'type',
      'version',
      'changes',
      'constructor',
      'toString',
      '_name_id',
      'CG backend/1',
      'hasOwnProperty',
    ]);
    expect(Odd.fromPrimitive(primitive).equals(odd())).toBe(true);
    expect(await validate(primitive)).toEqual([]);
  });

  test('are unset in an object without them', async () => {
    const empty = Odd.fromPrimitive(new Odd().toPrimitive());
    expect(empty.toPrimitive()['versioned_object.data']).toEqual({});
    expect(await validate(empty.toPrimitive())).toEqual([]);
  });

  test('go through the plain form, where the name of the property replaces a reserved name', () => {
    expect(odd().toPlain()).toEqual({
      type: 'Odd',
      lb_type: 'a',
      version: 7,
      changes: 'b',
      builder: 'c',
      text: 'd',
      _name_id: 'e',
      'CG backend/1': 'f',
      inner: [{ type: 'Odd', lb_type: 'x' }],
    });
    expect(Odd.fromPlain(odd().toPlain()).equals(odd())).toBe(true);
    expect(Odd.fromPlain(JSON.parse(JSON.stringify(odd().toPlain()))).equals(odd())).toBe(true);
    expect(Odd.fromPlain({}).toPlain()).toEqual({ type: 'Odd' });
    expect(Odd.jsonSchema('1.0', { form: 'plain' })).toMatchObject({
      properties: { type: { const: 'Odd' }, lb_type: {}, version: {} },
    });
  });

  test('are told under their wire name when a value is wrong', () => {
    const primitive = { ...new Odd().toPrimitive(), 'versioned_object.data': { type: 5 } };
    expect(() => Odd.fromPrimitive(primitive)).toThrow('Odd.type: expected a string, found 5');
  });
});

describe('a declaration is refused', () => {
  const declare = (fields: Record<string, FieldOptions<string>>) => {
    class Wrong extends VersionedObject {}
    for (const [name, options] of Object.entries(fields))
      Reflect.apply(field(string(), options), undefined, [Wrong.prototype, name]);
    versionedObject({ name: 'Wrong', namespace: 'acme-names', version: '1.0' })(Wrong);
  };

  test.each([
    ['without a wire name', { a: { wireName: '' } }, 'wireName must be the name of the field on the wire'],
    ['with the wire name __proto__', { a: { wireName: '__proto__' } }, 'not __proto__'],
    [
      'with one wire name for two fields',
      { a: { wireName: 'x' }, x: {} },
      'two fields have the wire name or plain name of a',
    ],
    [
      'with one plain name for two fields',
      { a: { wireName: 'type' }, b: { wireName: 'a' } },
      'two fields have the wire name or plain name of a',
    ],
    ['with a property that every object has', { type: {} }, "rename it, and set wireName: 'type'"],
    ['with a name that is not camelCase', { target_port: {} }, 'rename it, or set wireName'],
  ])('%s', (_, fields, message) => {
    expect(() => declare(fields)).toThrow(DeclarationError);
    expect(() => declare(fields)).toThrow(message);
  });
});

describe('a field that the class does not have', () => {
  const within = (change: (data: Record<string, unknown>) => void) => {
    const primitive = JSON.parse(JSON.stringify(bridge()));
    change(primitive['versioned_object.data']);
    return primitive;
  };
  const unknownTop = within((data) => {
    data.no_such = 1;
  });

  test('is ignored, as in oslo', () => {
    expect(VIFBridge.fromPrimitive(unknownTop).equals(bridge())).toBe(true);
    expect(VIFBridge.fromPrimitive(unknownTop, { unknown: 'ignore' }).equals(bridge())).toBe(true);
  });

  test.each([
    ['in the object', unknownTop, 'VIFBridge has no field "no_such"'],
    [
      'in the changes',
      { ...within(() => {}), 'versioned_object.changes': ['adress'] },
      'VIFBridge has no field "adress", did you mean address?',
    ],
    [
      'in a child',
      within((data) => {
        Object.assign(Object(data.network)['versioned_object.data'], { mut: 1 });
      }),
      'Network has no field "mut", did you mean mtu?',
    ],
    [
      'in an element of a list of a child',
      within((data) => {
        const subnets = Object(data.network)['versioned_object.data'].subnets['versioned_object.data'].objects;
        subnets[0]['versioned_object.data'].cdir = 1;
      }),
      'Subnet has no field "cdir", did you mean cidr?',
    ],
  ])('is refused on request: %s', async (_, primitive, message) => {
    expect(() => VIFBridge.fromPrimitive(primitive)).not.toThrow();
    const read = () => VersionedObject.fromPrimitive(primitive, { unknown: 'refuse' });
    expect(read).toThrow(UnknownFieldError);
    expect(read).toThrow(message);
    expect(await validate(primitive)).toHaveLength(1);
  });

  test('is refused on request in lists of lists and dicts too, and nothing else is refused', () => {
    expect(
      VIFBridge.fromPrimitive(
        within(() => {}),
        { unknown: 'refuse' },
      ).equals(bridge()),
    ).toBe(true);
    const types: Record<string, FieldType<unknown>> = {
      lists: listOf(listOf(objectOf(LBaaSPortSpec))),
      words: dictOf(string()),
      named: dictOf(objectOf(LBaaSPortSpec), { nullable: true }),
      unique: setOf(objectOf(LBaaSPortSpec)),
    };
    class Nested extends VersionedObject {}
    for (const [name, type] of Object.entries(types)) Reflect.apply(field(type), undefined, [Nested.prototype, name]);
    versionedObject({ name: 'Nested', namespace: 'acme-names', version: '1.0' })(Nested);
    const port = { ...new LBaaSPortSpec().toPrimitive(), 'versioned_object.data': { target_port: '1' } };
    const primitive = (data: object) => ({ ...new Nested().toPrimitive(), 'versioned_object.data': data });
    expect(() => Nested.fromPrimitive(primitive({ words: { a: 'b' } }), { unknown: 'refuse' })).not.toThrow();
    const right = { ...port, 'versioned_object.data': {} };
    expect(() =>
      Nested.fromPrimitive(primitive({ lists: [[right]], named: { a: null, b: right }, unique: [right] }), {
        unknown: 'refuse',
      }),
    ).not.toThrow();
    for (const data of [{ lists: [[right, port]] }, { named: { a: null, b: port } }, { unique: [right, port] }])
      expect(() => Nested.fromPrimitive(primitive(data), { unknown: 'refuse' })).toThrow(
        'LBaaSPortSpec has no field "target_port"',
      );
  });
});
