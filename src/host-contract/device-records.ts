/**
 * Records that os-vif keeps at a device of others: who owns a virtual function of the device, and what the kernel reported before
 * a plug changed a setting. A virtual function has no alias, and the alias of a NIC belongs to its administrator. The record
 * is an alternative name of the device (ip-link(8), "altname"), for example
 * `os-vif.vf.7.3.dc065497-3c8d-4f44-8fb4-e1d33c16a536.for-fa163e000001.mac-000000000000.vlan-0.trust-0.spoof-1` for function 3
 * of the device with the index 7. A namespace has each name once, so that the index is part of it. The record outlives the process, each process sees it, and it disappears with the device, as the settings do.
 */

import { canonicalUuid } from '../text/uuid.ts';
import type { Link, VirtualFunctionSettings } from './links.ts';

/** The owner of a virtual function. */
export interface FunctionRecord {
  /** Number of the function. */
  readonly number: number;
  /** Id of the VIF. */
  readonly owner: string;
  /** The MAC address that the plug has set. Absent: none. */
  readonly setMac?: string;
  /** What the driver reported before the plug. */
  readonly before: VirtualFunctionSettings;
}

/** What the kernel reported of a device before the first plug changed it. A property that no plug changed is absent. */
export interface DeviceRecord {
  readonly mtu?: number;
  readonly up?: boolean;
}

/** A record as a device has it. */
export type Stored<R> = R & { /** The alternative name. */ readonly name: string };

const FUNCTION = /^os-vif\.vf\.\d+\.(\d+)\.([\w-]{1,40})((?:\.[a-z]+-[0-9a-f]+)*)$/;
const DEVICE = /^os-vif\.nic\.\d+((?:\.[a-z]+-\d+)+)$/;

/** The alternative name that is the record. */
export function nameOfFunctionRecord({ index }: Link, { number, owner, setMac, before }: FunctionRecord): string {
  const { mac, vlan, trust, spoofCheck } = before;
  return `os-vif.vf.${index}.${number}.${ownerPart(owner)}${parts({
    for: digitsOf(setMac),
    mac: digitsOf(mac),
    vlan,
    trust: trust === undefined ? undefined : Number(trust),
    spoof: spoofCheck === undefined ? undefined : Number(spoofCheck),
  })}`;
}

/** The record of a virtual function of the device. Undefined: it has no owner. */
export function functionRecordOf(link: Link, number: number): Stored<FunctionRecord> | undefined {
  return functionRecords(link).find((record) => record.number === number);
}

/** The records of all virtual functions of the device. */
export function functionRecords({ alternativeNames = [] }: Link): Stored<FunctionRecord>[] {
  return alternativeNames.flatMap((name) => {
    const match = FUNCTION.exec(name);
    if (match === null) return [];
    const [, number = '', owner = '', rest = ''] = match;
    const values = valuesIn(rest);
    const setMac = macOf(values.for);
    const mac = macOf(values.mac);
    const before = {
      ...(mac !== undefined && { mac }),
      ...(values.vlan !== undefined && { vlan: Number(values.vlan) }),
      ...(values.trust !== undefined && { trust: values.trust === '1' }),
      ...(values.spoof !== undefined && { spoofCheck: values.spoof === '1' }),
    };
    return [{ name, number: Number(number), owner, ...(setMac !== undefined && { setMac }), before }];
  });
}

/** Whether the record names this VIF as the owner of the function. */
export function isRecordOf({ owner }: FunctionRecord, vif: string): boolean {
  return owner === ownerPart(vif);
}

/** The alternative name that is the record. */
export function nameOfDeviceRecord({ index }: Link, { mtu, up }: DeviceRecord): string {
  return `os-vif.nic.${index}${parts({ mtu, up: up === undefined ? undefined : Number(up) })}`;
}

/** The record of a device that plugs have changed. Undefined: none has. */
export function deviceRecordOf({ alternativeNames = [] }: Link): Stored<DeviceRecord> | undefined {
  for (const name of alternativeNames) {
    const match = DEVICE.exec(name);
    if (match === null) continue;
    const { mtu, up } = valuesIn(match[1] ?? '');
    return { name, ...(mtu !== undefined && { mtu: Number(mtu) }), ...(up !== undefined && { up: up === '1' }) };
  }
  return undefined;
}

/** Ids of VIFs are UUIDs. Of other text, characters that a name cannot have are replaced. */
function ownerPart(owner: string): string {
  return canonicalUuid(owner)
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 40);
}

function parts(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([key, value]) => (value === undefined ? [] : `.${key}-${value}`))
    .join('');
}

function valuesIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split('.')
      .filter(Boolean)
      .map((part) => part.split('-', 2)),
  );
}

function digitsOf(mac: string | undefined): string | undefined {
  return mac?.replaceAll(':', '').toLowerCase();
}

function macOf(digits: string | undefined): string | undefined {
  return digits?.match(/../g)?.join(':');
}
