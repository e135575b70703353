/** Whose a device is: told by its alias, and by its group as long as it has none. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Link, LinkSettings } from '../../src/host-contract/links.ts';
import { aliasOf, birthGroup, isOwnedBy, isUnnamed, ownerOf } from '../../src/host-contract/ownership.ts';

async function link(settings: LinkSettings): Promise<Link> {
  const { links } = new MemoryHost();
  await links.create({ kind: 'bridge', name: 'br0', ...settings });
  const made = await links.get('br0');
  if (made === undefined) throw new Error('not made');
  return made;
}

test('a device is its owner’s by its alias, whatever its group', async () => {
  const device = await link({ alias: aliasOf('vif-1'), group: 7 });
  expect(ownerOf(device)).toBe('vif-1');
  expect(isOwnedBy(device, 'vif-1')).toBe(true);
  expect(isOwnedBy(device, 'vif-2')).toBe(false);
});

test('an alias of others, or none, names no owner', async () => {
  expect(ownerOf(await link({ alias: 'not os-vif:vif-1' }))).toBeUndefined();
  expect(ownerOf(await link({}))).toBeUndefined();
});

test('a device without an alias is that of the owner whose group it was made in', async () => {
  const group = birthGroup(aliasOf('vif-1'));
  const device = await link({ group });
  expect([isUnnamed(device), isOwnedBy(device, 'vif-1'), isOwnedBy(device, 'vif-2')]).toEqual([true, true, false]);
  const named = await link({ group, alias: 'backup' });
  expect([isUnnamed(named), isOwnedBy(named, 'vif-1')]).toEqual([false, false]);
});

test('a device of a group that people number, without an alias, is nobody’s', async () => {
  const device = await link({ group: 1 });
  expect([isUnnamed(device), isOwnedBy(device, 'vif-1')]).toEqual([false, false]);
});

test('the group of an alias stays the same between releases, for a device may wait for the next one', () => {
  // FNV-1a of the alias, its low 24 bits below the byte 0x4f.
  expect(birthGroup('os-vif:vif-1').toString(16)).toBe(fnv1a('os-vif:vif-1'));
  expect(birthGroup('').toString(16)).toBe('4f1c9dc5');
});

function fnv1a(text: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return `4f${(hash & 0xffffffn).toString(16).padStart(6, '0')}`;
}
