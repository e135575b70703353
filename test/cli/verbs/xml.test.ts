import { describe, expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('an <interface> is written, and with --json in an object', async () => {
  const { status, stdout } = await osVif(['xml', 'vif.json', '--queues', '4']);
  const { json } = await osVif(['xml', 'vif.json', '--queues', '4', '--json']);
  expect(status).toBe(0);
  expect(stdout).toContain('<interface type="ethernet">');
  expect(stdout).toContain('queues="4"');
  expect(stdout).toContain('<target dev="tapdc065497-3c" managed="no"/>');
  expect(json()).toEqual({ xml: stdout.trimEnd() });
});

test('a limit, a model and rings come from options', async () => {
  const { stdout } = await osVif([
    'xml',
    'vifs.yaml',
    '--inbound',
    '1000,2000,64',
    '--rx-queue-size',
    '1024',
    '--packed',
  ]);
  expect(stdout).toContain('<inbound average="1000" peak="2000" burst="64"/>');
  expect(stdout).toContain('rx_queue_size="1024"');
  expect(stdout).toContain('packed="on"');
});

test('a device that is given as a whole is a <hostdev>; a name of a PCI address may be told', async () => {
  const whole = '{ type: VIFHostDevice, dev_type: generic, dev_address: "0000:3b:00.1" }';
  const direct = '{ type: VIFDirect, mode: vepa, dev_address: "0000:3b:00.2", address: "22:52:25:62:e2:aa" }';
  expect((await osVif(['xml'], { input: whole })).stdout).toContain('<hostdev mode="subsystem"');
  const { stdout } = await osVif(['xml', '--interface-of', '0000:3b:00.2=ens2f2'], { input: direct });
  expect(stdout).toContain('dev="ens2f2"');
});

test('the model none leaves out <model>', async () => {
  const { stdout } = await osVif(['xml', 'vif.json', '--model', 'none']);
  expect(stdout).toContain('<mtu size="1450"/>');
  expect(stdout).not.toContain('<model');
});

describe('a VIF with a representor', () => {
  const ADDRESS = 'fffe:ff:1f.7';
  const entry = (vnic_type: string) => ({
    id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
    address: 'fa:16:3e:00:00:01',
    type: 'ovs',
    vnic_type,
    details: {},
    profile: { pci_slot: ADDRESS },
    network: { id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int', subnets: [], meta: {} },
  });
  const xml = (input: unknown, ...options: string[]) => osVif(['xml', ...options], { input: JSON.stringify(input) });

  test('of a vDPA port needs its device', async () => {
    const missing = await xml([entry('vdpa')]);
    expect([missing.status, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain(
      `standard input[0] (VIF dc065497-3c8d-4f44-8fb4-e1d33c16a536): the vDPA device of ${ADDRESS} is unknown: sysfs has none`,
    );
    const { status, stdout } = await xml(entry('vdpa'), '--vdpa-of', `${ADDRESS}=/dev/vhost-vdpa-3`);
    expect(status).toBe(0);
    expect(stdout).toContain('<source dev="/dev/vhost-vdpa-3"/>');
  });

  test('of a direct port is passed through', async () => {
    const { stdout, stderr } = await xml(entry('direct'));
    expect(stdout).toContain('<interface type="hostdev"');
    expect(stderr).toBe('');
  });

  test('that does not tell its port is passed through with a warning', async () => {
    const { stdout: vif } = await osVif(['convert'], { input: JSON.stringify(entry('vdpa')) });
    const { status, stdout, stderr } = await xml(JSON.parse(vif));
    expect(status).toBe(0);
    expect(stdout).toContain('<interface type="hostdev"');
    expect(stderr).toContain(
      `os-vif: warning: standard input: the function ${ADDRESS} is not on this host, so it is written as a passed-through device`,
    );
    const named = await xml(JSON.parse(vif), '--vdpa-of', `${ADDRESS}=/dev/vhost-vdpa-3`);
    expect([named.stderr, named.stdout]).toEqual(['', expect.stringContaining('<interface type="vdpa"')]);
  });
});

test.each([
  ['a hypervisor that is not known', ['--virt-type', 'xen'], 2, 'Allowed choices are kvm, qemu, parallels, lxc'],
  ['queues that are no number', ['--queues', 'many'], 2, 'Expected a whole number'],
  ['no queues', ['--queues', '0'], 2, 'Expected a whole number from 1 to 256'],
  ['a ring of another size', ['--rx-queue-size', '100'], 2, 'Expected 256, 512 or 1024'],
  ['a delay of nothing', ['--reconnect', '0'], 2, 'Expected a whole number of at least 1'],
  ['a limit of nothing', ['--inbound', '0'], 2, 'Expected a whole number of at least 1'],
  ['a model that the hypervisor lacks', ['--model', 'e2000'], 2, 'ERR_OSVIF_USAGE: --model: kvm has no model "e2000"'],
  ['a name in place of a path', ['--vdpa-of', '0000:3b:00.2=vdpa0'], 2, 'Expected an absolute path after the PCI'],
  ['a PCI address that is none', ['--interface-of', 'eth0=1'], 2, 'Expected a PCI address'],
  ['a PCI address with slot 20', ['--vdpa-of', '0000:3b:20.0=/dev/vhost-vdpa-0'], 2, 'Expected a PCI address'],
])('%s is refused', async (_, options, status, text) => {
  const run = await osVif(['xml', 'vif.json', ...options]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});
