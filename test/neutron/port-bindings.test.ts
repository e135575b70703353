import { describe, expect, test } from 'vitest';
import { type PortBinding, portWithBinding, validatePortBindings, vifFromPort } from '../../src/entries/neutron.ts';
import { NETWORK, port } from './ports.ts';

const HYBRID: PortBinding = {
  host: 'compute-2',
  status: 'INACTIVE',
  vif_type: 'ovs',
  vif_details: { ovs_hybrid_plug: true },
  vnic_type: 'normal',
  profile: {},
};

describe('a port with one of its bindings', () => {
  test('becomes the VIF of that host', () => {
    const bound = portWithBinding(port(), HYBRID);
    expect(bound['binding:host_id']).toBe('compute-2');
    expect(vifFromPort(bound, { network: NETWORK }).type).toBe('VIFBridge');
    expect(vifFromPort(port(), { network: NETWORK }).type).toBe('VIFOpenVSwitch');
  });

  test('keeps nothing of its other binding', () => {
    const direct = port({ 'binding:vnic_type': 'direct', 'binding:profile': { pci_slot: '0000:0a:00.1' } });
    const bound = portWithBinding(direct, { vif_type: 'tap' });
    expect(Object.keys(bound).filter((name) => name.startsWith('binding'))).toEqual(['binding:vif_type']);
  });

  test('replaces a binding with the names of openstacksdk too', () => {
    const { 'binding:vif_type': _, ...rest } = port();
    const bound = portWithBinding({ ...rest, binding_vif_type: 'unbound' }, HYBRID);
    expect(vifFromPort(bound, { network: NETWORK }).type).toBe('VIFBridge');
  });

  test('is as active as the port', () => {
    const activeOf = (status: string) =>
      vifFromPort(portWithBinding(port({ status }), HYBRID), { network: NETWORK }).active;
    expect([activeOf('ACTIVE'), activeOf('DOWN')]).toEqual([true, false]);
  });
});

describe('the bindings of a port', () => {
  test('are valid in the answer of the API and as an array', () => {
    expect(validatePortBindings({ bindings: [HYBRID] })).toEqual([]);
    expect(validatePortBindings([HYBRID, { vif_type: 'tap' }])).toEqual([]);
    expect(validatePortBindings({ bindings: [] })).toEqual([]);
    for (const one of [{ binding: HYBRID }, HYBRID]) expect(validatePortBindings(one)).toEqual([]);
  });

  test('are told up to 100 violations, also of very many bindings', () => {
    const told = validatePortBindings({ bindings: Array.from({ length: 200_000 }, () => 7) });
    expect(told).toHaveLength(101);
    expect(told[99]).toMatchObject({ path: '/bindings/99' });
    expect(told[100]).toEqual({ path: '', message: 'and 199900 more' });
  });

  test.each([
    [
      'the binding that is wrong',
      { bindings: [HYBRID, { ...HYBRID, vif_type: 'vhostuser' }] },
      '/bindings/1/vif_details/vhostuser_socket',
    ],
    ['a binding without type', [{ host: 'compute-1' }], '/0/vif_type'],
    ['a binding that failed', { bindings: [{ vif_type: 'binding_failed' }] }, '/bindings/0/vif_type'],
    ['a profile that is none', [{ ...HYBRID, profile: 'x' }], '/0/profile'],
    ['what is no binding', [7], '/0'],
    ['the binding of an answer', { binding: { ...HYBRID, vif_type: 'osv' } }, '/binding/vif_type'],
    ['one binding', { ...HYBRID, profile: 'x' }, '/profile'],
    ['an answer without its binding', { binding: null }, '/binding'],
    ['what is no list', { bindings: 'x' }, '/bindings'],
    ['what is nothing', undefined, ''],
  ])('are told by path: %s', (_, given, path) => {
    expect(validatePortBindings(given)).toMatchObject([{ path, message: expect.stringMatching(/\w/) }]);
  });
});
