/** Errors about PCI functions and representors. */

import { OsVifError } from './base.ts';

/** A PCI function is missing, or has another type than the VIF needs. */
export class PciDeviceNotFoundError extends OsVifError {
  constructor(address: string, reason: string) {
    super('ERR_OSVIF_PCI_DEVICE', `PCI device ${address}: ${reason}`);
  }
}

/** A virtual function has no representor on the switch of its NIC. */
export class RepresentorNotFoundError extends OsVifError {
  constructor(uplink: string, number: number) {
    super(
      'ERR_OSVIF_REPRESENTOR',
      `no network device is the representor of virtual function ${number} of ${uplink}; is its NIC in switchdev mode?`,
    );
  }
}
