/** Classes as schemas of frameworks, and the validation of both forms. */
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  defineObject,
  integer,
  Network,
  type StandardSchema,
  string,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  validate,
} from '../../src/entries/index.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const vif = new VIFBridge({ id: ID, vifName: 'tap0', network: { mtu: 1450 } });

/** What a framework does with a schema. */
async function parse<T>({ '~standard': schema }: { readonly '~standard': StandardSchema<T> }, value: unknown) {
  const result = await schema.validate(value);
  return result.issues ?? result.value;
}

describe('a class as a standard schema', () => {
  test.each([
    ['the wire form', vif.toPrimitive()],
    ['the plain form', vif.toPlain()],
    ['JSON of it', JSON.parse(JSON.stringify(vif))],
  ])('makes an object of %s', async (_, value) => {
    for (const schema of [VIFBridge, VIFBase]) {
      const parsed = await parse(schema, value);
      expect(parsed).toBeInstanceOf(VIFBridge);
      expect(parsed instanceof VIFBridge && parsed.equals(vif)).toBe(true);
    }
  });

  test('takes the plain form of its own class without type', async () => {
    expect(await parse(Network, { mtu: 1450 })).toBeInstanceOf(Network);
  });

  test('tells every violation with its path', async () => {
    const wrong = { type: 'VIFBridge', vif_nmae: 'tap0', address: 'x', network: { type: 'Network', mtu: 'y' } };
    expect(await parse(VIFBridge, wrong)).toEqual(
      [
        { path: ['vif_nmae'], message: expect.stringContaining('did you mean vif_name?') },
        { path: ['address'], message: expect.stringContaining('a MAC address') },
        { path: ['network', 'mtu'], message: expect.stringContaining('found "y"') },
      ].map((issue) => expect.objectContaining(issue)),
    );
  });

  test.each<[string, unknown, string]>([
    ['a text', '{"a": 1}', 'found "{'],
    ['nothing', undefined, 'found undefined'],
    [
      'an object of another class',
      new VIFGeneric({ id: ID }).toPlain(),
      'expected a subclass of VIFBridge, found "VIFGeneric"',
    ],
    ['an unknown class', { type: 'VIFBrigde' }, 'did you mean VIFBridge?'],
  ])('refuses %s', async (_, value, message) => {
    expect(await parse(VIFBridge, value)).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  test('has the type of its objects if defineObject declares it', () => {
    const Port = defineObject({
      name: 'Port',
      namespace: 'acme-standard',
      version: '1.0',
      fields: { name: string(), vlan: integer() },
    });
    type Parsed = Extract<Awaited<ReturnType<(typeof Port)['~standard']['validate']>>, { value: unknown }>['value'];
    expectTypeOf<Parsed['vlan']>().toEqualTypeOf<number | undefined>();
    expect(Port['~standard']).toMatchObject({ version: 1, vendor: 'os-vif' });
  });
});

describe('validate takes the plain form', () => {
  test('of a valid object', async () => {
    expect(await validate(vif.toPlain())).toEqual([]);
    expect(await validate(new Network({ subnets: [{ cidr: '192.0.2.0/24' }] }).toPlain())).toEqual([]);
  });

  test.each<[string, object, { path: string; message: string }[]]>([
    ['a misspelt name', { ...vif.toPlain(), vifname: 'x' }, [{ path: '/vifname', message: 'vif_name' }]],
    ['an unknown class', { type: 'VIFBrigde' }, [{ path: '/type', message: 'did you mean VIFBridge?' }]],
    [
      'two wrong values',
      { type: 'VIFBridge', id: 5, active: 'yes' },
      [
        { path: '/id', message: 'a UUID' },
        { path: '/active', message: 'true or false' },
      ],
    ],
  ])('and tells %s', async (_, plain, violations) => {
    expect(await validate(plain)).toEqual(
      expect.arrayContaining(
        violations.map(({ path, message }) => ({ path, message: expect.stringContaining(message) })),
      ),
    );
    expect(await validate(plain)).toHaveLength(violations.length);
  });

  test('but not an object without type and without keys of the wire form', async () => {
    expect(await validate({ id: ID })).toHaveLength(3);
  });
});
