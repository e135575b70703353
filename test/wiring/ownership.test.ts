/** Whose a device is: told by its alias, and by its group as long as it has none. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { birthGroup } from '../../src/host-contract/interface-groups.ts';
import type { Link, LinkSettings } from '../../src/host-contract/links.ts';
import { aliasOf, isOwnedBy, isUnnamed, ownerOf } from '../../src/host-contract/ownership.ts';

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
