/** The owner of a virtual function, and the settings that an unplug restores. */

import { isKernelError } from '../../errors/kernel.ts';
import { NotOwnedError } from '../../errors/link.ts';
import {
  type FunctionRecord,
  functionRecordOf,
  functionRecords,
  isRecordOf,
  nameOfFunctionRecord,
  type Stored,
} from '../../host-contract/device-records.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import type { Host } from '../../host-contract/host.ts';
import type { Link, VirtualFunction, VirtualFunctionSettings } from '../../host-contract/links.ts';
import type { ElementContext, UndoContext } from '../elements/verbs.ts';

/** The device of the physical function, and the number of the virtual function. */
export interface FunctionPlace {
  readonly physical: Link;
  readonly number: number;
}

/**
 * Returns the reason why the function cannot be used: it belongs to another VIF. Undefined if it can be used.
 */
export function ownerConflict({ physical, number }: FunctionPlace, { owner }: ElementContext): string | undefined {
  const record = functionRecordOf(physical, number);
  if (record === undefined || isRecordOf(record, owner)) return undefined;
  return `it belongs to VIF ${record.owner} (virtual function ${number} of ${physical.name}); unplug that VIF, or collect the garbage if that VIF no longer exists`;
}

/**
 * Lists the MAC addresses in the records by which this VIF owns the function. Empty if the VIF does not own
 * it.
 */
export function recordedMacs(place: FunctionPlace, context: ElementContext): (string | undefined)[] {
  return ownRecordsOf(place, context).map(({ setMac }) => setMac);
}

/**
 * Records the owner and the present settings of the function before the first setting changes. If this plug
 * is killed, the next call finds the record. A record with another MAC address is removed after the address
 * has changed.
 */
export async function recordOwner(
  place: FunctionPlace,
  { mac }: VirtualFunctionSettings,
  { number, ...settings }: VirtualFunction,
  context: UndoContext,
): Promise<void> {
  const { physical } = place;
  const own = ownRecordsOf(place, context);
  const setMac = mac?.toLowerCase();
  if (own.some((record) => record.setMac === setMac)) return;
  const before = own[0]?.before ?? settings;
  const record = { number, owner: context.owner, ...(setMac !== undefined && { setMac }), before };
  const name = nameOfFunctionRecord(physical, record);
  await context.host.links.addAlternativeName(physical.index, name, [identityOf(physical)]);
  context.undoable(() => removeName(physical, name, context.host));
  await requireFirst(place, context);
}

/** Removes the records of this VIF with another MAC address, after the address has changed. */
export async function removeFormerRecords(
  place: FunctionPlace,
  { mac }: VirtualFunctionSettings,
  context: UndoContext,
): Promise<void> {
  const { links } = context.host;
  const { physical } = place;
  for (const { setMac, name } of ownRecordsOf(place, context)) {
    if (setMac === mac?.toLowerCase()) continue;
    await removeName(physical, name, context.host);
    context.undoable(() => links.addAlternativeName(physical.index, name));
  }
}

function ownRecordsOf({ physical, number }: FunctionPlace, { owner }: ElementContext): Stored<FunctionRecord>[] {
  return functionRecords(physical).filter((record) => record.number === number && isRecordOf(record, owner));
}

/** Throws if another plug recorded an owner first. Two plugs can record an owner at the same time. */
async function requireFirst({ physical, number }: FunctionPlace, context: UndoContext): Promise<void> {
  const now = await context.host.links.get(physical.index);
  const reason = now && ownerConflict({ physical: now, number }, context);
  if (reason !== undefined) throw new NotOwnedError(`virtual function ${number} of ${physical.name}: ${reason}`);
}

/**
 * Restores the settings that the function had before the plug, and removes the record.
 * If another program has set the MAC address since then, the function belongs to that program, and its
 * settings are not changed.
 */
export async function restoreFunction(physical: Link, record: Stored<FunctionRecord>, host: Host): Promise<void> {
  const functions = await host.links.virtualFunctions(physical.index);
  const have = functions.find(({ number }) => number === record.number);
  const { setMac, before } = record;
  // An interrupted unplug may have restored only the address.
  if (have !== undefined && (setMac === undefined || setMac === have.mac || before.mac === have.mac)) {
    const changed = settingsToRestore(before, have);
    if (Object.keys(changed).length > 0)
      await host.links.changeVirtualFunction(physical.index, record.number, changed, [identityOf(physical)]);
  }
  await removeName(physical, record.name, host);
}

/**
 * Lists the records of this VIF on all devices. The record of a function that no longer exists is included.
 */
export async function ownRecords({ host, owner }: ElementContext): Promise<[Link, Stored<FunctionRecord>][]> {
  const links = await host.links.list();
  return links.flatMap((link) =>
    functionRecords(link).flatMap((record): [Link, Stored<FunctionRecord>][] =>
      isRecordOf(record, owner) ? [[link, record]] : [],
    ),
  );
}

function settingsToRestore(before: VirtualFunctionSettings, have: VirtualFunctionSettings): VirtualFunctionSettings {
  const { mac, vlan, trust, spoofCheck } = before;
  return {
    ...(mac !== undefined && mac !== have.mac && { mac }),
    ...(vlan !== undefined && vlan !== have.vlan && { vlan }),
    ...(trust !== undefined && trust !== have.trust && { trust }),
    ...(spoofCheck !== undefined && spoofCheck !== have.spoofCheck && { spoofCheck }),
  };
}

async function removeName({ index, name: device }: Link, name: string, { links }: Host): Promise<void> {
  try {
    await links.removeAlternativeName(index, name, [{ index, name: device }]);
  } catch (error) {
    // Another call has removed the record, or the device no longer exists.
    if (!isKernelError(error, 'ENODEV', 'ENOENT', 'EINVAL', 'ESTALE')) throw error;
  }
}
