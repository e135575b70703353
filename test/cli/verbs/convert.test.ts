import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VersionedObject, VIFGeneric } from '../../../src/entries/index.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('a port of Neutron becomes the VIF in its wire form, its network from a file of its own', async () => {
  const { status, json } = await osVif([
    'convert',
    'port.json',
    '--from',
    'neutron',
    '--network',
    'network-of-port.json',
  ]);
  expect(status).toBe(0);
  const vif = VIFGeneric.fromPrimitive(json());
  expect(vif).toMatchObject({ vifName: 'tapdc065497-3c', plugin: 'tap', network: { mtu: 1450, label: 'private' } });
});

test('port, network and subnets may come in one file', async () => {
  const port = JSON.parse(readFileSync(join(osVif.folder, 'port.json'), 'utf8'));
  const fixed_ips = [{ ip_address: '10.65.0.11', subnet_id: 's1' }];
  const whole = {
    port: { ...port, fixed_ips },
    network: { id: port.network_id },
    subnets: [{ id: 's1', cidr: '10.65.0.0/24' }],
  };
  const { json } = await osVif(['convert', '--from', 'neutron', '--to', 'plain'], { input: JSON.stringify(whole) });
  expect(json()).toMatchObject({ network: { subnets: [{ cidr: '10.65.0.0/24', ips: [{ address: '10.65.0.11' }] }] } });
});

test("nova's network_info becomes an array of VIFs", async () => {
  const { json } = await osVif(['convert', 'network-info.json', '--from', 'nova', '--to', 'plain']);
  expect(json()).toMatchObject([{ type: 'VIFOpenVSwitch', bridge_name: 'br-int' }]);
});

test('the wire form and the plain form become each other', async () => {
  const primitive = await osVif(['convert', 'vif.json']);
  const plain = await osVif(['convert', '--to', 'plain'], { input: primitive.stdout });
  const again = await osVif(['convert'], { input: plain.stdout });
  const [before, after] = [primitive, again].map((run) => VersionedObject.fromPrimitive(run.json()));
  expect(after?.equals(before)).toBe(true);
});

test('the mode private of macvtap, which a VIF in JSON does not have, is told in a warning', async () => {
  const details = { macvtap_source: 'eth0', macvtap_mode: 'private', physical_interface: 'eth0' };
  const port = JSON.parse(readFileSync(join(osVif.folder, 'port.json'), 'utf8'));
  const document = {
    port: { ...port, 'binding:vif_type': 'macvtap', 'binding:vif_details': details },
    network: { id: port.network_id },
  };
  const { status, json, stderr } = await osVif(['convert', '--to', 'plain'], { input: JSON.stringify(document) });
  expect([status, json()]).toMatchObject([0, { type: 'VIFDirect', mode: 'vepa' }]);
  expect(stderr).toContain('macvtap_mode is private');
});

test.each([
  ['a port without its network', ['--from', 'neutron'], 'port.json', 2, 'ERR_OSVIF_USAGE'],
  [
    'a port that is not bound',
    ['--from', 'neutron', '--network', 'network-of-port.json'],
    'unbound.json',
    1,
    'ERR_OSVIF_PORT_UNBOUND: unbound.json: ',
  ],
  ['an entry that is none', ['--from', 'nova'], 'vif.json', 1, 'vif.json: '],
  ['an entry as a port', ['--from', 'neutron'], 'network-info.json', 2, 'this is a network_info entry, and not a port'],
  ['a port as an entry', ['--from', 'nova'], 'port.json', 2, 'this is a port, and not a network_info entry'],
  ['an unknown source', ['--from', 'calico'], 'vif.json', 2, 'Allowed choices are neutron, nova, plain, primitive'],
  ['an option of another source', ['--network', 'network-of-port.json'], 'vif.json', 2, '--from neutron'],
])('%s is refused', async (_, options, file, status, text) => {
  writeFileSync(
    join(osVif.folder, 'unbound.json'),
    JSON.stringify({
      id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
      mac_address: 'fa:16:3e:4a:5b:6c',
      'binding:vif_type': 'unbound',
    }),
  );
  const run = await osVif(['convert', file, ...options]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});
