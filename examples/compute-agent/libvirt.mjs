// What libvirt is told about a plugged VIF. Adapt the guest to your hypervisor.
import { VIFHostDevice } from 'os-vif';
import { toHostdevXml, toInterfaceXml } from 'os-vif/libvirt';

/** The XML, or the reason why there is none: a vDPA device, for example, has to be named. */
export function vifXml(vif) {
  try {
    const isWholeDevice = vif instanceof VIFHostDevice && vif.devType === 'generic';
    return {
      libvirt_xml: isWholeDevice ? toHostdevXml(vif) : toInterfaceXml(vif, { virtType: 'kvm', model: 'virtio' }),
    };
  } catch (error) {
    return { libvirt_xml: null, libvirt_problem: error.message };
  }
}
