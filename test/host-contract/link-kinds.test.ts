/** Kinds of network devices of plugins, without a kernel. test/plugins/defined has the tests on the kernel. */

import { describe, expect, test } from 'vitest';
import {
  attributeValue,
  type DefinedLink,
  defineLinkKind,
  isDefinedLink,
  type LinkKindSettings,
  MemoryHost,
  type NewLink,
} from '../../src/entries/host.ts';
import { attributeReader } from '../../src/host-contract/attribute-values.ts';
import { attributesOf, settingsOfKind } from '../../src/host-contract/link-kinds.ts';
import { remoteOf } from '../host/remote/helper-host.ts';

type LabSettings = { readonly number: number; readonly peer?: string };

const lab = defineLinkKind<LabSettings>({
  kind: 'lab',
  attributes: ({ number, peer }) => [
    [1, attributeValue.u16(number)],
    ...(peer === undefined ? [] : [[2, attributeValue.ipv4(peer)] as const]),
  ],
  read: (attributes) => ({ number: attributes.u16(1), peer: attributes.ipv4(2) }),
});

describe('a device of a defined kind', () => {
  test('has its settings in memory, as it was made with them', async () => {
    const host = new MemoryHost();
    const index = await host.links.create(lab.link({ name: 'lab0', up: true }, { number: 7 }));
    expect(await host.links.get('lab0')).toMatchObject({ index, kind: 'lab', up: true, settings: { number: 7 } });
    await host.links.change(index, { up: false });
    expect(await host.links.get('lab0')).toMatchObject({ up: false, settings: { number: 7 } });
  });

  test('on another device goes with that device', async () => {
    const host = new MemoryHost();
    const lower = await host.links.create({ kind: 'bridge', name: 'br0', mtu: 1400 });
    await host.links.create(lab.link({ name: 'lab0', lower }, { number: 7 }));
    expect(await host.links.get('lab0')).toMatchObject({ lower, mtu: 1400 });
    await host.links.delete(lower);
    expect(await host.links.get('lab0')).toBeUndefined();
  });

  test('is refused with settings that its definition refuses, and named in the message', async () => {
    const { links } = new MemoryHost();
    await expect(links.create(lab.link({ name: 'lab0' }, { number: 65_536 }))).rejects.toMatchObject({
      code: 'ERR_OSVIF_LINK_VALUE',
      message: expect.stringMatching(/lab lab0: 65536 is no integer from 0 to 65535/),
    });
    await expect(links.create(lab.link({ name: 'lab0' }, { number: 1, peer: 'fe80::1' }))).rejects.toThrow('fe80::1');
  });

  test('of a kind that this process does not know is refused', async () => {
    const { links } = new MemoryHost();
    await expect(links.create(from({ kind: 'geneve', name: 'g0', settings: {} }))).rejects.toMatchObject({
      code: 'ERR_OSVIF_LINK_VALUE',
      message: expect.stringContaining('defineLinkKind'),
    });
    await expect(links.create(from({ kind: 'geneve', name: 'g0' }))).rejects.toThrow('"geneve"');
    await expect(links.create(from({ kind: 'bridge', name: 'g0', settings: {} }))).rejects.toThrow('"bridge"');
    expect(await links.get('g0')).toBeUndefined();
  });
});

test('attributes become settings again', () => {
  const link = lab.link({ name: 'lab0' }, { number: 0x1234, peer: '192.0.2.1' });
  const bytes = new Map(attributesOf(link).flatMap(([type, value]) => (Buffer.isBuffer(value) ? [[type, value]] : [])));
  expect(settingsOfKind('lab', bytes)).toEqual({ number: 0x1234, peer: '192.0.2.1' });
  expect(settingsOfKind('lab', new Map())).toEqual({});
  expect(settingsOfKind('other', bytes)).toBeUndefined();
});

test('a definition that fails to read a device of another program hides no device', () => {
  defineLinkKind({
    kind: 'faulty',
    attributes: () => [],
    read: () => {
      throw new TypeError('not mine');
    },
  });
  expect(settingsOfKind('faulty', new Map())).toBeUndefined();
});

test.each([
  ['u8', 0xab, [0xab]],
  ['u16be', 0x12b5, [0x12, 0xb5]],
  ['u32be', 0x01020304, [1, 2, 3, 4]],
] as const)('%s has the bytes that the kernel expects', (type, value, bytes) => {
  const encoded = attributeValue[type](value);
  expect([...encoded]).toEqual(bytes);
  expect(attributeReader(new Map([[1, encoded]]))[type](1)).toBe(value);
  expect(attributeReader(new Map([[1, encoded.subarray(1)]]))[type](1)).toBeUndefined();
});

test.each([
  ['a text', '5'],
  ['a fraction', 0.5],
  ['a negative number', -1],
  ['too large a number', 2 ** 32],
  ['no number', Number.NaN],
  ['nothing', undefined],
])('a value that is %s is refused', (_, value) => {
  for (const encode of Object.values(attributeValue))
    expect(() => Reflect.apply(encode, undefined, [value])).toThrow(
      expect.objectContaining({ code: 'ERR_OSVIF_LINK_VALUE' }),
    );
});

describe('a definition is refused', () => {
  test.each([
    ['that is defined already', 'lab', 'already defined'],
    ['that is built in', 'veth', 'built in'],
    ['that is built in under another name', 'tun', 'built in'],
    ['with a slash', 'a/b', 'cannot name a kind'],
    ['without a name', '', 'cannot name a kind'],
    ['with too long a name', 'x'.repeat(33), 'cannot name a kind'],
  ])('of a kind %s', (_, kind, message) => {
    const define = () => defineLinkKind({ kind, attributes: () => [], read: () => ({}) });
    expect(define).toThrow(
      expect.objectContaining({ code: 'ERR_OSVIF_KIND_DEFINITION', message: expect.stringContaining(message) }),
    );
  });
});

describe('a helper', () => {
  const device = { name: 'lab0', alias: 'os-vif:a' };

  test('creates devices of a kind that its configuration allows', async () => {
    const host = new MemoryHost();
    const { links } = await remoteOf(host, { linkKinds: ['lab'] });
    await links.create(lab.link(device, { number: 7 }));
    expect(await links.get('lab0')).toMatchObject({ kind: 'lab', settings: { number: 7 } });
  });

  test('refuses every other kind, defined or not', async () => {
    const host = new MemoryHost();
    const { links } = await remoteOf(host);
    for (const link of [lab.link(device, { number: 7 }), from({ ...device, kind: 'geneve', settings: {} })])
      await expect(links.create(link)).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_REFUSAL' });
    expect(await host.links.get('lab0')).toBeUndefined();
  });

  test('applies its other rules to an allowed kind', async () => {
    const host = new MemoryHost();
    const lower = host.links.addNic({ name: 'eth0' });
    const { links } = await remoteOf(host, { linkKinds: ['lab'], names: ['lab*'] });
    const settings = { number: 7 };
    for (const link of [
      { ...device, alias: '' },
      { ...device, name: 'x0' },
      { ...device, lower },
    ])
      await expect(links.create(lab.link(link, settings))).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_REFUSAL' });
    const wrong: LinkKindSettings[] = [{ number: '7' }, { number: 70_000 }, {}];
    for (const settings of wrong)
      await expect(links.create(from({ ...device, kind: 'lab', settings }))).rejects.toMatchObject({
        code: 'ERR_OSVIF_LINK_VALUE',
      });
  });

  test.each([
    ['a nested value', { number: { toString: 1 } }],
    ['a list', { number: [1] }],
    ['null', { number: null }],
    ['a list in their place', []],
    ['a text in their place', 'x'],
    ['too many of them', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`s${i}`, i]))],
  ])('takes no settings with %s', async (_, settings) => {
    const { links } = await remoteOf(new MemoryHost(), { linkKinds: ['lab'] });
    await expect(links.create(from({ ...device, kind: 'lab', settings }))).rejects.toMatchObject({
      code: 'ERR_OSVIF_HELPER_PROTOCOL',
    });
  });

  test('does not start when its configuration allows a kind that is not defined', async () => {
    await expect(remoteOf(new MemoryHost(), { linkKinds: ['geneve'] })).rejects.toMatchObject({
      code: 'ERR_OSVIF_KIND_DEFINITION',
      message: expect.stringContaining('--plugin'),
    });
  });
});

test('the type of a new device takes no unknown kind, and keeps the checks of the built-in kinds', () => {
  // @ts-expect-error no kind of this name
  const misspelt: NewLink = { kind: 'brigde', name: 'br0' };
  // @ts-expect-error a veth needs its peer
  const half: NewLink = { kind: 'veth', name: 'v0' };
  // @ts-expect-error only the result of defineLinkKind makes a device of a defined kind
  const undefinedKind: DefinedLink = { kind: 'lab', name: 'lab0', settings: {} };
  // @ts-expect-error the number is missing
  const unset = () => lab.link({ name: 'lab0' }, {});
  const name = (link: NewLink) => (isDefinedLink(link) ? link.kind : link.kind === 'veth' ? link.peer.name : link.name);
  expect(name({ kind: 'veth', name: 'v0', peer: { name: 'v1' } })).toBe('v1');
  expect(name(lab.link({ name: 'lab0' }, { number: 1 }))).toBe('lab');
  expect([misspelt, half, undefinedKind].map((link) => link.name)).toEqual(['br0', 'v0', 'lab0']);
  expect(unset).not.toThrow();
});

/** A device as JavaScript, or a client of a helper, would ask for it: the compiler does not check it. */
function from(value: object): NewLink {
  const parsed: NewLink = JSON.parse(JSON.stringify(value));
  return parsed;
}
