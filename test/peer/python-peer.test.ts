import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  classFor,
  type FieldType,
  InstanceInfo,
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv6Address,
  macAddress,
  objectClasses,
  type Primitive,
  pciAddress,
  VersionedObject,
} from '../../src/entries/index.ts';
import { sortChanges, vectors } from '../conformance/vectors.ts';
import { ipAddresses, ipNetworks, macAddresses, pciAddresses, primitives, texts } from '../objects/arbitraries.ts';
import { PEER_MISSING, Peer } from './peer.ts';

interface Known {
  version: string;
  manifest: Record<string, string>;
  fingerprint: string;
  fields: string[];
}

describe.skipIf(PEER_MISSING)(`Python os-vif${PEER_MISSING ? ` (${PEER_MISSING})` : ''}`, () => {
  let peer: Peer;
  let known: Record<string, Known>;

  beforeAll(async () => {
    peer = Peer.start();
    known = await peer.ask('objects');
  });
  afterAll(() => peer.stop());

  /** What goes to the peer, and what it is to give back: the same, `changes` as sets. */
  const backported = (primitive: unknown, { version, manifest }: Known) =>
    VersionedObject.fromPrimitive(primitive).toPrimitive({ targetVersion: version, versionManifest: manifest });
  const readsTheSame = async (sent: Primitive) => {
    const back = await peer.ask('roundtrip', { primitive: sent });
    const ours = VersionedObject.fromPrimitive(back);
    expect(sortChanges(back)).toEqual(sortChanges(ours.toPrimitive()));
    return { back, ours };
  };

  test('every object that it knows is known here, at that version or a newer one', () => {
    expect(Object.keys(known).length).toBeGreaterThan(25);
    for (const [name, { version }] of Object.entries(known)) expect(classFor(name, version).objectName).toBe(name);
  });

  test('its fingerprint of every object that is at the same version is the one here', () => {
    const same = Object.entries(known).filter(([name, { version }]) => classFor(name, version).version === version);
    expect(same.length).toBeGreaterThan(20);
    for (const [name, { version, fingerprint }] of same) {
      expect(`${name} ${classFor(name, version).fingerprint()}`).toBe(`${name} ${fingerprint}`);
    }
  });

  describe.each([...objectClasses('os_vif').keys()].sort())('%s', (name) => {
    test('goes there and back at the versions that the peer states, equal on both ends', async () => {
      const theirs = known[name];
      if (theirs === undefined) throw new Error(`the peer does not know ${name}`);
      const samples = [...examplesOf(name), ...fc.sample(primitives(name), { numRuns: 12, seed: 42 })];
      for (const sample of samples) {
        const sent = backported(sample, theirs);
        const { ours } = await readsTheSame(sent);
        expect(sortChanges(withoutInitial(ours.toPrimitive(), sent))).toEqual(sortChanges(withoutGone(sent)));
        expect(new Set(Object.keys(sent['versioned_object.data']))).toEqual(
          new Set(Object.keys(sent['versioned_object.data']).filter((field) => theirs.fields.includes(field))),
        );
      }
    });

    test('is backported there as here', async () => {
      const theirs = known[name];
      if (theirs === undefined) throw new Error(`the peer does not know ${name}`);
      for (const sample of [...examplesOf(name).slice(0, 3), ...fc.sample(primitives(name), { numRuns: 4, seed: 7 })]) {
        const primitive = await peer.ask<Primitive>('roundtrip', { primitive: backported(sample, theirs) });
        const manifest = oldest(theirs.manifest);
        const here = VersionedObject.fromPrimitive(primitive).toPrimitive({
          targetVersion: '1.0',
          versionManifest: manifest,
        });
        const there = await peer.ask('backport', { primitive, target: '1.0', manifest }).catch((error) => {
          if (String(error).includes(PEERS_OWN_GAP)) return here;
          throw error;
        });
        expect(sortChanges(here)).toEqual(sortChanges(there));
      }
    });
  });

  test('text arrives there code point by code point, and comes back the same', async () => {
    const awkward = [
      '"quoted" \\ \'\'',
      'two\r\nlines\t',
      '\u0000\u0007\u007f',
      '\u2028\u2029',
      'ÄÖ 漢字 💻 👩‍👩‍👧',
      '\ufeffx',
    ];
    for (const name of [...awkward, ...fc.sample(texts, 60)]) {
      const object = new InstanceInfo({ name });
      const answer = await peer.ask<{ points: number[]; primitive: unknown }>('text', {
        primitive: JSON.parse(JSON.stringify(object)),
      });
      expect(String.fromCodePoint(...answer.points)).toBe(name);
      expect(InstanceInfo.fromPrimitive(answer.primitive).equals(object)).toBe(true);
    }
  });

  describe('makes the same of addresses, spelled in any way', () => {
    const types: [string, FieldType<string>, fc.Arbitrary<string>, (value: string) => boolean][] = [
      ['MACAddress', macAddress(), spellings(macAddresses, ':-. gG0\n'), (value) => value.endsWith('\n')],
      ['PCIAddress', pciAddress(), spellings(pciAddresses, ':.,x8fF2\n'), (value) => !/^[^.]*\.[0-7]$/.test(value)],
      ['IPAddress', ipAddress(), spellings(ipAddresses, ':.0129/fF% '), isLenientAddress],
      ['IPv4Address', ipv4Address(), spellings(fc.ipV4(), '.:0129x '), isLenientAddress],
      ['IPv6Address', ipv6Address(), spellings(fc.oneof(fc.ipV6(), ipAddresses), ':.09fFg%'), isLenientAddress],
      ['IPNetwork', ipNetwork(), spellings(fc.oneof(ipNetworks, MASKS), '/.:0129 '), isLenientAddress],
    ];

    test.each(types)('%s', async (field, type, arbitrary, isLeniencyOfPython) => {
      const values = [...new Set(fc.sample(arbitrary, 1500))];
      const there = await peer.ask<(string | null)[]>('coerce', { field, values });
      const differences = values.flatMap((value, i) => {
        const here = coerced(type, value);
        const theirs = there[i] ?? null;
        if (here === theirs || (here === null && isLeniencyOfPython(value))) return [];
        return [{ value, here, there: theirs }];
      });
      expect(differences).toEqual([]);
      expect(there.filter((value) => value !== null).length).toBeGreaterThan(300);
    });
  });
});

/** The rows of the conformance vectors that are of a class and valid. */
function examplesOf(name: string): Primitive[] {
  const rows = vectors<{ name: string; expect: Primitive }[]>('os-vif/roundtrip.json');
  return rows.filter((row) => row.name === name).map((row) => row.expect);
}

function oldest(manifest: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(manifest).map((name) => [name, '1.0']));
}

/** os-vif 3.0.0 deletes this field without asking whether it is set: HostVIFInfo.obj_make_compatible. */
const PEERS_OWN_GAP = "KeyError: 'supported_port_profiles'";

/** A child that is backported keeps the names of fields that went in its `changes`, as in Python; readers pass over them. */
function withoutGone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGone);
  if (!isRecord(value)) return value;
  const { 'versioned_object.changes': changes, ...rest } = value;
  const data = value['versioned_object.data'];
  const kept = Array.isArray(changes) && isRecord(data) ? changes.filter((name) => Object.hasOwn(data, name)) : [];
  const inner = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, withoutGone(item)]));
  return kept.length > 0 ? { ...inner, 'versioned_object.changes': kept } : inner;
}

/** Python's constructors set what was not sent; what came on top of what was sent is taken away again. */
function withoutInitial(found: unknown, sent: unknown): unknown {
  if (Array.isArray(found) && Array.isArray(sent)) return found.map((item, i) => withoutInitial(item, sent[i]));
  if (!isRecord(found) || !isRecord(sent)) return found;
  const kept = Object.entries(found).filter(([key]) => Object.hasOwn(sent, key));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutInitial(value, sent[key])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function coerced(type: FieldType<string>, value: string): string | null {
  try {
    return type.coerce(value);
  } catch {
    return null;
  }
}

const MASKS = fc
  .tuple(
    fc.ipV4(),
    fc.constantFrom('255.255.255.0', '255.0.0.0', '0.0.0.0', '0.0.0.255', '255.255.255.255', '255.0.255.0'),
  )
  .map(([address, mask]) => `${address}/${mask}`);

/** A valid value, or one with a character left out, put in or exchanged, or in upper case. */
function spellings(valid: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(40), drop: fc.nat(1), insert: fc.constantFrom('', ...characters) });
  return fc.tuple(valid, fc.array(edit, { maxLength: 2 }), fc.boolean()).map(([value, edits, upper]) => {
    const edited = edits.reduce(
      (text, { at, drop, insert }) => text.slice(0, at) + insert + text.slice(at + drop),
      value,
    );
    return upper ? edited.toUpperCase() : edited;
  });
}

/** The leniencies that docs/differences-from-python.md lists: short, octal and padded IPv4, netmasks of IPv6, zones and white space. */
function isLenientAddress(value: string): boolean {
  if (/\s/.test(value)) return true;
  const [address = '', prefix] = value.split('/');
  if (!address.includes(':')) return !/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/.test(address);
  return prefix !== undefined && !/^\d+$/.test(prefix);
}
