import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('an object in either form, and a port of Neutron, are valid', async () => {
  const primitive = await osVif(['convert', 'vif.json']);
  const { status, json } = await osVif(['validate', 'vif.json', 'port.json', '-'], { input: primitive.stdout });
  expect(status).toBe(0);
  expect(json()).toEqual([
    { where: 'vif.json', valid: true, object: 'VIFGeneric', violations: [] },
    { where: 'port.json', valid: true, object: 'port', violations: [] },
    { where: 'standard input', valid: true, object: 'VIFGeneric 1.0', violations: [] },
  ]);
});

test('everything that is wrong with a primitive is told with its path, and the answer is no', async () => {
  const { stdout } = await osVif(['convert', 'vif.json']);
  const wrong = stdout.replace('22:52:25:62:e2:aa', 'nonsense').replace('"mtu": 1450', '"mtu": "much"');
  const { status, json } = await osVif(['validate'], { input: wrong });
  expect(status).toBe(1);
  expect(json()).toMatchObject({
    valid: false,
    violations: [
      { path: '/versioned_object.data/address' },
      { path: '/versioned_object.data/network/versioned_object.data/mtu' },
    ],
  });
});

test('everything that is wrong with the plain form is told', async () => {
  const { status, json } = await osVif(['validate'], {
    input: '{ type: VIFGeneric, id: x, address: zz, vif_nmae: tap0, network: { mtu: much, subnets: [{ cidr: 7 }] } }',
  });
  expect(status).toBe(1);
  const paths = (json() as { violations: { path: string }[] }).violations.map(({ path }) => path);
  expect(paths.sort()).toEqual(['/address', '/id', '/network/mtu', '/network/subnets/0/cidr', '/vif_nmae']);
});

test.each([
  ['{}', '/type', 'expected the name of an object such as VIFBridge, which is missing'],
  ['7', '', 'expected a versioned object, found 7'],
  ['{ type: VIFBrigde }', '/type', 'name the module that declares it in `objects` of the configuration'],
])('%s is no object', async (input, path, message) => {
  const { status, json } = await osVif(['validate'], { input });
  expect([status, json()]).toMatchObject([1, { violations: [{ path, message: expect.stringContaining(message) }] }]);
});

test('an unknown version is told', async () => {
  const { stdout } = await osVif(['convert', 'vif.json']);
  const newer = stdout.replaceAll('"versioned_object.version": "1.0"', '"versioned_object.version": "7.0"');
  const { status, stdout: told } = await osVif(['validate'], { input: newer });
  expect([status, told]).toEqual([1, expect.stringContaining('7.0')]);
});

test('an unknown key of the plain form is told', async () => {
  const { status, json } = await osVif(['validate'], { input: '{ type: VIFGeneric, vif_nmae: tap0 }' });
  expect(status).toBe(1);
  expect(json()).toMatchObject({
    valid: false,
    violations: [{ path: '/vif_nmae', message: expect.stringContaining('vif_name') }],
  });
});

test('of several objects those that are wrong are told by file and place', async () => {
  writeFileSync(join(osVif.folder, 'mixed.yaml'), '- { type: VIFGeneric }\n- { type: VIFGeneric, address: 7 }\n');
  const { status, stdout } = await osVif(['validate', 'mixed.yaml'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(status).toBe(1);
  expect(stdout).toContain('valid  mixed.yaml[0]: VIFGeneric\n');
  expect(stdout).toContain('wrong  mixed.yaml[1]: VIFGeneric\n       /address: expected ');
});

test('a terminal sees colours, but not where NO_COLOR is set', async () => {
  const coloured = await osVif(['validate', 'vif.json'], { terminal: true });
  const plain = await osVif(['validate', 'vif.json'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(coloured.stdout).toContain('\u{1b}[32mvalid\u{1b}[39m');
  expect(plain.stdout).toBe('valid  vif.json: VIFGeneric\n');
});

test('what others wrote does not steer the terminal', async () => {
  writeFileSync(join(osVif.folder, 'hostile.json'), JSON.stringify({ type: 'VIF\u001b[2J', '\u001b]0;x\u0007': 1 }));
  const { stdout } = await osVif(['validate', 'hostile.json'], { terminal: true, env: { NO_COLOR: '1' } });
  for (const control of ['\u001b', '\u0007']) expect(stdout).not.toContain(control);
});
