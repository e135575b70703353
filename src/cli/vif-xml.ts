/** Writes libvirt XML for the command. Imported on demand, because it loads the classes of VIFs. */

import type { GuestInterface } from '../libvirt/guest.ts';
import { toHostdevXml } from '../libvirt/hostdev-xml.ts';
import { toInterfaceXml } from '../libvirt/interface-xml.ts';
import { VIFPortProfileOVSRepresentor } from '../objects/port-profile.ts';
import { type VIFBase, VIFHostDevice } from '../objects/vif.ts';
import { vnicTypeOf } from '../objects/vnic-type.ts';
import { isOnThisHost } from './input/pci-functions.ts';
import { printWarning } from './output/output.ts';

/**
 * The element of a VIF. `where` is the place of the VIF in the input, for warnings. A VIF does not
 * tell whether its port is vDPA. A warning is printed if this host cannot tell either.
 */
export function xmlOf(vif: VIFBase, where: string, guest: GuestInterface): string {
  if (vif instanceof VIFHostDevice && vif.devType === 'generic') return toHostdevXml(vif);
  const xml = toInterfaceXml(vif, guest);
  if (mayBeVdpa(vif) && !/^<interface type="vdpa"/.test(xml)) warnOf(vif, where);
  return xml;
}

function mayBeVdpa(vif: VIFBase): vif is VIFHostDevice {
  const hasRepresentor = vif.portProfile instanceof VIFPortProfileOVSRepresentor;
  return vif instanceof VIFHostDevice && hasRepresentor && vnicTypeOf(vif) === undefined;
}

function warnOf({ devAddress = '' }: VIFHostDevice, where: string): void {
  if (isOnThisHost(devAddress)) return;
  printWarning(
    `${where}: the function ${devAddress} is not on this host, so it is written as a passed-through device; ` +
      `if the port is vDPA, add --vdpa-of ${devAddress}=/dev/vhost-vdpa-N`,
  );
}
