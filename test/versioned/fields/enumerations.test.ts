import { describe, expect, test } from 'vitest';
import {
  defineObject,
  field,
  listOf,
  oneOf,
  stateMachine,
  VersionedObject,
  versionedObject,
} from '../../../src/entries/index.ts';

test('an enumeration without values is refused', () => {
  expect(() => oneOf([])).toThrow('oneOf() needs at least one value');
});

test('a value that is none of the strings is refused, with the strings', () => {
  const refusal = 'expected one of on, off, found';
  for (const value of ['of', 'ON', '', 1, null]) expect(() => oneOf(['on', 'off']).coerce(value)).toThrow(refusal);
  expect(() => oneOf(['on', 'off']).read('onn', 0)).toThrow('found "onn", did you mean on?');
  expect(oneOf(['on', 'off']).coerce('off')).toBe('off');
});

test('the name and the kind of the values are part of the fingerprint only', () => {
  expect(oneOf(['a'], 'Mode')).toMatchObject({ osloName: 'Mode', fingerprint: { valid_values: { tuple: ['a'] } } });
  expect(oneOf(['a'], { osloName: 'Mode', declaredAs: 'list' })).toMatchObject({
    osloName: 'Mode',
    fingerprint: { valid_values: ['a'] },
  });
  expect(oneOf(['a'], { declaredAs: 'list' }).coerce('a')).toBe('a');
});

test('a list of an unnamed enumeration has the values in its fingerprint, a list of a named one has not', () => {
  expect(listOf(oneOf(['a', 'b'])).fingerprint).toEqual({ valid_values: { tuple: ['a', 'b'] } });
  expect(listOf(oneOf(['a'], { declaredAs: 'list' })).fingerprint).toEqual({ valid_values: ['a'] });
  expect(listOf(oneOf(['a'], 'Mode'))).not.toHaveProperty('fingerprint');
});

// The fingerprints are those of oslo.versionedobjects.
test.each([
  [{ c: listOf(oneOf(['x', 'y'], { declaredAs: 'list' })) }, 'd2bb9c6a680ecc5e272459630bd7c167'],
  [{ c: listOf(oneOf(['x', 'y'])) }, 'dae6ca9b1aca9fc28c6dac6c8f1ed181'],
  [{ a: oneOf(['x', 'y'], { declaredAs: 'list' }) }, '6964240cd32abe82c557fab2d962fe25'],
])('a class with an enumeration has the fingerprint of Python, %#', (fields, expected) => {
  const EC = defineObject({ name: 'EC', namespace: `acme-${expected}`, version: '1.0', fields });
  expect(EC.fingerprint()).toBe(`1.0-${expected}`);
});

describe('a state machine', () => {
  const status = stateMachine({ ACTIVE: ['PENDING', 'ERROR'], PENDING: ['ACTIVE'], ERROR: ['ERROR'], DELETED: [] });

  @versionedObject({ name: 'Machine', namespace: 'acme-states', version: '1.0' })
  class Machine extends VersionedObject {
    @field(status, { nullable: true }) declare status?: 'ACTIVE' | 'PENDING' | 'ERROR' | 'DELETED' | null;
  }

  const machine = (state?: 'ACTIVE' | 'PENDING' | 'ERROR' | 'DELETED' | null) => {
    const made = new Machine();
    if (state !== undefined) made.status = state;
    return made;
  };

  test('starts in any state, from the wire too', () => {
    for (const state of ['ACTIVE', 'PENDING', 'ERROR', 'DELETED'] as const) {
      expect(Machine.fromPrimitive(machine(state).toPrimitive()).status).toBe(state);
      expect(Machine.fromPlain(machine(state).toPlain()).status).toBe(state);
      expect(machine(state).clone().status).toBe(state);
    }
  });

  test.each([
    ['ACTIVE', 'PENDING'],
    ['PENDING', 'ACTIVE'],
    ['ERROR', 'ERROR'],
    [null, 'DELETED'],
  ] as const)('goes from %s to %s', (before, after) => {
    const made = machine(before);
    made.status = after;
    expect(made.status).toBe(after);
  });

  test.each([
    ['ACTIVE', 'ACTIVE', 'Machine.status: expected one of PENDING, ERROR after ACTIVE, found "ACTIVE"'],
    ['ACTIVE', 'DELETED', 'expected one of PENDING, ERROR after ACTIVE, found "DELETED"'],
    ['PENDING', 'ERROR', 'expected ACTIVE after PENDING, found "ERROR"'],
    ['PENDING', null, 'expected ACTIVE after PENDING, found null'],
    ['DELETED', 'ACTIVE', 'expected no change, because DELETED is a final state, found "ACTIVE"'],
  ] as const)('refuses %s to %s, and stays', (before, after, message) => {
    const made = machine(before);
    expect(() => {
      made.status = after;
    }).toThrow(message);
    expect(made.status).toBe(before);
  });

  test('starts anew when the field is unset', () => {
    const made = machine('DELETED');
    made.unset('status');
    made.status = 'ACTIVE';
    expect(made.status).toBe('ACTIVE');
  });

  test('has the fingerprint of an Enum of its states', () => {
    expect(status).toMatchObject({
      osloName: 'Enum',
      fingerprint: { valid_values: { tuple: ['ACTIVE', 'PENDING', 'ERROR', 'DELETED'] } },
    });
  });

  test('is refused with a transition to an unknown state', () => {
    const transitions: Record<string, readonly string[]> = { ACTIVE: ['ERROR'] };
    expect(() => stateMachine(transitions)).toThrow('ACTIVE leads to ERROR, which is not in the table; add ERROR: []');
  });
});
