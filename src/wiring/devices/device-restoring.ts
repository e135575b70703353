/** Restores the settings that a device of another program had before plugs changed them. */

import { isKernelError } from '../../errors/kernel.ts';
import { type DeviceRecord, deviceRecordOf, nameOfDeviceRecord } from '../../host-contract/device-records.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import type { Host } from '../../host-contract/host.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import type { UndoContext } from '../elements/verbs.ts';

/**
 * Records the present values of the settings that a plug will change. The record of an earlier plug is kept.
 */
export async function recordDevice(link: Link, changes: LinkSettings, context: UndoContext): Promise<void> {
  const { links } = context.host;
  if (deviceRecordOf(link) !== undefined) return;
  const record: DeviceRecord = {
    ...(changes.mtu !== undefined && { mtu: link.mtu }),
    ...(changes.up !== undefined && { up: link.up }),
  };
  if (Object.keys(record).length === 0) return;
  const name = nameOfDeviceRecord(link, record);
  try {
    await links.addAlternativeName(link.index, name, [identityOf(link)]);
  } catch (error) {
    // Another plug has made the same record.
    if (isKernelError(error, 'EEXIST')) return;
    throw error;
  }
  context.undoable(() => removeName(link, name, context.host));
}

/** Restores the settings of a device that no VIF uses any more, and removes the record. */
export async function restoreDevice(link: Link, { links }: Host): Promise<void> {
  const record = deviceRecordOf(link);
  if (record === undefined) return;
  const changed: LinkSettings = {
    ...(record.mtu !== undefined && record.mtu !== link.mtu && { mtu: record.mtu }),
    ...(record.up === false && link.up && { up: false }),
  };
  try {
    if (Object.keys(changed).length > 0) await links.change(link.index, changed, [identityOf(link)]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
  await removeName(link, record.name, { links });
}

/**
 * Restores a device that no longer has an upper device.
 * A device that is a port of a bridge or that has addresses is now in use by another program, and is not
 * changed.
 */
export async function restoreUnused(index: number, host: Host): Promise<void> {
  const link = index === 0 ? undefined : await host.links.get(index);
  if (link === undefined || deviceRecordOf(link) === undefined || link.master !== 0) return;
  const isUsed = (await host.links.list()).some(({ lower, kind }) => lower === index && kind !== 'veth');
  if (isUsed || (await host.addressing.get(index)).addresses.length > 0) return;
  await restoreDevice(link, host);
}

/** Removes the record. A record or device that no longer exists is ignored. */
async function removeName({ index, name: device }: Link, name: string, { links }: Pick<Host, 'links'>): Promise<void> {
  try {
    await links.removeAlternativeName(index, name, [{ index, name: device }]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ENOENT', 'EINVAL', 'ESTALE')) throw error;
  }
}
