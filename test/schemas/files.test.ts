/** The files in schemas/: that they are what the declarations make, and that they accept and refuse what they should. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { schemaFiles } from '../../scripts/schemas/schema-files.ts';
import { objectClasses, type Primitive, VersionedObject } from '../../src/entries/index.ts';
import { vifFromNetworkInfo } from '../../src/entries/neutron.ts';
import { bundleSchema, readSchema, SCHEMA_BASE, schemaPaths } from '../../src/entries/schemas.ts';
import { vectors } from '../conformance/vectors.ts';
import { ROWS } from '../neutron/nova-vectors.ts';

const NAME = 'versioned_object.name';
const VERSION = 'versioned_object.version';
const DATA = 'versioned_object.data';

const folder = new URL('../../schemas/', import.meta.url);
const paths = await schemaPaths();
const schemas = new Map(paths.map((path) => [path, JSON.parse(readFileSync(new URL(path, folder), 'utf8'))]));

/** As whoever takes the files compiles them: with ajv in strict mode, all of them known to it. */
const ajv = new Ajv2020({ strict: true });
ajv.addSchema([...schemas.values()]);

function accepts(path: string, value: unknown): boolean {
  const check = ajv.getSchema(`${SCHEMA_BASE}${path}`);
  if (check === undefined) throw new Error(`${path} has no schema`);
  return check(value) === true;
}

const primitives = ['roundtrip', 'backport-target', 'backport-manifest'].flatMap((file) =>
  vectors<{ expect?: Primitive }[]>(`os-vif/${file}.json`).flatMap(({ expect }) => expect ?? []),
);

test('are what the declarations make (`npm run schemas` writes them)', () => {
  const made = schemaFiles();
  expect(paths).toEqual([...made.keys()].sort());
  for (const [path, text] of made) expect(readFileSync(new URL(path, folder), 'utf8'), path).toBe(text);
});

test('there is one for every version of every object in both forms, and one for any version', () => {
  for (const [name, [newest]] of objectClasses('os_vif')) {
    const [, minor] = (newest?.version ?? '').split('.');
    const versions = Array.from({ length: Number(minor) + 1 }, (_, i) => `${name}/1.${i}.json`);
    for (const form of ['primitive', 'plain']) {
      expect(paths).toEqual(
        expect.arrayContaining([`${form}/${name}.json`, ...versions.map((path) => `${form}/${path}`)]),
      );
    }
  }
});

test.each(paths)('%s compiles strictly, tells what it is of, and accepts its own examples', (path) => {
  const { $id, title, description, examples = [] } = schemas.get(path);
  expect($id).toBe(`${SCHEMA_BASE}${path}`);
  expect([title, description]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
  expect(() => ajv.getSchema($id)).not.toThrow();
  for (const example of examples) expect(accepts(path, example)).toBe(true);
});

test('every version of a VIF has an example', () => {
  const without = paths.filter((path) => /\/VIF\w+\/[\d.]+\.json$/.test(path) && !schemas.get(path).examples);
  expect(without).toEqual([]);
});

describe('those of objects', () => {
  test('accept every vector of their object and version, alone and among all versions and subclasses', () => {
    const seen = new Set<string>();
    for (const primitive of primitives) {
      const { [NAME]: name, [VERSION]: version } = primitive;
      seen.add(`${name}/${version}`);
      const files = [`primitive/${name}/${version}.json`, `primitive/${name}.json`];
      if (name.startsWith('VIFPortProfile')) files.push('primitive/any/VIFPortProfileBase.json');
      else if (name.startsWith('VIF')) files.push('primitive/any/VIFBase.json');
      for (const file of files) expect([file, accepts(file, primitive), primitive]).toEqual([file, true, primitive]);
    }
    expect(seen.size).toBe(paths.filter((path) => /^primitive\/(?!any\/)\w+\/[\d.]+\.json$/.test(path)).length);
  });

  test.each<[what: string, mutate: (primitive: Primitive) => object]>([
    ['without a name', ({ [NAME]: _, ...rest }) => rest],
    ['without a namespace', ({ 'versioned_object.namespace': _, ...rest }) => rest],
    ['without a version', ({ [VERSION]: _, ...rest }) => rest],
    ['without data', ({ [DATA]: _, ...rest }) => rest],
    ['of another name', (primitive) => ({ ...primitive, [NAME]: 'Nobody' })],
    ['of another namespace', (primitive) => ({ ...primitive, 'versioned_object.namespace': 'nova' })],
    ['of a version that never was', (primitive) => ({ ...primitive, [VERSION]: '1.9' })],
    ['of another major version', (primitive) => ({ ...primitive, [VERSION]: '2.0' })],
    ['with data of a wrong type', (primitive) => ({ ...primitive, [DATA]: [] })],
    ['with changes of a wrong type', (primitive) => ({ ...primitive, 'versioned_object.changes': 'id' })],
    ['with an unknown field', (primitive) => ({ ...primitive, [DATA]: { ...primitive[DATA], nope: 1 } })],
    ['with an unknown key', (primitive) => ({ ...primitive, nope: 1 })],
  ])('refuse every vector %s', (_, mutate) => {
    for (const primitive of primitives) {
      const { [NAME]: name, [VERSION]: version } = primitive;
      const mutant = mutate(structuredClone(primitive));
      expect([mutant, accepts(`primitive/${name}/${version}.json`, mutant)]).toEqual([mutant, false]);
      expect(accepts(`primitive/${name}.json`, mutant)).toBe(false);
    }
  });

  test('refuse every field of every vector where it has a value of another type, as reading does', () => {
    let refused = 0;
    for (const primitive of primitives) {
      const { [NAME]: name, [VERSION]: version } = primitive;
      for (const field of Object.keys(primitive[DATA])) {
        const mutant = { ...primitive, [DATA]: { ...primitive[DATA], [field]: { not: ['of', 'this', 'type'] } } };
        expect([field, accepts(`primitive/${name}/${version}.json`, mutant)]).toEqual([field, false]);
        expect(() => VersionedObject.fromPrimitive(mutant)).toThrow();
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  test('of the plain form accept what toPlain makes of every vector, and refuse a wrong type, name or field', () => {
    for (const primitive of primitives) {
      const { [NAME]: name, [VERSION]: version } = primitive;
      const plain = VersionedObject.fromPrimitive(primitive).toPlain({ version });
      const file = `plain/${name}/${version}.json`;
      expect([plain, accepts(file, plain)]).toEqual([plain, true]);
      expect(accepts(`plain/${name}.json`, plain)).toBe(true);
      if (Array.isArray(plain)) continue;
      expect(accepts(file, { ...plain, nope: 1 })).toBe(false);
      expect(accepts(file, { ...plain, type: 'Nobody' })).toBe(false);
      for (const field of Object.keys(plain)) expect(accepts(file, { ...plain, [field]: { a: ['b'] } })).toBe(false);
    }
  });

  test('refuse fields that came later, on their own and in objects within', () => {
    const network = {
      [NAME]: 'Network',
      'versioned_object.namespace': 'os_vif',
      [VERSION]: '1.0',
      [DATA]: { mtu: 1450 },
    };
    expect(accepts('primitive/Network/1.0.json', network)).toBe(false);
    expect(accepts('primitive/Network/1.1.json', { ...network, [VERSION]: '1.1' })).toBe(true);
    const vif = { ...network, [NAME]: 'VIFGeneric', [DATA]: { network } };
    expect(accepts('primitive/any/VIFBase.json', vif)).toBe(false);
    expect(accepts('plain/Network/1.0.json', { type: 'Network', mtu: 1450 })).toBe(false);
  });
});

describe('that of network_info', () => {
  const file = 'nova/network-info.json';

  test("accepts every entry of nova's that a VIF can be made of", () => {
    const taken = ROWS.filter(({ vif }) => isTaken(vif));
    expect(taken.length).toBeGreaterThan(20);
    for (const { name, vif } of taken) expect([name, accepts(file, vif)]).toEqual([name, true]);
  });

  test.each<[what: string, edit: object]>([
    ['without a network', { network: undefined }],
    ['without a type', { type: null }],
    ['of an unknown type', { type: 'unbound' }],
    ['with a wrong address', { address: 'fa:16' }],
    ['with details of a wrong type', { details: { port_filter: 'yes' } }],
    ['with a wrong network', { network: { id: 'x' } }],
    ['with a vnic type that its type has no way for', { type: 'vrouter', vnic_type: 'vdpa' }],
  ])('refuses each %s, as the conversion does', (_, edit) => {
    for (const { vif } of ROWS) {
      const mutant = JSON.parse(JSON.stringify({ ...vif, ...edit }));
      expect([mutant, accepts(file, mutant), isTaken(mutant)]).toEqual([mutant, false, false]);
    }
  });

  function isTaken(entry: (typeof ROWS)[number]['vif']): boolean {
    try {
      vifFromNetworkInfo(entry);
      return true;
    } catch {
      return false;
    }
  }
});

describe('a bundle', () => {
  const [primitive] = primitives.filter(
    (one) => one[NAME] === 'VIFOpenVSwitch' && one[DATA].network && one[DATA].port_profile,
  );
  let bundle: object;
  beforeAll(async () => {
    bundle = await bundleSchema('primitive/any/VIFBase.json');
  });

  test('needs no other schema', () => {
    const check = new Ajv2020({ strict: true }).compile(bundle);
    expect(check(primitive)).toBe(true);
    expect(
      check({
        ...primitive,
        [DATA]: { ...primitive?.[DATA], network: { ...Object(primitive?.[DATA].network), [VERSION]: '1.9' } },
      }),
    ).toBe(false);
  });

  test('of a schema that refers to none is that schema', async () => {
    expect(await bundleSchema('os-vif:/schemas/plugin-options/ovs.json')).toEqual(
      await readSchema('plugin-options/ovs.json'),
    );
  });
});

describe('a bundle with local references', () => {
  test('of each schema stands alone, and has names that OpenAPI takes', async () => {
    for (const path of await schemaPaths()) {
      const document = await bundleSchema(path, { refs: 'local' });
      const text = JSON.stringify(document);
      expect([path, text.match(/"(?:\$ref|\$id)":"(?!#)[^"]*"/g)]).toEqual([path, null]);
      const names = Object.keys(Object(document.$defs));
      expect([path, names.filter((name) => !/^[a-zA-Z0-9._-]+$/.test(name))]).toEqual([path, []]);
      const references = new Set(text.match(/(?<="\$ref":"#\/\$defs\/)[^"]*/g));
      expect([path, [...references].filter((name) => !names.includes(name))]).toEqual([path, []]);
      // The schemas of single versions consist of the same parts.
      if (!/\d\.json$|^types/.test(path)) new Ajv2020({ strict: true }).compile(document);
    }
  });

  test.each(['primitive/any/VIFBase.json', 'plain/any/VIFBase.json'])('of %s has the same answers', async (path) => {
    const [local, byId] = [
      new Ajv2020({ strict: true }).compile(await bundleSchema(path, { refs: 'local' })),
      new Ajv2020({ strict: true }).compile(await bundleSchema(path)),
    ];
    const vifs = primitives.filter((one) => String(one[NAME]).startsWith('VIF'));
    const given = path.startsWith('plain') ? vifs.map((one) => VersionedObject.fromPrimitive(one).toPlain()) : vifs;
    const wrong = given.map((one) => JSON.parse(JSON.stringify(one).replace('"mtu":', '"mtuu":')));
    const all: readonly unknown[] = [...given, ...wrong];
    expect(all.length).toBeGreaterThan(10);
    expect(all.map((one) => local(one))).toEqual(all.map((one) => byId(one)));
  });

  test('has short names, and a misspelt option is refused', async () => {
    const { $defs } = await bundleSchema('plain/any/VIFBase.json', { refs: 'local' });
    expect(Object.keys(Object($defs))).toEqual(
      expect.arrayContaining(['VIFBridge', 'AnyVIFPortProfileBase', 'uuid', 'mac_address']),
    );
    await expect(bundleSchema('types.json', { ref: 'local' } as never)).rejects.toThrow('did you mean refs?');
  });
});

test.each(['primitive/VIFBrigde/1.0.json', '../package.json', 'primitive/../types.json', '/etc/passwd', ''])(
  'there is no schema %j',
  async (path) => {
    await expect(readSchema(path)).rejects.toMatchObject({ code: 'ERR_OSVIF_SCHEMA_NOT_FOUND' });
  },
);

test('a misspelt path is told with the one that was meant', async () => {
  await expect(readSchema('primitive/VIFBrigde/1.0.json')).rejects.toThrow(
    'did you mean primitive/VIFBridge/1.0.json?',
  );
});
