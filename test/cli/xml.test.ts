import { expect, test } from 'vitest';
import { commandUnderTest } from './command.ts';

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

test.each([
  ['a hypervisor that is not known', ['--virt-type', 'xen'], 2, 'Allowed choices are kvm, qemu, parallels, lxc'],
  ['queues that are no number', ['--queues', 'many'], 2, 'Expected a whole number'],
  ['a model that the hypervisor lacks', ['--model', 'e2000'], 1, 'ERR_OSVIF_LIBVIRT_XML'],
  ['a PCI address that is none', ['--interface-of', 'eth0=1'], 2, 'Expected a PCI address'],
  ['a PCI address with slot 20', ['--vdpa-of', '0000:3b:20.0=/dev/vhost-vdpa-0'], 2, 'Expected a PCI address'],
])('%s is refused', async (_, options, status, text) => {
  const run = await osVif(['xml', 'vif.json', ...options]);
  expect([run.status, run.stdout]).toEqual([status, '']);
  expect(run.stderr).toContain(text);
});
