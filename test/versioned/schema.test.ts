import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  IncompatibleVersionError,
  objectClasses,
  type Primitive,
  VersionedObject,
  VIFBridge,
  VIFVHostUser,
  validate,
} from '../../src/entries/index.ts';
import { vectors } from '../conformance/vectors.ts';
import { primitives } from '../objects/arbitraries.ts';
import { bridge, network } from './builders.ts';

const DATA = 'versioned_object.data';

const CLASSES = [...objectClasses('os_vif')].flatMap(([name, [newest]]) => (newest ? [{ name, newest }] : []));

describe.each(['primitive', 'plain'] as const)('the schemas of the %s form', (form) => {
  test('of every class and version compile strictly', () => {
    for (const { newest } of CLASSES) {
      const [, minor = '0'] = newest.version.split('.');
      for (let i = 0; i <= Number(minor); i++) {
        const ajv = new Ajv2020({ strict: true, allErrors: true });
        const schema = newest.jsonSchema(`1.${i}`, { form });
        expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
        expect(() => ajv.compile(schema)).not.toThrow();
      }
    }
  });

  test('are JSON, and of the newest version unless one is named', () => {
    for (const { newest } of CLASSES) {
      const schema = newest.jsonSchema(undefined, { form });
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
      expect(schema).toEqual(newest.jsonSchema(newest.version, { form }));
    }
  });
});

test('there is no schema of a version that the class never had', () => {
  expect(() => VIFBridge.jsonSchema('1.7')).toThrow(IncompatibleVersionError);
});

test('the schema of the plain form takes what toPlain makes, and not what is wrong', () => {
  const ajv = new Ajv2020({ strict: true });
  const check = ajv.compile(VIFBridge.jsonSchema(undefined, { form: 'plain' }));
  expect(check(bridge().toPlain())).toBe(true);
  expect(check({ ...bridge().toPlain(), vif_name: 5 })).toBe(false);
  expect(check({ ...bridge().toPlain(), vifName: 'a' })).toBe(false);
  expect(check({ ...bridge().toPlain(), type: 'VIFGeneric' })).toBe(false);
  expect(check({ ...bridge().toPlain(), network: { subnets: [{ cidr: 'x' }] } })).toBe(false);
});

test.each(['os-vif/roundtrip.json', 'os-vif/backport-target.json', 'os-vif/backport-manifest.json'])(
  'every object in %s is valid at its version',
  async (file) => {
    const rows = vectors<{ expect?: Primitive }[]>(file);
    let valid = 0;
    for (const { expect: primitive } of rows) {
      if (primitive === undefined) continue;
      expect([await validate(primitive), JSON.stringify(primitive)]).toEqual([[], JSON.stringify(primitive)]);
      valid++;
    }
    expect(valid).toBeGreaterThan(50);
  },
);

test('what toPrimitive writes of any object is valid', async () => {
  for (const { name } of CLASSES) {
    for (const sample of fc.sample(primitives(name), { numRuns: 5, seed: 3 })) {
      expect(await validate(VersionedObject.fromPrimitive(sample).toPrimitive())).toEqual([]);
    }
  }
});

describe('validate', () => {
  const NETWORK = `/${DATA}/network/${DATA}`;
  type Edit = [what: string, edit: (primitive: Record<string, unknown>) => void, path: string, message: RegExp];
  const inNetwork = (primitive: object, values: object) =>
    Object.assign(Object(Reflect.get(primitive, DATA)).network[DATA], values);
  const edits: Edit[] = [
    [
      'a missing name',
      (p) => delete p['versioned_object.name'],
      '/versioned_object.name',
      /expected a string, found undefined/,
    ],
    ['missing data', (p) => delete p[DATA], `/${DATA}`, /^missing$/],
    [
      'an unknown name',
      (p) => Object.assign(p, { 'versioned_object.name': 'X' }),
      '/versioned_object.name',
      /no object "X"/,
    ],
    [
      'a version too new',
      (p) => Object.assign(p, { 'versioned_object.version': '1.9' }),
      '/versioned_object.version',
      /cannot be read here/,
    ],
    ['a wrong type', (p) => Object.assign(Object(p[DATA]), { vif_name: 5 }), `/${DATA}/vif_name`, /string, found 5/],
    [
      'null where none is',
      (p) => Object.assign(Object(p[DATA]), { vif_name: null }),
      `/${DATA}/vif_name`,
      /string, found null/,
    ],
    ['a bad address', (p) => Object.assign(Object(p[DATA]), { address: 'x' }), `/${DATA}/address`, /found "x"/],
    ['an unknown field', (p) => Object.assign(Object(p[DATA]), { nope: 1 }), `/${DATA}/nope`, /no such name/],
    ['an unknown key', (p) => Object.assign(p, { nope: 1 }), '/nope', /no such name/],
    [
      'a misspelt field',
      (p) => Object.assign(Object(p[DATA]), { vifName: 'tap0' }),
      `/${DATA}/vifName`,
      /^no such name here, did you mean vif_name\?$/,
    ],
    [
      'a misspelt object',
      (p) => Object.assign(p, { 'versioned_object.name': 'VIFBrigde' }),
      '/versioned_object.name',
      /no object "VIFBrigde" .*did you mean VIFBridge\?/,
    ],
    [
      'a misspelt namespace',
      (p) => Object.assign(p, { 'versioned_object.namespace': 'os-vif' }),
      '/versioned_object.name',
      /did you mean os_vif\? .*correct the namespace/,
    ],
    [
      'a misspelt key',
      (p) => {
        delete p[DATA];
        Object.assign(p, { 'versioned_object.dat': {} });
      },
      `/${DATA}`,
      /^missing; versioned_object.dat is there instead$/,
    ],
    [
      'a wrong change',
      (p) => Object.assign(p, { 'versioned_object.changes': ['nope'] }),
      '/versioned_object.changes/0',
      /found "nope"/,
    ],
    [
      'changes of a wrong type',
      (p) => Object.assign(p, { 'versioned_object.changes': 'id' }),
      '/versioned_object.changes',
      /found "id"/,
    ],
    ['a wrong value within', (p) => inNetwork(p, { vlan: 'x' }), `${NETWORK}/vlan`, /integer, found "x"/],
    ['an unsafe integer within', (p) => inNetwork(p, { mtu: 2 ** 53 }), `${NETWORK}/mtu`, /found 9007199254740992/],
    [
      'an object of a wrong class',
      (p) => inNetwork(p, { subnets: network().toPrimitive() }),
      `${NETWORK}/subnets/versioned_object.name`,
      /"SubnetList"/,
    ],
  ];

  test.each(edits)('names %s by its path', async (_, edit, path, message) => {
    const primitive = JSON.parse(JSON.stringify(bridge()));
    expect(await validate(primitive)).toEqual([]);
    edit(primitive);
    expect(await validate(primitive)).toContainEqual({ path, message: expect.stringMatching(message) });
  });

  test('says everything that is wrong, not just the first', async () => {
    const primitive = JSON.parse(JSON.stringify(bridge()));
    Object.assign(primitive[DATA], { vif_name: 5, id: 'x', nope: 1 });
    primitive[DATA].network[DATA].subnets[DATA].objects[0][DATA].cidr = '10/8';
    const paths = (await validate(primitive)).map(({ path }) => path);
    const cidr = `${NETWORK}/subnets/${DATA}/objects/0/${DATA}/cidr`;
    expect(paths.sort()).toEqual([`/${DATA}/id`, cidr, `/${DATA}/nope`, `/${DATA}/vif_name`].sort());
  });

  test('names the word of a few that was meant', async () => {
    const vif = new VIFVHostUser({ mode: 'client' }).toPrimitive();
    Object.assign(vif[DATA], { mode: 'sever' });
    expect(await validate(vif)).toEqual([
      { path: `/${DATA}/mode`, message: 'expected one of client, server, found "sever", did you mean server?' },
    ]);
  });

  test.each(['1.1', '1.1.0', '1.1.7', '1.0.3', '1'])(
    'takes version %s of an object and of its children, as reading does',
    async (version) => {
      const { mtu: _, ...data } = network().toPrimitive()[DATA];
      const primitive = {
        'versioned_object.name': 'Network',
        'versioned_object.namespace': 'os_vif',
        'versioned_object.version': version,
        [DATA]: data,
      };
      const vif = { ...new VIFBridge({}).toPrimitive(), [DATA]: { network: primitive } };
      expect(() => VersionedObject.fromPrimitive(vif)).not.toThrow();
      expect([await validate(primitive), await validate(vif)]).toEqual([[], []]);
    },
  );

  test.each(['1.2', '1.2.0', '1.01', '1.0.', '1.0.0.0', ' 1.0'])(
    'refuses version %j of a child, as reading does',
    async (version) => {
      const child = { ...network().toPrimitive(), 'versioned_object.version': version };
      const vif = { ...new VIFBridge({}).toPrimitive(), [DATA]: { network: child } };
      expect(() => VersionedObject.fromPrimitive(vif)).toThrow();
      expect(await validate(vif)).toEqual([
        {
          path: `${NETWORK.replace(/\/[^/]*$/, '')}/versioned_object.version`,
          message: expect.stringContaining('expected version 1.0 or 1.1, found'),
        },
      ]);
    },
  );

  test('refuses fields of later versions', async () => {
    const { 'versioned_object.changes': _, ...rest } = network().toPrimitive();
    const found = await validate({ ...rest, 'versioned_object.version': '1.0' });
    expect(found.map(({ path }) => path)).toEqual([`/${DATA}/mtu`]);
  });

  test('speaks of what is no object at all', async () => {
    expect(await validate([])).toEqual([{ path: '', message: 'expected a versioned object, found an empty array' }]);
    expect(await validate(null)).toHaveLength(1);
  });
});
