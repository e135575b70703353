/**
 * Records of os-vif at devices of other owners. A record contains the owner of a virtual function of
 * the device, or the values of the device before a plug changed them. A virtual function has no alias,
 * and the alias of a NIC belongs to its administrator. Therefore the record is an alternative name of
 * the device (ip-link(8), "altname"):
 * `os-vif.vf.7.3.dc065497-3c8d-4f44-8fb4-e1d33c16a536.for-fa163e000001.mac-000000000000.vlan-0`
 * is the record of function 3 of the device with index 7. It contains the index, because a name is
 * unique in a network namespace. All processes see the record. It remains when the process ends, and is
 * deleted with the device.
 */

import { canonicalUuid } from '../text/uuid.ts';
import type { Link, VirtualFunctionSettings } from './links.ts';

/** The record of a virtual function: its owner, and its settings before the plug. */
export interface FunctionRecord {
  /** The number of the virtual function. */
  readonly number: number;
  /** The id of the VIF that owns the function. */
  readonly owner: string;
  /** The MAC address that the plug set. Absent if the plug set none. */
  readonly setMac?: string;
  /** The settings that the driver reported before the plug. */
  readonly before: VirtualFunctionSettings;
}

/** The settings of a device before the first plug changed them. Settings that no plug changed are absent. */
export interface DeviceRecord {
  readonly mtu?: number;
  readonly up?: boolean;
}

/** A record, with the alternative name that contains it. */
export type Stored<R> = R & { /** The alternative name. */ readonly name: string };

const FUNCTION = /^os-vif\.vf\.\d+\.(\d+)\.([\w-]{1,40})((?:\.[a-z]+-[0-9a-f]+)*)$/;
const DEVICE = /^os-vif\.nic\.\d+((?:\.[a-z]+-\d+)+)$/;

/** The alternative name for a record of a virtual function. */
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

/** The record of a virtual function of the device. Undefined for a function without an owner. */
export function functionRecordOf(link: Link, number: number): Stored<FunctionRecord> | undefined {
  return functionRecords(link).find((record) => record.number === number);
}

/** The records of all virtual functions of the device. */
export function functionRecords({ alternativeNames = [] }: Pick<Link, 'alternativeNames'>): Stored<FunctionRecord>[] {
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

/** Whether this VIF owns the function of the record. */
export function isRecordOf({ owner }: FunctionRecord, vif: string): boolean {
  return owner === ownerPart(vif);
}

/** The alternative name for a record of the settings of a device. */
export function nameOfDeviceRecord({ index }: Link, { mtu, up }: DeviceRecord): string {
  return `os-vif.nic.${index}${parts({ mtu, up: up === undefined ? undefined : Number(up) })}`;
}

/** The record of the settings of the device. Undefined if no plug changed the device. */
export function deviceRecordOf({ alternativeNames = [] }: Link): Stored<DeviceRecord> | undefined {
  for (const name of alternativeNames) {
    const match = DEVICE.exec(name);
    if (match === null) continue;
    const { mtu, up } = valuesIn(match[1] ?? '');
    return { name, ...(mtu !== undefined && { mtu: Number(mtu) }), ...(up !== undefined && { up: up === '1' }) };
  }
  return undefined;
}

/**
 * The id of a VIF for a name.
 * Ids are UUIDs; in other text, characters that a name cannot contain are replaced.
 */
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
