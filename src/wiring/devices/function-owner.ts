/** Which VIF owns a virtual function, and how the function gets back the settings that it had before. */

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

/** The physical function's device, and the number of the virtual one. */
export interface FunctionPlace {
  readonly physical: Link;
  readonly number: number;
}

/** Why the function cannot be used: it belongs to another VIF. */
export function ownerConflict({ physical, number }: FunctionPlace, { owner }: ElementContext): string | undefined {
  const record = functionRecordOf(physical, number);
  if (record === undefined || isRecordOf(record, owner)) return undefined;
  return `it belongs to VIF ${record.owner} (virtual function ${number} of ${physical.name}); unplug that VIF, or collect the garbage if that VIF no longer exists`;
}

/** Whether this VIF owns the function. */
export function isOwn({ physical, number }: FunctionPlace, { owner }: ElementContext): boolean {
  const record = functionRecordOf(physical, number);
  return record !== undefined && isRecordOf(record, owner);
}

/**
 * Notes the owner and the present settings, before the first of them changes.
 * A plug that is killed in between is thus known.
 */
export async function recordOwner(
  { physical, number }: FunctionPlace,
  { mac }: VirtualFunctionSettings,
  before: VirtualFunction,
  context: UndoContext,
): Promise<void> {
  const { links } = context.host;
  const { number: _, ...settings } = before;
  const old = functionRecordOf(physical, number);
  const setMac = mac?.toLowerCase();
  if (old !== undefined && old.setMac === setMac) return;
  const record = {
    number,
    owner: context.owner,
    ...(setMac !== undefined && { setMac }),
    before: old?.before ?? settings,
  };
  const name = nameOfFunctionRecord(physical, record);
  await links.addAlternativeName(physical.index, name, [identityOf(physical)]);
  context.undoable(() => removeName(physical, name, context.host));
  await requireFirst({ physical, number }, context);
  if (old === undefined) return;
  await removeName(physical, old.name, context.host);
  context.undoable(() => links.addAlternativeName(physical.index, old.name));
}

/** Of two plugs that record an owner at the same time, the first one has the function. */
async function requireFirst({ physical, number }: FunctionPlace, context: UndoContext): Promise<void> {
  const now = await context.host.links.get(physical.index);
  const reason = now && ownerConflict({ physical: now, number }, context);
  if (reason !== undefined) throw new NotOwnedError(`virtual function ${number} of ${physical.name}: ${reason}`);
}

/**
 * Gives the function the settings of before the plug, and removes the record.
 * A function whose MAC address another program has set since then belongs to that program: its settings stay.
 */
export async function restoreFunction(physical: Link, record: Stored<FunctionRecord>, host: Host): Promise<void> {
  const functions = await host.links.virtualFunctions(physical.index);
  const have = functions.find(({ number }) => number === record.number);
  if (have !== undefined && (record.setMac === undefined || record.setMac === have.mac)) {
    const changed = settingsToRestore(record.before, have);
    if (Object.keys(changed).length > 0)
      await host.links.changeVirtualFunction(physical.index, record.number, changed, [identityOf(physical)]);
  }
  await removeName(physical, record.name, host);
}

/** The records of this VIF at all devices: of a function that is gone, the record is left. */
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
    // Another call was first, or the device is gone.
    if (!isKernelError(error, 'ENODEV', 'ENOENT', 'EINVAL', 'ESTALE')) throw error;
  }
}
