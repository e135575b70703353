/**
 * Facts about a VIFHostDevice that only the host knows: its virtual function, and the
 * representor of that function.
 */

import { PciDeviceNotFoundError, RepresentorNotFoundError } from '../../errors/pci.ts';
import type { Pci } from '../../host-contract/pci.ts';
import type { VIFHostDevice } from '../../objects/vif.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { dpdkWiring, goneWiring, type OvsVif, representorWiring } from './ovs-wiring.ts';
import { representorOf, type VirtualFunctionLocation, virtualFunctionOf } from './representor.ts';

/** Facts about a VIFHostDevice that only the host knows. */
export interface HostDeviceFacts {
  /** The name of the representor's network device. */
  readonly representor?: string;
  readonly virtualFunction?: VirtualFunctionLocation;
}

/**
 * Finds the facts about the VIF on the host.
 *
 * @throws PciDeviceNotFoundError if the virtual function does not exist, or its NIC is not in switchdev mode
 * @throws RepresentorNotFoundError if no network device is its representor
 */
export async function factsOf(vif: VIFHostDevice, datapathType: string, pci: Pci): Promise<HostDeviceFacts> {
  const virtualFunction = await virtualFunctionOf(vif.require('devAddress').devAddress, pci);
  return datapathType === 'system'
    ? { virtualFunction, representor: await representorOf(virtualFunction, pci) }
    : { virtualFunction };
}

/** Whether the virtual function or its representor does not exist, or its NIC is not in switchdev mode. */
export function isGone(error: unknown): error is PciDeviceNotFoundError | RepresentorNotFoundError {
  return error instanceof PciDeviceNotFoundError || error instanceof RepresentorNotFoundError;
}

export function hostDeviceWiring(vif: VIFHostDevice, plugged: OvsVif, facts: HostDeviceFacts): Wiring {
  const { representor, virtualFunction } = facts;
  if ((plugged.datapathType ?? 'system') !== 'system')
    return dpdkWiring(plugged, virtualFunction?.physicalFunction, virtualFunction?.number);
  const { devAddress } = vif.require('devAddress');
  if (representor === undefined) throw new RepresentorNotFoundError(devAddress, virtualFunction?.number ?? 0);
  return representorWiring(plugged, representor, devAddress);
}

/**
 * Returns the elements that an unplug removes. Without a representor, these are the rows with the tag of the
 * VIF.
 */
export function formerHostDeviceWiring(vif: VIFHostDevice, known: OvsVif, facts: HostDeviceFacts): Wiring {
  const isKernels = (known.datapathType ?? 'system') === 'system';
  return isKernels && facts.representor === undefined ? goneWiring(known) : hostDeviceWiring(vif, known, facts);
}
