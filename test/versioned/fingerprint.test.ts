import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  dateTime,
  type FieldOptions,
  type FieldType,
  field,
  fieldType,
  float,
  listOf,
  objectOf,
  setOf,
  string,
  VersionedObject,
  VersionedObjectList,
  versionedObject,
} from '../../src/entries/index.ts';
import { fingerprintOf } from '../../src/versioned/history/fingerprint.ts';
import { MODEL } from '../../src/versioned/model.ts';

const NO_DEFAULT = "<class 'oslo_versionedobjects.fields.UnspecifiedDefault'>";

/** The version, and the md5 of what Python's repr() says of a class. */
function madeOf(text: string, version = '1.0'): string {
  return `${version}-${createHash('md5').update(text).digest('hex')}`;
}

/** The fingerprint of a class with this one field. */
function fingerprintWith(type: FieldType<unknown>, options: FieldOptions<unknown> = {}): string {
  class Made extends VersionedObject {}
  Reflect.apply(field(type, options), undefined, [Made.prototype, 'odd']);
  versionedObject({ name: `Made${made++}`, namespace: 'acme-fingerprints', version: '1.0' })(Made);
  return Made.fingerprint();
}

let made = 0;

/** A type of which Python would tell this fact. */
const telling = (fact: unknown): FieldType<unknown> => ({ ...string(), osloName: 'Odd', fingerprint: { fact } });

test.each([
  ['a word', 'a', "'a'"],
  ['a word with an apostrophe', "it's", '"it\'s"'],
  ['a word with both kinds of quotes', `it's "a"`, `'it\\'s "a"'`],
  ['a word in double quotes', '"a"', `'"a"'`],
  ['a backslash', 'a\\b', "'a\\\\b'"],
  ['a line break', 'a\nb', "'a\\nb'"],
  ['a number', 5, '5'],
  ['yes', true, 'True'],
  ['no', false, 'False'],
  ['nothing', null, 'None'],
  ['a list', ['a', 1, null], "['a', 1, None]"],
  ['a tuple', { tuple: ['a', 'b'] }, "('a', 'b')"],
  ['a tuple of one', { tuple: ['a'] }, "('a',)"],
  ['a dict', { a: 1, b: [true] }, "{'a': 1, 'b': [True]}"],
  ['a tabulator and a control character', '\t\u0001', "'\\t\\x01'"],
  ['characters that Python does not print', '\u00a0\u2028\u{e0001}é', "'\\xa0\\u2028\\U000e0001é'"],
  ['a small number', 0.00001, '1e-05'],
  ['a set', new Set(['a', 1]), "{'a', 1}"],
  ['an empty set', new Set(), 'set()'],
  ['text of Python', { python: "re.compile('^a')" }, "re.compile('^a')"],
  ['a dict with a key python', { python: 1 }, "{'python': 1}"],
  ['a dict with a key tuple', { tuple: 'a' }, "{'tuple': 'a'}"],
])('%s is told as Python prints it', (_, fact, printed) => {
  expect(fingerprintWith(telling(fact))).toBe(
    madeOf(`([('odd', Odd(default=${NO_DEFAULT},nullable=False,fact=${printed}))], [])`),
  );
});

test.each([
  ['a word, without quotes', string(), 'a b', 'a b'],
  ['an empty list', listOf(string()), [], '[]'],
  ['a list', listOf(string()), ['a', 'b'], "['a', 'b']"],
  ['a set, in order', setOf(string()), new Set(['b', 'a']), 'set([a,b])'],
])('a default is told: %s', (_, type, value, printed) => {
  expect(fingerprintWith({ ...type, osloName: 'Odd' }, { default: value })).toBe(
    madeOf(`([('odd', Odd(default=${printed},nullable=False))], [])`),
  );
});

test('a default of a point in time is told as datetime prints it', () => {
  expect(fingerprintWith({ ...dateTime(), osloName: 'Odd' }, { default: new Date('2026-01-31T12:00:00Z') })).toBe(
    madeOf("([('odd', Odd(default=2026-01-31 12:00:00+00:00,nullable=False))], [])"),
  );
});

test('a default that is an object is told as oslo prints it: its values by name, and those that are not set', () => {
  class Part extends VersionedObject {}
  const fields: Record<string, FieldType<unknown>> = {
    ...{ zone: string(), area: string(), size: float(), seen: dateTime() },
  };
  for (const [name, type] of Object.entries(fields)) Reflect.apply(field(type), undefined, [Part.prototype, name]);
  versionedObject({ name: 'Part', namespace: 'acme-fingerprints', version: '1.0' })(Part);
  const part = Object.assign(new Part(), { zone: 'a b', size: 0.5 });
  const printed = "Part(area=<?>,seen=<?>,size=0.5,zone='a b')";
  expect(fingerprintWith({ ...objectOf(Part), osloName: 'Odd' }, { default: part })).toBe(
    madeOf(`([('odd', Odd(default=${printed},nullable=False))], [])`),
  );
});

test('a type can tell its own default and nullable', () => {
  const type = fieldType({ extends: float(), fingerprint: { default: { python: '2.0' }, nullable: true } });
  expect(fingerprintWith(type, { default: 2 })).toBe(madeOf("([('odd', Float(default=2.0,nullable=True))], [])"));
});

test('null as a default, and that null is a value, are told', () => {
  expect(fingerprintWith(string(), { default: null, nullable: true })).toBe(
    madeOf("([('odd', String(default=None,nullable=True))], [])"),
  );
});

describe('of an older version', () => {
  @versionedObject({ name: 'Growing', namespace: 'acme-fingerprints', version: '1.10' })
  class Growing extends VersionedObject {
    @field(string()) zone?: string;
    @field(string(), { since: '1.2' }) area?: string;
  }

  @versionedObject({ name: 'GrowingList', namespace: 'acme-fingerprints', version: '1.10' })
  class GrowingList extends VersionedObjectList<Growing> {
    @field(listOf(objectOf(Growing)), { childVersions: { '1.10': '1.10', '1.0': '1.0', '1.9': '1.2' } })
    declare objects?: readonly Growing[];
  }

  @versionedObject({ name: 'PlainList', namespace: 'acme-fingerprints', version: '1.0' })
  class PlainList extends VersionedObjectList<Growing> {
    @field(listOf(objectOf(Growing))) declare objects?: readonly Growing[];
  }

  const told = (name: string) => `('${name}', String(default=${NO_DEFAULT},nullable=False))`;
  const objects = `('objects', List(default=${NO_DEFAULT},nullable=False))`;

  test('there are the fields that it had, by name', () => {
    const model = Growing.prototype[MODEL];
    expect(fingerprintOf(model, '1.1')).toBe(madeOf(`([${told('zone')}], [])`, '1.1'));
    expect(fingerprintOf(model, '1.2')).toBe(madeOf(`([${told('area')}, ${told('zone')}], [])`, '1.2'));
  });

  test.each([
    ['1.0', "('1.0', '1.0')"],
    ['1.8', "('1.0', '1.0')"],
    ['1.9', "('1.0', '1.0'), ('1.9', '1.2')"],
    // oslo sorts them as text.
    ['1.10', "('1.0', '1.0'), ('1.10', '1.10'), ('1.9', '1.2')"],
  ])("of a list, %s, there are its elements' versions up to then", (version, entries) => {
    const text = `([${objects}], [], OrderedDict([${entries}]))`;
    expect(fingerprintOf(GrowingList.prototype[MODEL], version)).toBe(madeOf(text, version));
  });

  test('of a list that names no versions of its elements, there is an empty dict of them', () => {
    expect(PlainList.fingerprint()).toBe(madeOf(`([${objects}], [], OrderedDict())`));
  });
});

describe('remotable methods', () => {
  const SELF = "ArgSpec(args=['self'], varargs=None, keywords=None, defaults=None)";

  @versionedObject({
    name: 'Segment',
    namespace: 'acme-fingerprints',
    version: '1.0',
    remotable: { save: SELF, create: SELF },
  })
  class Segment extends VersionedObject {
    @field(string()) name?: string;
  }

  @versionedObject({
    name: 'SubSegment',
    version: '1.0',
    remotable: {
      get_all:
        "FullArgSpec(args=['cls', 'context'], varargs='names', varkw='rest', defaults=None, kwonlyargs=['limit'], kwonlydefaults={'limit': None}, annotations={})",
      create: "ArgSpec(args=['self', 'force'], varargs=None, keywords=None, defaults=(False,))",
    },
  })
  class SubSegment extends Segment {}

  // oslo.versionedobjects 3.0.1 printed these.
  test('count as in Python', () => {
    expect(Segment.fingerprint()).toBe('1.0-e27603ae5e4e94ff4536b0785070f80b');
  });

  test('are inherited, and replaced by those of the same name', () => {
    expect(SubSegment.fingerprint()).toBe('1.0-a784fe08d27e0e3dcf0610a63b55bdf7');
  });
});
