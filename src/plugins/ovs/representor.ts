/**
 * Finds the representor of an SR-IOV virtual function: the network device on the host that stands for it on the switch inside
 * the NIC (kernel, Documentation/networking/switchdev.rst and representors.rst).
 */

import { PciDeviceNotFoundError, RepresentorNotFoundError } from '../../errors/pci.ts';
import type { Pci } from '../../host-contract/pci.ts';
import { uplinkOf } from '../../host-contract/uplink.ts';

/** Where a virtual function comes from. */
export interface VirtualFunctionLocation {
  /** PCI address of its physical function. */
  readonly physicalFunction: string;
  /** Its number there. */
  readonly number: number;
}

/** @throws PciDeviceNotFoundError for what is no virtual function */
export async function virtualFunctionOf(address: string, pci: Pci): Promise<VirtualFunctionLocation> {
  const found = await pci.physicalFunctionOf(address);
  if (!found) throw new PciDeviceNotFoundError(address, 'it is no virtual function of this machine');
  return { physicalFunction: found.address, number: found.number };
}

/**
 * The name of the representor's network device.
 *
 * @throws PciDeviceNotFoundError when the physical function has no uplink in switchdev mode
 * @throws RepresentorNotFoundError when no device on that switch is the function's
 */
export async function representorOf({ physicalFunction, number }: VirtualFunctionLocation, pci: Pci): Promise<string> {
  const uplink = await requireUplink(physicalFunction, pci);
  const { switchId } = (await pci.switchPortOf(uplink)) ?? {};
  const pfNumber = Number(/\.(\d+)$/.exec(physicalFunction)?.[1]);
  for (const name of await pci.interfaces()) {
    const port = await pci.switchPortOf(name);
    if (!port || port.switchId !== switchId || port.portName === undefined) continue;
    const pf = pfNumberOf(port.portName);
    if ((pf === undefined || pf === pfNumber) && vfNumberOf(port.portName) === number) return name;
  }
  throw new RepresentorNotFoundError(uplink, number);
}

async function requireUplink(physicalFunction: string, pci: Pci): Promise<string> {
  const uplink = await uplinkOf(physicalFunction, pci);
  if (uplink !== undefined) return uplink;
  throw new PciDeviceNotFoundError(
    physicalFunction,
    'none of its network devices is in switchdev mode (none has a phys_switch_id)',
  );
}

/** The virtual function's number in a phys_port_name: `3`, `vf3`, `pf0vf3`, `c1pf0vf3`, `VF3@PF0`; undefined for other ports. */
export function vfNumberOf(portName: string): number | undefined {
  return numberIn(/^(\d+)$/.exec(portName) ?? /vf(\d+)/i.exec(portName));
}

/** The physical function's number in a phys_port_name, where it has one. */
export function pfNumberOf(portName: string): number | undefined {
  return numberIn(/pf(\d+)/i.exec(portName));
}

function numberIn(match: RegExpExecArray | null): number | undefined {
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
