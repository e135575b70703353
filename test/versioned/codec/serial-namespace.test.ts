/** Objects whose keys on the wire have another prefix than os-vif's: those of nova, ironic, Zun and others. */
import { describe, expect, test } from 'vitest';
import {
  backport,
  classFor,
  DeclarationError,
  FieldValueError,
  type FieldValues,
  field,
  listOf,
  Network,
  objectOf,
  string,
  VersionedObject,
  VIFBase,
  VIFGeneric,
  validate,
  versionedObject,
} from '../../../src/entries/index.ts';
import { arbitraryPrimitive } from '../../../src/testing/arbitrary-object.ts';
import { fastCheck } from '../../../src/testing/fast-check.ts';
import { MODEL } from '../../../src/versioned/model.ts';
import { ID } from '../builders.ts';

@versionedObject({ name: 'NovaObject', namespace: 'nova', version: '1.0', serialNamespace: 'nova_object' })
class NovaObject extends VersionedObject {}

@versionedObject({ name: 'VIFMigrateData', version: '1.1' })
class VIFMigrateData extends NovaObject {
  @field(string()) portId?: string;
  @field(string()) host?: string;
  @field(string(), { since: '1.1' }) profileJson?: string;

  constructor(values: FieldValues<VIFMigrateData> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'MigrateData', version: '1.1' })
class MigrateData extends NovaObject {
  @field(listOf(objectOf(VIFMigrateData)), { childVersions: { '1.0': '1.0', '1.1': '1.1' } })
  vifs?: readonly VIFMigrateData[];
  @field(
    objectOf(() => VIFMigrateData),
    { nullable: true },
  )
  first?: VIFMigrateData | null;

  constructor(values: FieldValues<MigrateData> = {}) {
    super(values);
  }
}

/** As nova_object, but its field holds an object of os-vif. */
@versionedObject({ name: 'Mixed', version: '1.0' })
class Mixed extends NovaObject {
  @field(objectOf(VIFBase, { subclasses: true })) vif?: VIFBase;
  @field(listOf(objectOf(Network))) networks?: readonly Network[];

  constructor(values: FieldValues<Mixed> = {}) {
    super(values);
  }
}

/** What nova writes. */
const OF_NOVA = {
  'nova_object.name': 'VIFMigrateData',
  'nova_object.namespace': 'nova',
  'nova_object.version': '1.1',
  'nova_object.data': { port_id: ID, host: 'compute-1', profile_json: '{}' },
  'nova_object.changes': ['host'],
};

const migrateData = () =>
  new MigrateData({
    vifs: [new VIFMigrateData({ host: 'a', profileJson: '{}' })],
    first: VIFMigrateData.fromPrimitive(OF_NOVA),
  });

describe('an object of nova', () => {
  test('is read by its class and by any base class, and written again with the same keys', () => {
    for (const read of [VIFMigrateData, NovaObject, VersionedObject].map((base) => base.fromPrimitive(OF_NOVA))) {
      expect(read).toBeInstanceOf(VIFMigrateData);
      expect(read.toPrimitive()).toEqual(OF_NOVA);
      expect(JSON.parse(JSON.stringify(read))).toEqual(OF_NOVA);
      expect(read.clone().equals(read)).toBe(true);
    }
  });

  test('is backported, with its children and its changes', () => {
    const old = { ...OF_NOVA, 'nova_object.version': '1.0', 'nova_object.data': { port_id: ID, host: 'compute-1' } };
    expect(backport(OF_NOVA, { targetVersion: '1.0' })).toEqual(old);
    const written: unknown = migrateData().toPrimitive({ targetVersion: '1.0' });
    expect(written).toMatchObject({
      'nova_object.version': '1.0',
      'nova_object.data': {
        vifs: [{ 'nova_object.version': '1.0', 'nova_object.data': { host: 'a' } }],
        first: { 'nova_object.version': '1.1' },
      },
      'nova_object.changes': ['vifs', 'first'],
    });
    expect(JSON.stringify(migrateData().toPrimitive({ versionManifest: { VIFMigrateData: '1.0' } }))).not.toContain(
      '"profile_json":',
    );
  });

  test('is validated by the schema with its keys', async () => {
    expect(await validate(OF_NOVA)).toEqual([]);
    expect(await validate(migrateData().toPrimitive())).toEqual([]);
    expect(await validate({ ...OF_NOVA, 'nova_object.data': { hots: 'a', host: 1 } })).toEqual([
      { path: '/nova_object.data/hots', message: 'no such name here, did you mean host?' },
      { path: '/nova_object.data/host', message: 'expected a string, found 1' },
    ]);
    expect(await validate({ 'nova_object.name': 'VIFMigrateData' })).toEqual([
      { path: '/nova_object.namespace', message: 'expected a string, found undefined' },
      { path: '/nova_object.version', message: 'expected a string, found undefined' },
    ]);
    expect(await validate({ ...OF_NOVA, 'nova_object.version': '7.0' })).toMatchObject([
      { path: '/nova_object.version' },
    ]);
    expect(classFor('MigrateData', '1.1').jsonSchema()).toMatchObject({
      required: ['nova_object.name', 'nova_object.namespace', 'nova_object.version', 'nova_object.data'],
    });
  });

  test('has the same plain form as any other', () => {
    expect(VIFMigrateData.fromPrimitive(OF_NOVA).toPlain()).toEqual({
      type: 'VIFMigrateData',
      port_id: ID,
      host: 'compute-1',
      profile_json: '{}',
    });
    expect(MigrateData.fromPlain(migrateData().toPlain()).equals(migrateData())).toBe(true);
    expect(MigrateData.fromPlain(migrateData().toPlain({ version: '1.0' })).vifs?.[0]?.isSet('profileJson')).toBe(
      false,
    );
  });

  test('is made at random with the same keys', () => {
    const [sample] = fastCheck().sample(arbitraryPrimitive(VIFMigrateData.prototype[MODEL]), 1);
    expect(sample).toHaveProperty(['nova_object.name'], 'VIFMigrateData');
  });
});

describe('an object with the wrong keys is refused, and the error names the right ones:', () => {
  const withPrefix = (prefix: string) =>
    Object.fromEntries(Object.entries(OF_NOVA).map(([key, value]) => [key.replace('nova_object', prefix), value]));

  test.each([
    [
      'those of os-vif',
      withPrefix('versioned_object'),
      'expected the serial namespace nova_object of VIFMigrateData, found "versioned_object"',
    ],
    ['those of nobody', withPrefix('unknown_object'), 'nova_object.name: expected an object name, found undefined'],
    ['none', {}, 'nova_object.name: expected an object name, found undefined'],
    [
      'data of os-vif',
      { ...OF_NOVA, 'nova_object.data': undefined, 'versioned_object.data': {} },
      'VIFMigrateData.nova_object.data: expected an object of fields',
    ],
    [
      'wrong changes',
      { ...OF_NOVA, 'nova_object.changes': [1] },
      'VIFMigrateData.nova_object.changes: expected the name of a field, found 1',
    ],
  ])('%s', async (_, primitive, message) => {
    expect(() => VIFMigrateData.fromPrimitive(primitive)).toThrow(message);
    expect(await validate(primitive)).not.toEqual([]);
  });

  test('an object of os-vif with the keys of nova', async () => {
    const primitive = {
      'nova_object.name': 'VIFGeneric',
      'nova_object.namespace': 'os_vif',
      'nova_object.version': '1.0',
      'nova_object.data': {},
    };
    const message = 'expected the serial namespace versioned_object of VIFGeneric, found';
    expect(() => VIFGeneric.fromPrimitive(primitive)).toThrow(`${message} "nova_object"`);
    expect(await validate(primitive)).toEqual([{ path: '/nova_object.name', message: `${message} nova_object` }]);
  });
});

describe('a child with another serial namespace is refused, because oslo reads children with the keys of the parent:', () => {
  const reason = 'expected a child with the serial namespace nova_object of Mixed, because oslo reads children';

  test('assigned', () => {
    expect(() => new Mixed({ vif: new VIFGeneric() })).toThrow(`Mixed.vif: ${reason}`);
    expect(() => new Mixed({ networks: [new Network()] })).toThrow(`Mixed.networks: ${reason}`);
    expect(() => new Mixed({ networks: [] })).not.toThrow();
  });

  test.each([
    ['a field', { vif: new VIFGeneric().toPrimitive() }],
    ['a list', { networks: [new Network().toPrimitive()] }],
  ])('read in %s', async (_, data) => {
    const primitive = {
      'nova_object.name': 'Mixed',
      'nova_object.namespace': 'nova',
      'nova_object.version': '1.0',
      'nova_object.data': data,
    };
    expect(() => Mixed.fromPrimitive(primitive)).toThrow(FieldValueError);
    expect(() => Mixed.fromPrimitive(primitive)).toThrow(reason);
    expect(await validate(primitive)).toMatchObject([
      { message: expect.stringContaining('its serial namespace differs') },
    ]);
  });
});

test('a subclass may have a serial namespace of its own, and an empty one is refused', () => {
  class Own extends NovaObject {}
  versionedObject({ name: 'Own', namespace: 'acme', version: '1.0', serialNamespace: 'acme_object' })(Own);
  expect(Own.fromPrimitive(new Own().toPrimitive()).toPrimitive()).toEqual({
    'acme_object.name': 'Own',
    'acme_object.namespace': 'acme',
    'acme_object.version': '1.0',
    'acme_object.data': {},
  });
  class Empty extends VersionedObject {}
  expect(() => versionedObject({ name: 'Empty', version: '1.0', serialNamespace: '' })(Empty)).toThrow(
    DeclarationError,
  );
});

test('what is in no primitive form gets a hint at the right call', () => {
  expect(() => VersionedObject.fromPrimitive({ type: 'VIFGeneric' })).toThrow('fromPlain reads the plain form');
  expect(() => VersionedObject.fromPrimitive('{}')).toThrow('parse JSON text first');
});
