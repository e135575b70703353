/**
 * Finds the representor of an SR-IOV virtual function: the network device on the host that stands for it on
 * the switch inside the NIC (kernel, Documentation/networking/switchdev.rst and representors.rst).
 */

import { PciDeviceNotFoundError, RepresentorNotFoundError } from '../../errors/pci.ts';
import { type Pci, roleOf, type SwitchPort } from '../../host-contract/pci.ts';
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
  const names = await pci.interfaces();
  const ports = await Promise.all(names.map((name) => pci.switchPortOf(name)));
  const found = names.find((_, i) => ports[i]?.switchId === switchId && represents(ports[i], pfNumber, number));
  if (found !== undefined) return found;
  throw new RepresentorNotFoundError(uplink, number);
}

/** Functions of another host have representors on this switch too. */
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
