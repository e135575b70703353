import { expect, test } from 'vitest';

test('one and one are two', () => expect(1 + 1).toBe(2));

test('one and one are three', () => expect(1 + 1).toBe(3));

test.fails('a test that is expected to fail and does not', () => expect(1 + 1).toBe(2));
