/**
 * Converts port profiles to libvirt's `<virtualport>`. libvirt passes its values to the switch
 * when the guest starts.
 */
import { LibvirtXmlError } from '../errors/libvirt.ts';
import {
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
  type VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
} from '../objects/port-profile.ts';
import type { VIFBase, VIFOpenVSwitch } from '../objects/vif.ts';
import { profileId, wholeNumber } from './values.ts';
import type { XmlElement } from './xml.ts';

/** The `<virtualport>` of a passed-through device. Undefined if libvirt does not support the profile. */
export function virtualPort({ portProfile }: Pick<VIFBase, 'portProfile'>): XmlElement | undefined {
  if (portProfile instanceof VIFPortProfile8021Qbg) return edgeBridge(portProfile);
  if (portProfile instanceof VIFPortProfile8021Qbh) return portExtender(portProfile);
  return undefined;
}

/**
 * The options of a port of Open vSwitch. If `createTap` or `createPort` is true, the plugin creates the TAP
 * or the port. Otherwise libvirt creates the port from the `<virtualport>` that `port` returns.
 */
export function openVSwitchPort(vif: VIFOpenVSwitch): {
  readonly createTap: boolean;
  readonly createPort: boolean;
  port(): XmlElement;
} {
  const profile = openVSwitchProfile(vif.portProfile);
  const { createTap = false, createPort = false } = profile;
  return {
    createTap,
    createPort,
    port() {
      const { interfaceId } = profile.require('interfaceId');
      const profileid = profile.profileId === undefined ? undefined : profileId(profile.profileId, 'profileId');
      return virtualPortElement('openvswitch', { interfaceid: interfaceId, profileid });
    },
  };
}

function openVSwitchProfile(profile: VIFPortProfileBase | undefined): VIFPortProfileOpenVSwitch {
  if (profile instanceof VIFPortProfileOpenVSwitch) return profile;
  const found = profile === undefined ? 'has none' : `has a ${profile.type}`;
  throw new LibvirtXmlError(
    `a VIFOpenVSwitch needs the port profile VIFPortProfileOpenVSwitch for libvirt; this one ${found}`,
  );
}

/**
 * IEEE 802.1Qbg: one byte each for manager and version, 24 bits for the type, in one `<parameters>` element.
 */
function edgeBridge(profile: VIFPortProfile8021Qbg): XmlElement {
  const { managerId, typeId, typeIdVersion } = profile.require('managerId', 'typeId', 'typeIdVersion');
  return virtualPortElement('802.1Qbg', {
    managerid: wholeNumber(managerId, 'managerId', 0, 0xff),
    typeid: wholeNumber(typeId, 'typeId', 0, 0xffffff),
    typeidversion: wholeNumber(typeIdVersion, 'typeIdVersion', 0, 0xff),
    instanceid: profile.instanceId,
  });
}

function portExtender(profile: VIFPortProfile8021Qbh): XmlElement {
  return virtualPortElement('802.1Qbh', { profileid: profileId(profile.require('profileId').profileId, 'profileId') });
}

function virtualPortElement(
  type: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): XmlElement {
  return { name: 'virtualport', attributes: { type }, children: [{ name: 'parameters', attributes: parameters }] };
}
