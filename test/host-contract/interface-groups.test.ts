/** The groups that mark a device while it is created or deleted. */
import { expect, test } from 'vitest';
import {
  birthGroup,
  DELETION_MARK_GROUP,
  deletionGroup,
  hasBirthMark,
  isMarkedForDeletion,
} from '../../src/host-contract/interface-groups.ts';
import { aliasOf } from '../../src/host-contract/ownership.ts';

test('the birth group of an alias is the same in each release, because the next release may find the device', () => {
  expect(birthGroup('os-vif:vif-1').toString(16)).toBe(fnv1a('os-vif:vif-1'));
  expect(birthGroup('').toString(16)).toBe('4f1c9dc5');
});

test('another process and another release know the deletion mark by its number', () => {
  expect(DELETION_MARK_GROUP).toBe(0x4d000000);
});

test.each([
  ['a birth group', birthGroup(aliasOf('vif-1')), [true, false]],
  ['the deletion mark', DELETION_MARK_GROUP, [false, true]],
  ['the lowest deletion group', deletionGroup(0), [false, false]],
  ['the highest deletion group', deletionGroup(2 ** 24 - 1), [false, false]],
  ['the default group', 0, [false, false]],
  ['a group that a person numbered', 1, [false, false]],
  ['a group with the first byte of the deletion mark', DELETION_MARK_GROUP + 1, [false, false]],
])('%s is told from the others', (_, group, told) => {
  expect([hasBirthMark({ group }), isMarkedForDeletion({ group })]).toEqual(told);
});

test('a deletion group is a number of 32 bits that keeps its random part', () => {
  expect(deletionGroup(0).toString(16)).toBe('4e000000');
  expect(deletionGroup(0xabcdef).toString(16)).toBe('4eabcdef');
});

/** FNV-1a of the text, written again: its low 24 bits below the byte 0x4f. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return `4f${(hash & 0xffffffn).toString(16).padStart(6, '0')}`;
}
