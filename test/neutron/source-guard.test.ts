import { expect, test } from 'vitest';
import { type NeutronPort, sourceGuardOf } from '../../src/entries/neutron.ts';
import { port } from './ports.ts';

const MAC = 'fa:16:3e:4a:5b:6c';

test('a port with port security has its fixed IPs and its allowed address pairs', () => {
  const allowed_address_pairs = [
    { ip_address: '192.0.2.0/24', mac_address: MAC.toUpperCase() },
    { ip_address: 'fd00::5' },
    { ip_address: '10.0.0.5', mac_address: MAC },
    { ip_address: '10.0.0.9', mac_address: '00:00:5E:00:01:01' },
  ];
  expect(sourceGuardOf(port({ port_security_enabled: true, allowed_address_pairs }))).toEqual({
    mode: 'mac-and-ip',
    addresses: ['10.0.0.5', '192.0.2.0/24', 'fd00::5', '10.0.0.9 00:00:5e:00:01:01'],
  });
});

test.each([
  ['without the attribute, port security is on', {}, 'mac-and-ip'],
  ['with null, port security is on', { port_security_enabled: null }, 'mac-and-ip'],
  ['without port security, the guest may send every frame', { port_security_enabled: false }, 'off'],
  ['without addresses, only the MAC address is compared', { fixed_ips: [] }, 'mac'],
  [
    'with pairs alone, they are compared',
    { fixed_ips: [], allowed_address_pairs: [{ ip_address: '::/0' }] },
    'mac-and-ip',
  ],
  [
    'with pairs of other MAC addresses alone, every address of the own MAC address passes',
    { fixed_ips: [], allowed_address_pairs: [{ ip_address: '::/0', mac_address: '00:00:5e:00:01:01' }] },
    'mac',
  ],
])('%s', (_, values, mode) => {
  expect(sourceGuardOf(port(values)).mode).toBe(mode);
});

test('the names of openstacksdk are read too', () => {
  const { 'binding:vif_type': vifType, ...rest } = port();
  expect(sourceGuardOf({ ...rest, binding_vif_type: vifType, is_port_security_enabled: false }).mode).toBe('off');
});

test('a list that is none is an error with its name', () => {
  const wrong: NeutronPort = { ...port(), allowed_address_pairs: JSON.parse('"10.0.0.5"') };
  expect(() => sourceGuardOf(wrong)).toThrow(/allowed_address_pairs.*a list of objects/);
});

test('a wrong address is an error with its place', () => {
  const wrong = port({ allowed_address_pairs: [{ ip_address: '10.0.0.256' }] });
  expect(() => sourceGuardOf(wrong)).toThrow(/allowed_address_pairs\/0\/ip_address/);
});

test('a wrong MAC address is an error with its place', () => {
  const wrong = port({ allowed_address_pairs: [{ ip_address: '10.0.0.9', mac_address: 'fa:16' }] });
  expect(() => sourceGuardOf(wrong)).toThrow(/allowed_address_pairs\/0\/mac_address/);
});
