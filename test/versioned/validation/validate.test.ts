import type { ErrorObject } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { validate } from '../../../src/entries/index.ts';
import { compileSchema } from '../../../src/versioned/validation/compile-schema.ts';
import { listOf, violationOf } from '../../../src/versioned/validation/violations.ts';
import { Folder } from '../own-classes.ts';

const NAME = 'versioned_object.name';
const NAMESPACE = 'versioned_object.namespace';
const VERSION = 'versioned_object.version';
const DATA = 'versioned_object.data';

const folder = (name: unknown) => ({ ...new Folder().toPrimitive(), [DATA]: { name } });

describe('before any schema is asked', () => {
  test('what is no object is told by what it is', async () => {
    for (const [value, found] of [
      [5, '5'],
      [null, 'null'],
      [[], 'an empty array'],
    ])
      expect(await validate(value)).toEqual([{ path: '', message: `expected a versioned object, found ${found}` }]);
  });

  test('each key that says what it is must be a string', async () => {
    expect(await validate({ [NAME]: 5, [DATA]: {} })).toEqual([
      { path: `/${NAME}`, message: 'expected a string, found 5' },
      { path: `/${NAMESPACE}`, message: 'expected a string, found undefined' },
      { path: `/${VERSION}`, message: 'expected a string, found undefined' },
    ]);
    expect(await validate({ ...folder('a'), [NAMESPACE]: null })).toEqual([
      { path: `/${NAMESPACE}`, message: 'expected a string, found null' },
    ]);
  });

  test('an object that is unknown here is all that is wrong', async () => {
    expect(await validate({ ...folder(5), [VERSION]: '1.2' })).toEqual([
      { path: `/${VERSION}`, message: expect.stringContaining('Folder "1.2" cannot be read here') },
    ]);
    expect(await validate({ ...folder(5), [NAMESPACE]: 'acmee' })).toEqual([
      { path: `/${NAME}`, message: expect.stringContaining('did you mean acme?') },
    ]);
  });

  test('a third part of the version is passed over', async () => {
    expect(await validate({ ...folder('a'), [VERSION]: '1.1.7' })).toEqual([]);
  });

  test('objects may be 64 deep', async () => {
    let nested = new Folder({ name: 'x' });
    for (let level = 0; level < 63; level++) nested = new Folder({ folders: [nested] });
    expect(await validate(nested.toPrimitive())).toEqual([]);
    nested = new Folder({ folders: [nested] });
    expect(await validate(new Folder({ folders: [nested] }).toPrimitive())).toEqual([
      { path: '', message: 'expected at most 64 objects within one another, found more' },
    ]);
  });
});

test('what is wrong is told by where it is and what was expected', async () => {
  expect(await validate(folder(5))).toEqual([{ path: `/${DATA}/name`, message: 'expected a string, found 5' }]);
  expect(await validate({ ...folder('a'), [DATA]: { nmae: 'a' } })).toEqual([
    { path: `/${DATA}/nmae`, message: 'no such name here, did you mean name?' },
  ]);
  expect(await validate({ ...folder('a'), [DATA]: { 'a/b~c': 1 } })).toEqual([
    { path: `/${DATA}/a~1b~0c`, message: 'no such name here, expected one of name, owner, folders, trash' },
  ]);
  expect(await validate({ ...folder('a'), [DATA]: { trash: 5 } })).toEqual([
    { path: `/${DATA}/trash`, message: 'expected object, found 5' },
  ]);
});

describe('what ajv says', () => {
  async function told(schema: object, value: unknown): Promise<string[]> {
    const check = await compileSchema({ ...schema });
    return listOf(check(value)).map(({ path, message }) => `${path}: ${message}`);
  }

  test('of a missing name says what it is, and what stands there instead', async () => {
    const properties = { gateway: { type: 'string', description: 'an address' }, mtu: { type: 'integer' } };
    const schema = { type: 'object', properties, required: ['gateway', 'mtu'] };
    expect(await told(schema, { gatway: 'a', mtu: 1 })).toEqual([
      '/gateway: missing, expected an address; gatway is there instead',
    ]);
    expect(await told(schema, { gateway: 'a' })).toEqual(['/mtu: missing']);
    expect(await told(schema, {})).toEqual(['/gateway: missing, expected an address', '/mtu: missing']);
    expect(await told({ ...schema, required: ['mtu'] }, { gateway: 'a', mtus: 1 })).toEqual([
      '/mtu: missing; mtus is there instead',
    ]);
  });

  test('of an unknown name says which there are, but none that the version does not have', async () => {
    const schema = { type: 'object', properties: { one: true, later: false }, additionalProperties: false };
    expect(await told(schema, { two: 1 })).toEqual(['/two: no such name here, expected one of one']);
    expect(await told(schema, { latre: 1 })).toEqual(['/latre: no such name here, expected one of one']);
    expect(await told(schema, { later: 1 })).toEqual(['/later: not in this version']);
    expect(await told({ type: 'object', additionalProperties: false }, { two: 1 })).toEqual([
      '/two: no such name here',
    ]);
  });

  test('of one of a few words says which was meant', async () => {
    expect(await told({ enum: ['client', 'server', 5] }, 'sever')).toEqual([
      ': expected one of client, server, 5, found "sever", did you mean server?',
    ]);
    expect(await told({ enum: ['client'] }, 7)).toEqual([': expected one of client, found 7']);
    expect(await told({ const: 'client' }, 'clinet')).toEqual([
      ': expected "client", found "clinet", did you mean client?',
    ]);
    expect(await told({ const: 5 }, 6)).toEqual([': expected 5, found 6']);
  });

  test('is told in the words of the schema where it has some, else in its own', async () => {
    const schema = { type: 'string', description: 'a name' };
    expect(await told(schema, 5)).toEqual([': expected a name, found 5']);
    expect(await told({ type: 'string' }, 5)).toEqual([': expected string, found 5']);
    expect(await told({ type: 'integer', maximum: 9 }, 10)).toEqual([': must be <= 9, found 10']);
  });

  test('is told once, and not again of the alternatives and of null', async () => {
    const orNull = { anyOf: [{ type: 'string', description: 'a name' }, { type: 'null' }] };
    expect(await told(orNull, 5)).toEqual([': expected a name, found 5']);
    expect(await told({ anyOf: [orNull, orNull] }, 5)).toEqual([': expected a name, found 5']);
    const when = JSON.parse('{"if": {"const": 5}, "then": {"type": "string", "description": "a name"}}');
    expect(await told(when, 5)).toEqual([': expected a name, found 5']);
    expect(await told({ type: 'array', items: orNull }, [5, 6])).toEqual([
      '/0: expected a name, found 5',
      '/1: expected a name, found 6',
    ]);
  });

  test('without words is wrong all the same', () => {
    const error: ErrorObject = { keyword: 'own', instancePath: '/a', schemaPath: '', params: {}, data: 5 };
    expect(violationOf(error)).toEqual({ path: '/a', message: 'wrong, found 5' });
  });
});
