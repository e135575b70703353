/** Values that somebody else chose: refused where the host would refuse them, escaped elsewhere, and never read as anything else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VIFPortProfile8021Qbh } from '../../src/entries/index.ts';
import { LibvirtXmlError, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { runs } from '../property-runs.ts';
import { LIBVIRT_MISSING, readAttribute, requireAccepted } from './libvirt.ts';
import { bridgeVif, directVif, genericVif, hostDeviceVif, ovsVif, vhostUserVif } from './vif-builders.ts';
import { readXml } from './xml-tree.ts';

const KVM = { virtType: 'kvm' } as const;
const HOSTILE = [
  `"/><script path="/tmp/x"/><x a="`,
  `'`,
  '<',
  '>',
  '&amp;',
  '&#60;',
  ']]>',
  '<!--',
  '$(x)',
  'a\nb',
  'a\r\n\tb',
  'é',
  '\u{1f4a9}',
];
const UNWRITABLE = ['\0', '\u0001', '\u001f', '\ufffe', '\ud800'];
const hostile = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE, ...UNWRITABLE), fc.string({ maxLength: 4, unit: 'binary' })), {
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
);

describe('names of devices', () => {
  const refused = [...HOSTILE, ...UNWRITABLE, '', '.', '..', 'a/b', 'a b', 'a:b', 'a'.repeat(16)];
  test.each(refused.map((name) => [JSON.stringify(name), name]))(
    '%s is refused wherever a device is named',
    (_, name) => {
      expect(() => toInterfaceXml(genericVif({ vifName: name }), KVM)).toThrow(
        /vifName: expected the name of a network device/,
      );
      expect(() => toInterfaceXml(bridgeVif({ bridgeName: name }), KVM)).toThrow(/bridgeName: expected/);
      expect(() => toInterfaceXml(directVif('vepa', { vlanName: name }), KVM)).toThrow(LibvirtXmlError);
      expect(() =>
        toInterfaceXml(directVif('vepa', { devAddress: '0000:0a:00.1' }), { ...KVM, interfaceNameOf: () => name }),
      ).toThrow(LibvirtXmlError);
    },
  );

  test('15 bytes and what the kernel takes besides letters are fine', () => {
    expect(toInterfaceXml(genericVif({ vifName: 'tap_1.2-3456789' }), KVM)).toContain('dev="tap_1.2-3456789"');
  });
});

describe('paths', () => {
  test.each(['relative', '', '/a\nb', `/${'a'.repeat(107)}`, `/${'é'.repeat(60)}`, '/a\0b', '/a\u0007b'])(
    'the socket %j is refused',
    (path) => {
      expect(() => toInterfaceXml(vhostUserVif({ path }), KVM)).toThrow(LibvirtXmlError);
    },
  );

  test.each(['vhost-vdpa-0', '/dev/a b', '/dev/"x', ''])('the vDPA device %j is refused', (path) => {
    expect(() => toInterfaceXml(hostDeviceVif(), { ...KVM, vdpaDeviceOf: () => path })).toThrow(LibvirtXmlError);
  });
});

test('what is written is read back as it was, or refused: no value becomes markup', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      for (const { write, path } of PLACES) {
        const xml = written(() => write(value));
        if (xml === undefined) continue;
        const root = readXml(xml);
        const [element = '', attribute = ''] = path.split('/@');
        const names = element.split('/');
        const found = names.reduce(
          (node, name) => node?.children.find((child) => child.name === name),
          root as typeof root | undefined,
        );
        expect(found?.attributes[attribute]).toBe(value);
        expect(root.children.map(({ name }) => name)).not.toContain('script');
      }
    }),
    runs(2_000),
  );
});

describe.skipIf(LIBVIRT_MISSING !== undefined)(`libvirt${LIBVIRT_MISSING ? ` (${LIBVIRT_MISSING})` : ''}`, () => {
  test('takes every value that we write', () => {
    const xmls = fc.sample(hostile, 600).flatMap((value) => PLACES.map(({ write }) => written(() => write(value))));
    const accepted = xmls.filter((xml) => xml !== undefined).filter((xml) => !xml.includes('type="hostdev"'));
    expect(accepted.length).toBeGreaterThan(200);
    requireAccepted(...accepted);
  });

  test.each(HOSTILE.map((value) => [value]))('reads %j as it was', (value) => {
    for (const { write, path } of PLACES) {
      const xml = written(() => write(value));
      if (xml !== undefined) expect(readAttribute(xml, `/interface/${path}`)).toBe(value);
    }
  });
});

/** Where values that are not names go, and what is free text among them. */
const PLACES = [
  { path: 'source/@path', write: (value: string) => toInterfaceXml(vhostUserVif({ path: value }), KVM) },
  {
    path: 'virtualport/parameters/@profileid',
    write: (value: string) => toInterfaceXml(ovsVif({ profileId: value }), KVM),
  },
  {
    path: 'virtualport/parameters/@profileid',
    write: (value: string) => toInterfaceXml(hostDeviceVif(new VIFPortProfile8021Qbh({ profileId: value })), KVM),
  },
  { path: 'target/@dev', write: (value: string) => toInterfaceXml(genericVif({ vifName: value }), KVM) },
];

function written(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof LibvirtXmlError) return undefined;
    throw error;
  }
}
