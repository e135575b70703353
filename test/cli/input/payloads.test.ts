/** The forms of Neutron and nova, in each verb that reads VIFs without changing the host. */
import { describe, expect, test } from 'vitest';
import { NETWORK, PORT_ID, port } from '../../neutron/ports.ts';
import { commandUnderTest, type Run } from '../command.ts';

const osVif = commandUnderTest();

const OTHER_ID = '6a4f1c5e-90ea-4b6e-8c1f-6b0f2a2c7d11';
const SDK_PORT = Object.fromEntries(
  Object.entries(port()).map(([name, value]) => [name.replace('binding:', 'binding_'), value]),
);
const BINDING = {
  host: 'compute-1',
  status: 'ACTIVE',
  vif_type: 'ovs',
  vif_details: {},
  vnic_type: 'normal',
  profile: {},
};
const HYBRID = { ...BINDING, host: 'compute-2', status: 'INACTIVE', vif_details: { ovs_hybrid_plug: true } };
const ENTRY = {
  id: PORT_ID,
  address: 'fa:16:3e:4a:5b:6c',
  type: 'ovs',
  vnic_type: 'normal',
  devname: 'tapdc065497-3c',
  details: {},
  profile: {},
  active: true,
  delegate_create: true,
  ovs_interfaceid: PORT_ID,
  network: { id: NETWORK.id, bridge: 'br-int', label: 'private', subnets: [], meta: { mtu: 1450 } },
};

const given = (verb: string, input: unknown, ...options: string[]): Promise<Run> =>
  osVif([verb, ...options], { input: JSON.stringify(input) });

describe('validate names the form and the item', () => {
  test.each([
    ['a port of openstacksdk', SDK_PORT, [{ where: 'standard input', object: 'port' }]],
    [
      'ports',
      { ports: [port(), SDK_PORT] },
      [
        { where: 'standard input.ports[0]', object: 'port' },
        { where: 'standard input.ports[1]', object: 'port' },
      ],
    ],
    ['a binding that was created', { binding: HYBRID }, [{ where: 'standard input', object: 'bindings' }]],
    ['bindings alone', { bindings: [BINDING, HYBRID] }, [{ where: 'standard input', object: 'bindings' }]],
    [
      'a port with its bindings',
      { port: port(), bindings: [BINDING, HYBRID] },
      [
        { where: 'standard input.bindings[0]', object: 'port' },
        { where: 'standard input.bindings[1]', object: 'port' },
      ],
    ],
    [
      'each part in its wrapper',
      { port: { port: port() }, binding: { binding: BINDING } },
      [{ where: 'standard input', object: 'port' }],
    ],
    ['an entry', ENTRY, [{ where: 'standard input', object: 'network_info entry' }]],
    ['a whole network_info', [ENTRY], [{ where: 'standard input[0]', object: 'network_info entry' }]],
    ['a cache', { network_info: [ENTRY] }, [{ where: 'standard input.network_info[0]', object: 'network_info entry' }]],
    [
      'the cache of a server',
      { info_cache: { network_info: [ENTRY] } },
      [{ where: 'standard input.info_cache.network_info[0]', object: 'network_info entry' }],
    ],
    [
      'a cache as nova stores it, with JSON text',
      { instance_uuid: OTHER_ID, network_info: JSON.stringify([ENTRY, ENTRY]) },
      [
        { where: 'standard input.network_info[0]', object: 'network_info entry' },
        { where: 'standard input.network_info[1]', object: 'network_info entry' },
      ],
    ],
    [
      'all kinds in one list',
      [SDK_PORT, { bindings: [BINDING] }, ENTRY, { ports: [port()] }],
      [
        { where: 'standard input[0]', object: 'port' },
        { where: 'standard input[1]', object: 'bindings' },
        { where: 'standard input[2]', object: 'network_info entry' },
        { where: 'standard input[3].ports[0]', object: 'port' },
      ],
    ],
  ])('%s', async (_, input, expected) => {
    const { status, json } = await given('validate', input);
    expect(status).toBe(0);
    expect([json()].flat()).toEqual(expected.map((verdict) => ({ ...verdict, valid: true, violations: [] })));
  });

  test.each([
    ['standard input.ports[1]', { ports: [port(), { ...SDK_PORT, binding_vif_type: 'osv' }] }, '/binding_vif_type'],
    [
      'standard input',
      { bindings: [BINDING, { ...HYBRID, vif_type: 'vhostuser' }] },
      '/bindings/1/vif_details/vhostuser_socket',
    ],
    [
      'standard input.bindings[1]',
      { port: port(), bindings: [BINDING, { ...HYBRID, profile: 7 }] },
      '/binding:profile',
    ],
    ['standard input.bindings[0]', { port: port(), bindings: [7] }, '/binding'],
    ['standard input[1]', [ENTRY, { ...ENTRY, ovs_interfaceid: 'tap0' }], '/ovs_interfaceid'],
    ['standard input', { id: PORT_ID, mac_address: 'fa:16:3e:4a:5b:6c', network_id: NETWORK.id }, '/binding:vif_type'],
  ])('%s of %j', async (where, input, path) => {
    const { status, json } = await given('validate', input);
    expect(status).toBe(1);
    const wrong = [json()].flat().filter((verdict) => !Object(verdict).valid);
    expect(wrong).toMatchObject([{ where, violations: expect.arrayContaining([expect.objectContaining({ path })]) }]);
  });
});

describe('convert --from neutron', () => {
  const convert = (input: unknown) => given('convert', input, '--from', 'neutron', '--to', 'plain');

  test('takes each part in the wrapper of the API', async () => {
    const alone = await convert({ port: port(), network: NETWORK, binding: BINDING });
    const wrapped = { port: { port: port() }, network: { network: NETWORK }, binding: { binding: BINDING } };
    expect(alone.status).toBe(0);
    expect((await convert(wrapped)).json()).toEqual(alone.json());
  });

  test.each([
    ['in its wrapper, in the member floating_ips', { floating_ips: { floatingips: [floatingIp()] } }],
    ['in its wrapper, at the top', { floatingips: [floatingIp()] }],
    ['as a list', { floating_ips: [floatingIp()] }],
  ])('reads a floating IP %s', async (_, floating) => {
    const subnets = { subnets: [{ id: 'subnet-1', cidr: '10.0.0.0/24' }] };
    const { json } = await convert({ port: port(), network: { network: NETWORK }, subnets, ...floating });
    expect(json()).toMatchObject({
      network: { subnets: [{ cidr: '10.0.0.0/24', ips: [{ address: '10.0.0.5', floating_ips: ['203.0.113.7'] }] }] },
    });
  });

  test('finds the network of each port by its id', async () => {
    const other = { id: OTHER_ID, mtu: 9000 };
    const ports = [port(), port({ id: OTHER_ID, network_id: OTHER_ID })];
    const { json } = await convert({ ports, networks: [other, NETWORK] });
    expect(json()).toMatchObject([{ network: { mtu: 1450 } }, { network: { mtu: 9000 } }]);
    const missing = await convert({ ports, networks: { networks: [NETWORK] } });
    expect([missing.status, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain(`standard input.ports[1]: networks: expected a list with ${OTHER_ID}`);
  });

  test('writes the VIF of each binding', async () => {
    for (const bindings of [[BINDING, HYBRID], { bindings: [BINDING, HYBRID] }]) {
      const { status, json } = await convert({ port: SDK_PORT, network: NETWORK, bindings });
      expect(status).toBe(0);
      expect(json()).toMatchObject([{ type: 'VIFOpenVSwitch' }, { type: 'VIFBridge', bridge_name: 'qbrdc065497-3c' }]);
    }
  });

  test('writes a list for one binding too', async () => {
    const { json } = await convert({ port: port(), network: NETWORK, bindings: [BINDING] });
    expect(json()).toHaveLength(1);
  });

  test.each([
    ['standard input.bindings[1]: ', { port: port(), network: NETWORK, bindings: [BINDING, { vif_type: 'unbound' }] }],
    ['standard input.ports[0]: ', { ports: [{ ...port(), mac_address: 'x' }], network: NETWORK }],
    [`standard input (VIF ${PORT_ID}): floatingips[0]: `, { port: port(), network: NETWORK, floatingips: [7] }],
    ['standard input: expected a port', { bindings: [BINDING], network: NETWORK, port: 7 }],
  ])('names what fails: %s', async (text, input) => {
    const { status, stderr } = await convert(input);
    expect(status).toBe(1);
    expect(stderr).toContain(text);
  });
});

describe.each([
  ['convert', [], /"versioned_object.name": "VIFOpenVSwitch"/],
  ['xml', [], /<target dev="tapdc065497-3c"\/>/],
  ['show', [], /"type": "VIFOpenVSwitch"/],
  ['graph', ['--memory'], /tapdc065497-3c/],
])('%s takes', (verb, options, shown) => {
  const network = { network: NETWORK };
  test.each([
    ['a port with its network', { port: port(), ...network }],
    ['a port of openstacksdk with its network', { port: SDK_PORT, ...network }],
    ['ports', { ports: [SDK_PORT], ...network }],
    ['a port with its bindings', { port: port(), ...network, bindings: { bindings: [BINDING, HYBRID] } }],
    ['an entry', ENTRY],
    ['a list of entries', [ENTRY]],
    ['a list of forms', [ENTRY, { port: { ...port(), id: OTHER_ID }, ...network }]],
  ])('%s', async (_, input) => {
    const { status, stdout, stderr } = await given(verb, input, ...options);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(shown);
  });

  test('no bindings alone, and names the item and what is missing', async () => {
    const { status, stderr } = await given(verb, [ENTRY, { bindings: [BINDING] }], ...options);
    expect(status).toBe(1);
    expect(stderr).toContain('standard input[1]: expected the bindings with their port and network');
  });

  test('no wrong entry in a list, and names the item', async () => {
    const { status, stderr } = await given(verb, [ENTRY, { ...ENTRY, id: OTHER_ID, type: 'unbound' }], ...options);
    expect(status).toBe(1);
    expect(stderr).toContain(`ERR_OSVIF_PORT_UNBOUND: standard input[1]: port ${OTHER_ID}`);
  });
});

test.each([['xml'], ['show'], ['graph', '--memory']])(
  '%s takes a port without its network, with a warning',
  async (verb, ...options) => {
    const { status, stdout, stderr } = await given(verb, SDK_PORT, ...options);
    expect(status).toBe(0);
    expect(stdout).toContain('tapdc065497-3c');
    expect(stderr).toMatch(
      /^os-vif: warning: standard input: the port has no network beside it, so MTU and subnets are unknown/,
    );
  },
);

test('a port that becomes no VIF has its error, and no warning', async () => {
  const { status, stderr } = await given('show', { ...SDK_PORT, binding_vif_type: 'unbound' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^os-vif: ERR_OSVIF_PORT_UNBOUND: standard input: /);
});

test('several ports without their networks share one warning', async () => {
  const { status, stderr } = await given('xml', { ports: [port(), { ...port(), id: OTHER_ID }] });
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^os-vif: warning: standard input\.ports\[0\], standard input\.ports\[1\]: the port has .*\n$/,
  );
});

test('gc names each port without its network, and removes nothing', async () => {
  const { status, stdout, stderr } = await given('gc', [port(), { ...ENTRY, id: OTHER_ID }, 7], '--memory');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`standard input[0] (VIF ${PORT_ID}): the port comes without its network`);
  expect(stderr).toContain('standard input[2]: expected a VIF');
});

test('plan takes no port without its network, and not two bindings of one port', async () => {
  const bare = await given('plan', port(), '--memory');
  expect([bare.status, bare.stderr]).toEqual([
    2,
    expect.stringContaining('the port comes without its network: write {port, network, subnets} in one file'),
  ]);
  const twice = await given('plan', { port: port(), network: NETWORK, bindings: [BINDING, HYBRID] }, '--memory');
  expect([twice.status, twice.stderr]).toEqual([
    1,
    expect.stringContaining('standard input.bindings[1]: id: expected another'),
  ]);
});

test('xml names the item for which there is no XML', async () => {
  const { status, stderr } = await given('xml', [
    ENTRY,
    { ...ENTRY, id: OTHER_ID, address: '01:00:5e:00:00:01' },
    ENTRY,
  ]);
  expect(status).toBe(1);
  expect(stderr).toContain(`standard input[1] (VIF ${OTHER_ID}): `);
});

describe('graph needs no guest for a hybrid VIF', () => {
  const hybrid = { ...ENTRY, details: { ovs_hybrid_plug: true } };

  test('in a picture alone', async () => {
    const { status, stdout } = await given('graph', [hybrid, { ...ENTRY, id: OTHER_ID }], '--memory');
    expect(status).toBe(0);
    expect(stdout).toContain('qbrdc065497-3c');
    expect(stdout).not.toContain('00000000-0000');
  });

  test('but for the steps of a plug, and then names the VIF and the options', async () => {
    const { status, stderr } = await given('graph', [hybrid], '--memory', '--show', 'plan');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /ERR_OSVIF_UNSET_FIELD: standard input\[0\] \(VIF [\w-]+\): InstanceInfo: .*--instance-uuid/,
    );
  });

  test('and shows the name that is given', async () => {
    const { stdout } = await given('graph', hybrid, '--memory', '--instance-name', 'router-7');
    expect(stdout).toContain('router-7');
  });
});

function floatingIp() {
  return { port_id: PORT_ID, fixed_ip_address: '10.0.0.5', floating_ip_address: '203.0.113.7' };
}
