import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  dictOf,
  field,
  fieldType,
  listOf,
  sensitiveString,
  setOf,
  string,
  VersionedObject,
  validate,
  versionedObject,
} from '../../../src/entries/index.ts';

const SECRET = 'hunter2';
const PIN = 271828;

@versionedObject({ name: 'Account', namespace: 'acme-secrets', version: '1.0' })
class Account extends VersionedObject {
  @field(string()) declare user?: string;
  @field(sensitiveString(), { nullable: true }) declare password?: string | null;
  @field(listOf(sensitiveString())) declare codes?: readonly string[];
  @field(setOf(sensitiveString())) declare keys?: ReadonlySet<string>;
  @field(dictOf(listOf(sensitiveString()))) declare byName?: Readonly<Record<string, readonly string[]>>;
}

const account = () =>
  Object.assign(new Account(), {
    user: 'ann',
    password: SECRET,
    codes: [SECRET],
    keys: new Set([SECRET]),
    byName: { a: [SECRET] },
  });

test('console.log does not show secrets, nor collections of secrets', () => {
  const shown = inspect(account(), { depth: 9, showHidden: true });
  expect(shown).toContain('ann');
  expect(shown).toContain("password: '***'");
  expect(shown).not.toContain(SECRET);
  expect(inspect(Object.assign(new Account(), { password: null }))).toContain('password: null');
});

test('the wire form and the plain form have the secret, and it is read back', () => {
  const made = account();
  expect(made.toPrimitive()['versioned_object.data']).toMatchObject({ password: SECRET, codes: [SECRET] });
  expect(Account.fromPrimitive(made.toPrimitive()).equals(made)).toBe(true);
  expect(Account.fromPlain(made.toPlain()).equals(made)).toBe(true);
  expect(made.password).toBe(SECRET);
});

describe('an error does not show the value', () => {
  test.each<[string, string, unknown, string]>([
    ['a number', 'password', PIN, 'Account.password: expected a string, found a masked value'],
    ['an element', 'codes', [SECRET, PIN], 'Account.codes[1]: expected a string, found a masked value'],
    ['a string for a list', 'codes', SECRET, 'Account.codes: expected an array, found a masked value'],
    ['a string for a set', 'keys', SECRET, 'Account.keys: expected a Set, found a masked value'],
    ['an element of a dict', 'byName', { a: [PIN] }, 'Account.byName["a"][0]: expected a string, found a masked value'],
  ])('of %s', (_, name, value, message) => {
    const error = errorOf(() => Object.assign(new Account(), { [name]: value }));
    expect(error.message).toBe(message);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hunter2|271828/);
  });

  test.each([
    ['password', PIN],
    ['codes', SECRET],
    ['codes', [PIN]],
    ['by_name', { a: [PIN] }],
    ['by_name', SECRET],
  ])('of reading %s, and of validating it', async (name, value) => {
    const primitive = { ...new Account().toPrimitive(), 'versioned_object.data': { [name]: value } };
    for (const read of [() => Account.fromPrimitive(primitive), () => Account.fromPlain({ [name]: value })])
      expect(inspect(errorOf(read), { depth: 9 })).not.toMatch(/hunter2|271828/);
    const violations = await validate(primitive);
    expect(violations).not.toEqual([]);
    expect(JSON.stringify(violations)).not.toMatch(/hunter2|271828/);
    expect(JSON.stringify(violations)).toContain('found a masked value');
  });
});

test('a custom type can be sensitive', () => {
  const pin = fieldType({
    osloName: 'Pin',
    expected: 'a PIN of six digits',
    accept: (value) => (typeof value === 'string' && /^[0-9]{6}$/.test(value) ? value : undefined),
    schema: { type: 'string', pattern: '^[0-9]{6}$' },
    sensitive: true,
  });
  expect(pin.coerce('123456')).toBe('123456');
  expect(() => pin.coerce('12345')).toThrow('expected a PIN of six digits, found a masked value');
});

function errorOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
