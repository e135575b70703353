import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OsVifError, VIFHostDevice } from '../../src/entries/index.ts';
import { toHostdevXml, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { validateBinding, vifFromPort } from '../../src/entries/neutron.ts';
import { runs } from '../property-runs.ts';
import { arbitraryPort, BINDINGS, NETWORK, port } from './ports.ts';

test.each(Object.entries(BINDINGS))('a good binding of type %s has no violation', (vifType, binding) => {
  expect(validateBinding(port({ ...binding, 'binding:vif_type': vifType }))).toEqual([]);
});

describe('every violation is told, with its path', () => {
  test.each([
    [
      'what is no port at all',
      'ovs',
      [{ path: '', message: 'expected a Neutron port that can be converted to a VIF, found "ovs"' }],
    ],
    [
      'several details at once',
      {
        'binding:vif_type': 'vhostuser',
        'binding:vif_details': { vhostuser_mode: 'peer', vhostuser_ovs_plug: 'yes' },
      },
      [
        { path: '/binding:vif_details/vhostuser_socket', message: 'missing, expected a string that is not empty' },
        { path: '/binding:vif_details/vhostuser_mode', message: 'expected one of client, server, found "peer"' },
        { path: '/binding:vif_details/vhostuser_ovs_plug', message: 'expected true or false, found "yes"' },
      ],
    ],
    [
      'a VLAN and a PCI address of another form',
      {
        'binding:vif_type': 'hw_veb',
        'binding:vnic_type': 'direct',
        'binding:vif_details': { vlan: '4095' },
        'binding:profile': { pci_slot: '0a:00.1' },
      },
      [
        { path: '/binding:vif_details/vlan', message: 'expected a whole number from 0 to 4094, found "4095"' },
        { path: '/binding:profile/pci_slot', message: 'expected a PCI address such as 0000:3b:00.1, found "0a:00.1"' },
      ],
    ],
    [
      'a vnic type that the vif type has no way for',
      { 'binding:vif_type': 'vrouter', 'binding:vnic_type': 'vdpa' },
      [
        {
          path: '/binding:vnic_type',
          message: 'expected one of normal, direct, virtio-forwarder, found "vdpa", for the vif type vrouter',
        },
      ],
    ],
    [
      'an unbound port',
      { 'binding:vif_type': 'unbound', 'binding:vif_details': {} },
      [{ path: '/binding:vif_type', message: expect.stringMatching(/bound to no host/) }],
    ],
  ])('%s', (_, values, violations) => {
    const given = typeof values === 'string' ? values : { ...port(), ...values };
    expect(new Set(validateBinding(given))).toEqual(new Set(violations));
  });
});

test('what validates converts, and what does not is refused with the same violations', () => {
  const outcomes = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(arbitraryPort, (given) => {
      const violations = validateBinding(given);
      outcomes[violations.length === 0 ? 'valid' : 'invalid']++;
      if (violations.length === 0) {
        const vif = vifFromPort(given, { network: NETWORK });
        expect(vif.id).toBe(given.id);
        expect(JSON.parse(JSON.stringify(vif))['versioned_object.name']).toBe(vif.type);
      } else {
        expect(() => vifFromPort(given, { network: NETWORK })).toThrow(expect.objectContaining({ violations }));
      }
    }),
    runs(3_000),
  );
  expect(outcomes.valid).toBeGreaterThan(500);
  expect(outcomes.invalid).toBeGreaterThan(500);
});

test('of what validates there is XML, or a reason why libvirt would not take it', () => {
  let written = 0;
  fc.assert(
    fc.property(arbitraryPort, (given) => {
      fc.pre(validateBinding(given).length === 0);
      const vif = vifFromPort(given, { network: NETWORK });
      const isWhole = vif instanceof VIFHostDevice && vif.devType === 'generic';
      try {
        const xml = isWhole
          ? toHostdevXml(vif)
          : toInterfaceXml(vif, { virtType: 'kvm', interfaceNameOf: () => 'eth7' });
        expect(xml).toMatch(isWhole ? /^<hostdev / : /^<interface /);
        written++;
      } catch (error) {
        expect(error).toBeInstanceOf(OsVifError);
      }
    }),
    runs(1_000),
  );
  expect(written).toBeGreaterThan(500);
});

test('the schema file says the same to any validator', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/neutron/port-binding.json', import.meta.url), 'utf8'));
  const validates = new Ajv2020({ strict: true }).compile(schema);
  fc.assert(
    fc.property(arbitraryPort, (given) => validates(given) === (validateBinding(given).length === 0)),
    runs(),
  );
});

test.each([null, undefined, 7, 'port', [], {}, Object.create(null)])(
  'what is no port is told, not thrown: %j',
  (given) => {
    expect(validateBinding(given).length).toBeGreaterThan(0);
  },
);
