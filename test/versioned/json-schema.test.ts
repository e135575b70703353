import { describe, expect, test } from 'vitest';
import {
  boolean,
  type FieldOptions,
  type FieldType,
  field,
  IncompatibleVersionError,
  integer,
  listOf,
  objectOf,
  string,
  VersionedObject,
  VersionedObjectList,
  VIFPortProfileBase,
  versionedObject,
} from '../../src/entries/index.ts';
import { anyVersionSchema, type DescribingContext, versionSchema } from '../../src/versioned/json-schema.ts';
import { MODEL } from '../../src/versioned/model.ts';
import { Folder } from './own-classes.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const NAME = 'versioned_object.name';
const NAMESPACE = 'versioned_object.namespace';
const VERSION = 'versioned_object.version';
const DATA = 'versioned_object.data';
const CHANGES = 'versioned_object.changes';
const ENVELOPE = [NAME, NAMESPACE, VERSION, DATA];

const A_STRING = { description: 'a string', type: 'string' };
const A_FOLDER = { $ref: '#/$defs/Folder' };
const V10 = '1(?:\\.0(?:\\.(?:0|[1-9][0-9]{0,8}))?)?';
const V11 = '1\\.1(?:\\.(?:0|[1-9][0-9]{0,8}))?';

const FOLDER_FIELDS = {
  name: A_STRING,
  folders: { type: 'array', items: A_FOLDER },
  trash: { anyOf: [A_FOLDER, { type: 'null' }] },
};

function envelopeOf(version: object, data: object): object {
  return {
    type: 'object',
    properties: {
      [NAME]: { const: 'Folder' },
      [NAMESPACE]: { const: 'acme' },
      [VERSION]: { type: 'string', ...version },
      [DATA]: { type: 'object', properties: { ...FOLDER_FIELDS, ...data }, additionalProperties: false },
      [CHANGES]: { type: 'array', items: { enum: ['name', 'owner', 'folders', 'trash'] } },
    },
    required: ENVELOPE,
    additionalProperties: false,
  };
}

const ANY_FOLDER = {
  ...envelopeOf({ description: 'version 1.0 or 1.1', pattern: `^(?:${V10}|${V11})$` }, { owner: A_STRING }),
  allOf: [
    when(
      {
        type: 'object',
        properties: { [VERSION]: { description: 'version 1.0', type: 'string', pattern: `^${V10}$` } },
        required: [VERSION],
      },
      { type: 'object', properties: { [DATA]: { type: 'object', properties: { owner: false } } } },
    ),
  ],
};

describe('the schema of the wire form', () => {
  test('has the envelope, the fields, and what these hold at any version', () => {
    expect(Folder.jsonSchema()).toEqual({
      $schema: DIALECT,
      title: 'Folder 1.1',
      ...envelopeOf({ description: 'version 1.1', pattern: `^${V11}$` }, { owner: A_STRING }),
      $defs: { Folder: ANY_FOLDER },
    });
  });

  test('of an older version forbids by name what came later', () => {
    expect(Folder.jsonSchema('1.0', {})).toEqual({
      $schema: DIALECT,
      title: 'Folder 1.0',
      ...envelopeOf({ description: 'version 1.0', pattern: `^${V10}$` }, { owner: false }),
      $defs: { Folder: ANY_FOLDER },
    });
    expect(() => Folder.jsonSchema('1.2')).toThrow(IncompatibleVersionError);
  });
});

describe('the schema of the plain form', () => {
  const plain = (version: string) => Folder.jsonSchema(version, { form: 'plain' });
  const type = { const: 'Folder' };

  test('has the type and the fields of the version', () => {
    const any = {
      type: 'object',
      properties: { type, ...FOLDER_FIELDS, owner: A_STRING },
      required: [],
      additionalProperties: false,
    };
    const same = { $schema: DIALECT, $defs: { Folder: any }, ...any, required: ['type'] };
    expect(plain('1.1')).toEqual({ ...same, title: 'Folder 1.1' });
    expect(plain('1.0')).toEqual({ ...same, title: 'Folder 1.0', properties: { type, ...FOLDER_FIELDS } });
  });
});

describe('the schema of a class', () => {
  const made = (fields: Record<string, [FieldType<unknown>, FieldOptions<unknown>?]>, name: string) => {
    class Made extends VersionedObject {}
    for (const [key, [type, options]] of Object.entries(fields))
      Reflect.apply(field(type, options), undefined, [Made.prototype, key]);
    versionedObject({ namespace: 'acme-schemas', name, version: '1.0' })(Made);
    return Made;
  };
  const dataOf = (schema: object) => Reflect.get(Reflect.get(schema, 'properties'), DATA);

  test('without fields has none, and no changes', () => {
    const schema = made({}, 'Empty').jsonSchema();
    expect(dataOf(schema)).toEqual({ type: 'object', properties: {}, additionalProperties: false });
    expect(schema).toMatchObject({ properties: { [CHANGES]: { type: 'array', items: false } } });
    expect(schema).not.toHaveProperty('$defs');
    expect(schema).not.toHaveProperty('allOf');
  });

  test('takes null where a field may be null or has a default, and tells the default to people', () => {
    const fields = made(
      { active: [boolean(), { default: true }], size: [integer(), { nullable: true }], label: [string()] },
      'Defaults',
    );
    const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
    const active = orNull({ description: 'true or false', type: 'boolean' });
    const properties = dataOf(fields.jsonSchema()).properties;
    expect(properties).toEqual({ active, size: orNull(expect.objectContaining({ type: 'integer' })), label: A_STRING });
    expect(fields.jsonSchema(undefined, { form: 'plain' }).properties).toEqual({
      ...properties,
      type: { const: 'Defaults' },
      active: { ...active, default: true },
    });
  });

  test('that is a list is, in the plain form, that of an array', () => {
    const Item = made({ label: [string()] }, 'Item');
    class Items extends VersionedObjectList<VersionedObject> {}
    Reflect.apply(field(listOf(objectOf(Item))), undefined, [Items.prototype, 'objects']);
    versionedObject({ namespace: 'acme-schemas', name: 'Items', version: '1.0' })(Items);
    expect(Items.jsonSchema(undefined, { form: 'plain' })).toMatchObject({
      title: 'Items 1.0',
      type: 'array',
      items: { $ref: '#/$defs/Item' },
      $defs: { Item: { properties: { type: { const: 'Item' }, label: A_STRING }, required: [] } },
    });
    expect(Items.jsonSchema()).toMatchObject({ type: 'object', $defs: { Item: { type: 'object' } } });
  });

  test('of which subclasses are taken is chosen by the name, so that errors speak of the one that was meant', () => {
    const Holder = made({ profile: [objectOf(VIFPortProfileBase, { subclasses: true })] }, 'Holder');
    const choice = (schema: object, by: string) => {
      const { enum: names } = Reflect.get(Reflect.get(schema, 'properties'), by);
      const isOne = (name: string) => ({ type: 'object', properties: { [by]: { const: name } }, required: [by] });
      return { names, allOf: names.map((name: string) => when(isOne(name), { $ref: `#/$defs/${name}` })) };
    };
    for (const [form, by] of [
      ['primitive', NAME],
      ['plain', 'type'],
    ] as const) {
      const schema = Holder.jsonSchema('1.0', { form });
      const profile = form === 'plain' ? Object(schema.properties).profile : dataOf(schema).properties.profile;
      const { names, allOf } = choice(profile, by);
      expect(names).toContain('VIFPortProfileBase');
      expect(names).toContain('VIFPortProfileOVSRepresentor');
      expect(names).not.toContain('VIFBridge');
      expect(profile).toEqual({ type: 'object', properties: { [by]: { enum: names } }, required: [by], allOf });
      expect(Object.keys(Object(schema.$defs))).toEqual(expect.arrayContaining(names));
    }
  });

  test('of another namespace is not taken for one of the same name', () => {
    class Folder2 extends VersionedObject {}
    versionedObject({ namespace: 'acme-schemas', name: 'Folder', version: '1.0' })(Folder2);
    const Holder = made({ held: [objectOf(Folder2)] }, 'FolderHolder');
    expect(Holder.jsonSchema().$defs).toMatchObject({
      Folder: { properties: { [NAMESPACE]: { const: 'acme-schemas' } } },
    });
  });
});

test('whoever writes schemas for people can add to what is said of each field', () => {
  const context: DescribingContext = {
    form: 'primitive',
    objectSchema: ({ name }) => ({ title: name }),
    describe: ({ wireName }, schema) => ({ ...schema, $comment: wireName }),
  };
  const model = Folder.prototype[MODEL];
  for (const schema of [versionSchema(model, '1.1', context), anyVersionSchema(model, context)])
    expect(schema).toMatchObject({
      properties: {
        [DATA]: {
          properties: {
            name: { ...A_STRING, $comment: 'name' },
            folders: { items: { title: 'Folder' }, $comment: 'folders' },
          },
        },
      },
    });
});

function when(condition: object, consequence: object): object {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

test('a class whose version has one number has the schema of version 1.0', () => {
  class Short extends VersionedObject {}
  versionedObject({ name: 'Short', namespace: 'acme-short', version: '1' })(Short);
  const properties = Object(Short.jsonSchema().properties);
  expect(properties[VERSION]).toMatchObject({ pattern: `^${V10}$` });
});
