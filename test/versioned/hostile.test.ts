import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  backport,
  classFor,
  IncompatibleVersionError,
  OsVifError,
  VersionedObject,
  VIFBase,
  VIFBridge,
  type Violation,
  validate,
} from '../../src/entries/index.ts';
import { runs } from '../property-runs.ts';
import { bridge } from './builders.ts';
import { Folder } from './own-classes.ts';

const KEYS = ['name', 'namespace', 'version', 'data', 'changes'].map((key) => `versioned_object.${key}`);
const NASTY_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'type',
  'length',
  'objects',
];

/** Wrong values of every kind, most of them JSON. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  { maxDepth: 3 },
  fc.constantFrom(
    null,
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    1n,
    '',
    '__proto__',
    'constructor',
    '1.0',
    '9.9',
    '1.0.0.0',
  ),
  fc.constantFrom(
    'os_vif',
    'VIFBridge',
    'Network',
    'VIFBase',
    '1'.repeat(400),
    `1.${'9'.repeat(20)}`,
    Symbol('x'),
    () => 1,
  ),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.constantFrom('id', 'vif_name', 5, null), { maxLength: 3 }),
  fc.constantFrom(...[...KEYS, ...NASTY_KEYS].map((key) => JSON.parse(`{${JSON.stringify(key)}: {"polluted": true}}`))),
);

/** A right primitive or plain form in which one place is exchanged for junk, or got a key that means something in JavaScript. */
function spoilt(right: () => unknown): fc.Arbitrary<unknown> {
  const places = pathsIn(right());
  return fc
    .tuple(fc.constantFrom(...places), junk, fc.option(fc.constantFrom(...NASTY_KEYS, ...KEYS)))
    .map(([path, value, key]) => {
      const document = right();
      const target: unknown = path.slice(0, -1).reduce((at: unknown, step) => Reflect.get(Object(at), step), document);
      const last = path.at(-1);
      if (last === undefined) return value;
      if (key === null || Array.isArray(target)) Reflect.set(Object(target), last, value);
      else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
      return document;
    });
}

function pathsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]))];
}

/** What was done is right, or refused by an error of ours. */
function isOurs(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof OsVifError && error.message !== '' && error.code.startsWith('ERR_OSVIF_')) return true;
    throw error;
  }
}

afterEach(() => {
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const primitive = () => JSON.parse(JSON.stringify(bridge()));
const plain = () => JSON.parse(JSON.stringify(bridge().toPlain()));

const VERBS: [string, (value: unknown) => unknown][] = [
  ['fromPrimitive', (value) => VersionedObject.fromPrimitive(value)],
  ['fromPrimitive of a class', (value) => VIFBase.fromPrimitive(value)],
  ['backport', (value) => backport(value, { targetVersion: '1.0', versionManifest: { Network: '1.0' } })],
  ['fromPlain', (value) => VersionedObject.fromPlain(value)],
  ['fromPlain of a class', (value) => VIFBridge.fromPlain(value)],
];

describe.each(VERBS)('%s', (name, verb) => {
  const right = name.startsWith('fromPlain') ? plain : primitive;

  test('takes what is right', () => {
    expect(() => verb(right())).not.toThrow();
  });

  test('refuses junk with an error of ours', () => {
    fc.assert(
      fc.property(junk, (value) => isOurs(() => verb(value))),
      runs(300),
    );
  });

  test('refuses a right document with one thing wrong in it with an error of ours, or takes it', () => {
    fc.assert(
      fc.property(spoilt(right), (value) => isOurs(() => verb(value))),
      runs(600),
    );
  });

  test('refuses 10,000 levels, quickly', () => {
    for (const value of deepOnes(10_000)) {
      expect(() => verb(value)).toThrow(OsVifError);
    }
  });
});

test('validate says what is wrong with junk, and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(junk, spoilt(primitive)), async (value) => {
      for (const { path, message } of await validate(value))
        expect([typeof path, message !== '']).toEqual(['string', true]);
    }),
    runs(600),
  );
  for (const value of deepOnes(10_000)) expect(await validate(value)).not.toEqual([]);
});

test('what is read is valid, and what is valid is read', async () => {
  await fc.assert(
    fc.asyncProperty(spoilt(primitive), async (value) => {
      const json: unknown = JSON.parse(stringify(value) ?? 'null');
      const violations = await validate(json);
      if (violations.length === 0) expect(() => VersionedObject.fromPrimitive(json)).not.toThrow();
      else if (isReadable(json)) expect(violations.filter((violation) => !isMorePatient(violation))).toEqual([]);
    }),
    runs(800),
  );
});

test('names and versions of any kind are found or refused by classFor', () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom(...NASTY_KEYS, 'VIFBridge', '1.0', '01.00', '1.0.', ' 1.0', `1.${'9'.repeat(30)}`),
  );
  fc.assert(
    fc.property(words, words, fc.option(words, { nil: undefined }), (...args) => isOurs(() => classFor(...args))),
    runs(),
  );
  expect(() => classFor('__proto__', '1.0')).toThrow('no object "__proto__" is declared');
  expect(() => classFor('VIFBridge', '1.0', 'constructor')).toThrow('in namespace "constructor"');
});

test('a version of many digits is not taken for another one', () => {
  for (const version of [`1.${'9'.repeat(20)}`, `${'1'.repeat(20)}.0`, `1.0.${'0'.repeat(17)}`]) {
    expect(() => classFor('VIFBridge', version)).toThrow(IncompatibleVersionError);
  }
});

test('a constructor takes no names from a prototype, and none that mean something in JavaScript', () => {
  for (const key of NASTY_KEYS) {
    expect(isOurs(() => new VIFBridge(JSON.parse(`{"${key}": {"polluted": true}}`)))).toBe(true);
  }
  expect(() => new VIFBridge(JSON.parse('{"__proto__": {"vifName": "x"}}'))).toThrow(
    'VIFBridge has no field "__proto__"',
  );
});

test('names in __proto__ of a primitive are not read as fields', () => {
  const text =
    '{"versioned_object.name":"VIFBridge","versioned_object.namespace":"os_vif","versioned_object.version":"1.0"';
  const read = VersionedObject.fromPrimitive(
    JSON.parse(`${text},"versioned_object.data":{"__proto__":{"vif_name":"x"}}}`),
  );
  expect(read.equals(new VIFBridge())).toBe(true);
});

test('a million elements are refused at the first wrong one, or read, in time', () => {
  const many = (element: unknown) => ({
    ...primitive(),
    'versioned_object.name': 'SubnetList',
    'versioned_object.data': { objects: new Array(1_000_000).fill(element) },
  });
  expect(() => VersionedObject.fromPrimitive(many(5))).toThrow('SubnetList.objects[0]: ');
  const changes = { ...primitive(), 'versioned_object.changes': new Array(1_000_000).fill('id') };
  expect(VersionedObject.fromPrimitive(changes).changes).toContain('id');
}, 5_000);

test('objects are read 64 deep and no deeper', () => {
  const nested = (levels: number): Folder =>
    levels === 0 ? new Folder({ name: 'x' }) : new Folder({ folders: [nested(levels - 1)] });
  expect(() => Folder.fromPrimitive(nested(64).toPrimitive())).not.toThrow();
  expect(() => Folder.fromPrimitive(nested(65).toPrimitive())).toThrow('at most 64 objects within one another');
});

/** Deep within: objects that hold their own kind, plain forms of them, arrays, and unknown keys. */
function deepOnes(levels: number): unknown[] {
  const build = (inner: unknown, wrap: (value: unknown) => unknown) => {
    let value = inner;
    for (let i = 0; i < levels; i++) value = wrap(value);
    return value;
  };
  const folder = (value: unknown) => ({
    'versioned_object.name': 'Folder',
    'versioned_object.namespace': 'acme',
    'versioned_object.version': '1.1',
    'versioned_object.data': { folders: value },
  });
  return [
    folder(build([], (value) => [folder(value)])),
    build({ type: 'Folder' }, (value) => ({ type: 'Folder', folders: [value] })),
    build([], (value) => [value]),
    { ...folder([]), 'versioned_object.data': { name: build('x', (value) => ({ a: value })) } },
    { type: 'Folder', name: build('x', (value) => ({ a: value })) },
  ];
}

function isReadable(value: unknown): boolean {
  try {
    VersionedObject.fromPrimitive(value);
    return true;
  } catch {
    return false;
  }
}

/** Reading passes over names that it does not know, as Python does, and fields that a version does not have; validate names them. */
function isMorePatient({ message, path }: Violation): boolean {
  return (
    message.startsWith('no such name here') ||
    message === 'not in this version' ||
    path.includes('/versioned_object.changes')
  );
}

function stringify(value: unknown): string | undefined {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item));
}
