import { describe, expect, test } from 'vitest';
import { OsVif, TapPlugin } from '../../src/entries/host.ts';
import { InstanceInfo, UnusableAddressingError } from '../../src/entries/index.ts';
import { requireUsableAddressing, vifFromPort } from '../../src/entries/neutron.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { NETWORK, PORT_ID, port } from './ports.ts';

const L2 = { 'binding:vif_details': { connectivity: 'l2' } };

describe('usable is a port', () => {
  test.each([
    ['with an address', port()],
    [
      'with an address that it should not have',
      port({ ip_allocation: 'none', 'binding:vif_details': { connectivity: 'legacy' } }),
    ],
    [
      'that gets one when it is bound',
      port({ fixed_ips: [], ip_allocation: 'deferred', 'binding:vif_type': 'unbound' }),
    ],
    ['that shall have none, on a back-end that connects frames', port({ fixed_ips: [], ip_allocation: 'none', ...L2 })],
  ])('%s', (_, usable) => {
    expect(() => requireUsableAddressing(usable)).not.toThrow();
  });
});

describe('refused, with the way out, is a port', () => {
  test.each([
    ['that lost its address', { ip_allocation: 'immediate', ...L2 }, /"immediate".*--fixed-ip.*--no-fixed-ip/],
    ['of a Neutron without ip_allocation', { ip_allocation: null }, /ip_allocation is missing.*--fixed-ip/],
    [
      'on a back-end that says nothing',
      { ip_allocation: 'none', 'binding:vif_details': {} },
      /vif type ovs.*no connectivity.*"l2"/,
    ],
    ['on one without details', { ip_allocation: 'none', 'binding:vif_details': null }, /no connectivity/],
    [
      'on one that routes',
      { ip_allocation: 'none', 'binding:vif_details': { connectivity: 'l3' } },
      /connectivity "l3"/,
    ],
    [
      'on a legacy one',
      { ip_allocation: 'none', 'binding:vif_details': { connectivity: 'legacy' } },
      /connectivity "legacy"/,
    ],
    [
      'that is not bound yet',
      { ip_allocation: 'none', 'binding:vif_type': 'unbound', 'binding:vif_details': {} },
      /bind it first/,
    ],
  ])('%s', (_, values, reason) => {
    const unusable = port({ fixed_ips: [], ...values });
    expect(() => requireUsableAddressing(unusable)).toThrow(UnusableAddressingError);
    expect(() => requireUsableAddressing(unusable)).toThrow(reason);
    expect(() => requireUsableAddressing(unusable)).toThrow(expect.objectContaining({ portId: PORT_ID }));
  });
});

describe('before the binding, as nova checks it,', () => {
  const unbound = { fixed_ips: [], 'binding:vif_type': 'unbound', 'binding:vif_details': {} };

  test.each([
    ['an unaddressed port whose back-end is not known', { ...unbound, ip_allocation: 'none' }],
    ['a port as its owner sees it', { fixed_ips: [], ip_allocation: 'none', 'binding:vif_details': null }],
    ['a port on a back-end that does not tell its layer', { fixed_ips: [], ip_allocation: 'none' }],
    ['a port that gets its address later', { ...unbound, ip_allocation: 'deferred' }],
  ])('%s is usable', (_, values) => {
    expect(() => requireUsableAddressing(port(values), { bound: false })).not.toThrow();
  });

  test('a port that lost its address is refused', () => {
    const lost = port({ ...unbound, ip_allocation: 'immediate' });
    expect(() => requireUsableAddressing(lost, { bound: false })).toThrow(UnusableAddressingError);
  });

  test('a misspelt option is refused', () => {
    const options: object = { bond: false };
    expect(() => requireUsableAddressing(port(), options)).toThrow(/no option "bond", did you mean bound/);
  });
});

test('the VIF of an unaddressed port plugs as any other', async () => {
  const host = new MemoryHost();
  await using osVif = await OsVif.open({ host, plugins: [new TapPlugin()] });
  const unaddressed = port({ fixed_ips: [], ip_allocation: 'none', 'binding:vif_type': 'tap', ...L2 });
  requireUsableAddressing(unaddressed);
  const vif = vifFromPort(unaddressed, { network: NETWORK });
  await osVif.plug(vif, new InstanceInfo({ uuid: PORT_ID, name: 'router' }));
  expect(await host.links.get('tapdc065497-3c')).toMatchObject({ kind: 'tap', mtu: 1450 });
});
