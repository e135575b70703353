/**
 * Finds the representor of an SR-IOV virtual function: the network device of the host that represents the
 * function on the switch of the NIC (kernel, Documentation/networking/switchdev.rst and representors.rst).
 */

import { PciDeviceNotFoundError, RepresentorNotFoundError } from '../../errors/pci.ts';
import { type Pci, roleOf, type SwitchPort } from '../../host-contract/pci.ts';
import { uplinkOf } from '../../host-contract/uplink.ts';

/** The place of a virtual function. */
export interface VirtualFunctionLocation {
  /** PCI address of the physical function. */
  readonly physicalFunction: string;
  /** Number of the virtual function on this physical function. */
  readonly number: number;
}

/**
 * Finds the physical function of a virtual function.
 *
 * @throws PciDeviceNotFoundError if the address is not the address of a virtual function
 */
export async function virtualFunctionOf(address: string, pci: Pci): Promise<VirtualFunctionLocation> {
  const found = await pci.physicalFunctionOf(address);
  if (!found) throw new PciDeviceNotFoundError(address, 'it is not a virtual function of this machine');
  return { physicalFunction: found.address, number: found.number };
}

/**
 * Returns the name of the representor's network device.
 *
 * @throws PciDeviceNotFoundError if the physical function has no uplink in switchdev mode
 * @throws RepresentorNotFoundError if no device on this switch represents the function
 */
export async function representorOf({ physicalFunction, number }: VirtualFunctionLocation, pci: Pci): Promise<string> {
  const uplink = await requireUplink(physicalFunction, pci);
  const { switchId } = (await pci.switchPortOf(uplink)) ?? {};
  const pfNumber = Number(/\.(\d+)$/.exec(physicalFunction)?.[1]);
  const names = await pci.interfaces();
  const ports = await Promise.all(names.map((name) => pci.switchPortOf(name)));
  const found = names.find((_, i) => ports[i]?.switchId === switchId && represents(ports[i], pfNumber, number));
  if (found !== undefined) return found;
  throw new RepresentorNotFoundError(uplink, number);
}

/**
 * Whether the port represents the function. Functions of another host have representors on this switch too.
 */
function represents(port: SwitchPort | undefined, physicalFunction: number, number: number): boolean {
  const role = port?.role ?? roleOf(port?.portName ?? '');
  if (role?.flavour !== 'virtual-function' || role.external) return false;
  return role.virtualFunction === number && (role.physicalFunction ?? physicalFunction) === physicalFunction;
}

async function requireUplink(physicalFunction: string, pci: Pci): Promise<string> {
  const uplink = await uplinkOf(physicalFunction, pci);
  if (uplink !== undefined) return uplink;
  throw new PciDeviceNotFoundError(
    physicalFunction,
    'none of its network devices is in switchdev mode (none has a phys_switch_id)',
  );
}
