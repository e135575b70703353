import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { interfaceNameOf, isOnThisHost, vdpaDeviceOf } from '../../../src/cli/input/pci-functions.ts';

const ADDRESS = '0000:03:00.1';

/** A sysfs with these folders below the function. */
async function sysfsWith(...folders: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'os-vif-sysfs-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  // The kernel: bus/pci/devices has links into devices/pci....
  const real = join(root, 'devices/pci0000:00', ADDRESS);
  for (const folder of ['driver', ...folders]) await mkdir(join(real, folder), { recursive: true });
  await mkdir(join(root, 'bus/pci/devices'), { recursive: true });
  await symlink(real, join(root, 'bus/pci/devices', ADDRESS));
  return root;
}

test('the vDPA device of a function is its node in /dev', async () => {
  expect(vdpaDeviceOf(ADDRESS, await sysfsWith('vdpa0/power', 'vdpa0/vhost-vdpa-12'))).toBe('/dev/vhost-vdpa-12');
});

test('a vDPA device with another driver is passed over', async () => {
  const sysfs = await sysfsWith('vdpa0/virtio5', 'vdpa1/vhost-vdpa-1', 'vdpa-mgmt/vhost-vdpa-7');
  expect(vdpaDeviceOf(ADDRESS, sysfs)).toBe('/dev/vhost-vdpa-1');
});

test.each([
  ['without a vDPA device', ['net/eth1']],
  ['whose vDPA device the kernel uses by itself', ['vdpa0/virtio5']],
])('a function %s has none', async (_, folders) => {
  expect(vdpaDeviceOf(ADDRESS, await sysfsWith(...folders))).toBeUndefined();
});

test('a function of another host is not here', async () => {
  const sysfs = await sysfsWith('net/eth1');
  expect([isOnThisHost(ADDRESS, sysfs), isOnThisHost('0000:ff:1f.7', sysfs)]).toEqual([true, false]);
  expect([interfaceNameOf(ADDRESS, sysfs), interfaceNameOf('0000:ff:1f.7', sysfs)]).toEqual(['eth1', undefined]);
  expect(vdpaDeviceOf('0000:ff:1f.7', sysfs)).toBeUndefined();
});
