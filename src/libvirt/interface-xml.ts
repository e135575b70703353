/** Converts a VIF to an `<interface>` element, which connects the guest's NIC to the plugged device. */
import { requireArgument, requireOptions } from '../errors/argument.ts';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { isIsolated } from '../objects/guest-isolation.ts';
import { VIFPortProfile8021Qbh } from '../objects/port-profile.ts';
import {
  type VIFBase,
  VIFBridge,
  VIFDirect,
  type VIFDirectMode,
  VIFGeneric,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFVHostUser,
} from '../objects/vif.ts';
import { vnicTypeOf } from '../objects/vnic-type.ts';
import { adviceTo, advised } from '../text/advice.ts';
import { bandwidthElement, type DriverRule, frontend, GUEST_OPTIONS, type GuestInterface } from './guest.ts';
import { pciAddressElement } from './hostdev-xml.ts';
import { requireFit } from './network-xml.ts';
import { deviceName, devicePath, networkName, socketPath, unicastAddress, VIF, wholeNumber } from './values.ts';
import { openVSwitchPort, virtualPort } from './virtual-port.ts';
import { writeXml, type XmlElement } from './xml.ts';

/**
 * The `<interface>` element of a VIF for a guest. It equals nova's element, except where libvirt would refuse
 * nova's: the parameters of 802.1Qbg are in one element, a passed-through device has no option of packed
 * rings, and a vDPA device has this option only together with its model.
 *
 * - VIFGeneric: `ethernet`, with `managed="no"` if the plugin created the TAP.
 * - VIFBridge: `bridge`.
 * - VIFOpenVSwitch:
 *   `bridge` with an `openvswitch` port, or `ethernet` if the plugin creates the port or the TAP.
 * - VIFDirect: `direct`, or `network` with the option `network`. With `vifName` and the plugin `macvtap`, which
 *   creates the device: `ethernet` with `managed="no"`.
 * - VIFVHostUser: `vhostuser`.
 * - VIFHostDevice: `hostdev`, or `vdpa` for a vDPA port. `guest.vnicType` explains how this is known.
 *
 * @see https://libvirt.org/formatdomain.html#network-interfaces
 * @throws UnsetFieldError if a field that the element needs is not set
 * @throws LibvirtXmlError if libvirt has no element for the VIF, or libvirt or the kernel
 *   would refuse a value
 */
export function toInterfaceXml(vif: VIFBase, guest: GuestInterface): string {
  requireArgument('toInterfaceXml', vif, VIF);
  requireOptions('toInterfaceXml', guest, GUEST_OPTIONS);
  const backend = backendOf(vif, guest);
  const { address } = vif.require('address');
  if (address === null)
    throw new LibvirtXmlError(`${vif.type}.address is null, and libvirt would generate an address: set it`);
  return writeXml({
    name: 'interface',
    attributes: { type: backend.type, managed: backend.type === 'hostdev' ? 'yes' : undefined },
    children: [
      { name: 'mac', attributes: { address: unicastAddress(address, `${vif.type}.address`) } },
      ...frontend(guest, backend.driver),
      backend.source,
      backend.mtu ? mtuElement(vif) : undefined,
      backend.vlan,
      backend.target,
      backend.virtualPort,
      backend.bandwidth ? bandwidthElement(guest) : undefined,
    ],
  });
}

/** The parts of the element that describe the host's side. */
interface Backend {
  readonly type: 'ethernet' | 'bridge' | 'direct' | 'network' | 'vhostuser' | 'hostdev' | 'vdpa';
  readonly driver: DriverRule;
  readonly source?: XmlElement;
  readonly target?: XmlElement;
  readonly vlan?: XmlElement | undefined;
  readonly virtualPort?: XmlElement | undefined;
  readonly mtu?: boolean;
  /**
   * Whether libvirt supports bandwidth limits: for ethernet, bridge and direct
   * (virNetDevSupportsBandwidth()).
   */
  readonly bandwidth?: boolean;
}

function backendOf(vif: VIFBase, guest: GuestInterface): Backend {
  if (guest.network !== undefined && !(vif instanceof VIFDirect))
    throw new LibvirtXmlError(`network: expected a VIFDirect, found a ${vif.type}: leave the option network out`);
  if (vif instanceof VIFGeneric) return generic(vif);
  if (vif instanceof VIFBridge) return bridge(vif);
  if (vif instanceof VIFOpenVSwitch) return openVSwitch(vif);
  if (vif instanceof VIFDirect) return guest.network === undefined ? direct(vif, guest) : onNetwork(vif, guest);
  if (vif instanceof VIFVHostUser) return vhostUser(vif, guest);
  if (vif instanceof VIFHostDevice) return hostDevice(vif, guest);
  throw new LibvirtXmlError(`libvirt has no <interface> for a ${vif.type}`);
}

/** Exceptions of nova for the TAP devices of some plugins. */
const GENERIC_BY_PLUGIN = new Map<string, Partial<Backend> & { readonly managed?: 'no' }>([
  ['tap', { managed: 'no', bandwidth: false }],
  ['midonet', { mtu: false, bandwidth: false }],
  ['iovisor', { mtu: false }],
]);

function generic(vif: VIFGeneric): Backend {
  const { managed, ...exceptions } = GENERIC_BY_PLUGIN.get(vif.plugin ?? '') ?? {};
  return { ...ethernet(vif.require('vifName').vifName, managed), ...exceptions };
}

/** A network device. libvirt creates a missing device, except with `managed` `no`. */
function ethernet(name: string, managed?: 'no'): Backend {
  return { type: 'ethernet', driver: 'hypervisor', target: targetElement(name, managed), mtu: true, bandwidth: true };
}

function bridge(vif: VIFBridge): Backend {
  const { bridgeName, vifName } = vif.require('bridgeName', 'vifName');
  return onBridge(bridgeName, vifName);
}

function openVSwitch(vif: VIFOpenVSwitch): Backend {
  const { vifName } = vif.require('vifName');
  const { createTap, createPort, port } = openVSwitchPort(vif);
  if (createTap || createPort) return ethernet(vifName, createTap ? 'no' : undefined);
  return { ...onBridge(vif.require('bridgeName').bridgeName, vifName), virtualPort: port() };
}

function onBridge(bridgeName: string, vifName: string): Backend {
  const source = { name: 'source', attributes: { bridge: deviceName(bridgeName, 'bridgeName') } };
  return { type: 'bridge', driver: 'hypervisor', source, target: targetElement(vifName), mtu: true, bandwidth: true };
}

function direct(vif: VIFDirect, guest: GuestInterface): Backend {
  if (vif.plugin === 'macvtap' && vif.vifName !== undefined) return ethernet(vif.vifName, 'no');
  const mode = modeFor(vif, guest);
  const isOwnFunction = mode === 'passthrough' && vif.devAddress !== undefined;
  const lower = isOwnFunction ? functionDevice(vif, guest) : lowerDevice(vif, guest);
  const dev = deviceName(lower, 'the device below a VIFDirect');
  return {
    type: 'direct',
    driver: isOwnFunction ? 'vhost' : 'hypervisor',
    source: { name: 'source', attributes: { dev, mode } },
    vlan: isOwnFunction ? vlanElement(vif) : undefined,
    virtualPort: virtualPort(vif),
    bandwidth: true,
  };
}

/**
 * libvirt chooses the device and merges the `<virtualport>` with that of the network. It takes an MTU
 * here, and refuses one for the type `direct` (qemuDomainNetSupportsMTU()).
 */
function onNetwork(vif: VIFDirect, guest: GuestInterface): Backend {
  const { plugin, vifName, devAddress, portProfile } = vif;
  const mode = modeFor(vif, guest);
  const problem =
    plugin === 'macvtap' && vifName !== undefined
      ? `the plugin macvtap makes ${vifName}, and libvirt would make another device: unset vifName`
      : mode === 'passthrough' && devAddress !== undefined
        ? `the VIF is on the function ${devAddress}, and libvirt would choose one`
        : undefined;
  if (problem !== undefined) throw new LibvirtXmlError(`network: ${problem}, or leave the option network out`);
  const { network = '' } = guest;
  if (typeof network !== 'string') requireFit(network, { mode, device: lowerDevice(vif, guest), portProfile });
  const name = networkName(typeof network === 'string' ? network : network.name, 'network');
  const source = { name: 'source', attributes: { network: name } };
  return { type: 'network', driver: 'hypervisor', source, virtualPort: virtualPort(vif), mtu: true, bandwidth: true };
}

function modeFor(vif: VIFDirect, { isolateGuests }: GuestInterface): 'private' | VIFDirectMode {
  const { mode } = vif.require('mode');
  return isIsolated(vif, isolateGuests) ? 'private' : mode;
}

/**
 * The lower device of a macvtap device: the VLAN device if there is one, else the device of the
 * PCI address, else `network.bridgeInterface`.
 */
function lowerDevice(vif: VIFDirect, guest: GuestInterface): string {
  const { vlanName, network } = vif;
  if (vlanName !== undefined) return vlanName;
  if (network?.vlan)
    throw new LibvirtXmlError(`a VIFDirect is on VLAN ${network.vlan} and names no VLAN device: set vlanName`);
  return functionDevice(vif, guest);
}

function functionDevice({ devAddress, network }: VIFDirect, guest: GuestInterface): string {
  const name = devAddress === undefined ? network?.bridgeInterface : guest.interfaceNameOf?.(devAddress);
  if (name !== undefined && name !== null) return name;
  const unknown = 'the lower device of a VIFDirect is unknown';
  if (devAddress === undefined) throw new LibvirtXmlError(`${unknown}: set devAddress or network.bridgeInterface`);
  const text = `interfaceNameOf returned no device for ${devAddress}`;
  const advice = adviceTo('name-the-interface', text, { address: devAddress });
  throw advised(new LibvirtXmlError(`${unknown}: ${advice.text}`), advice);
}

function vhostUser(vif: VIFVHostUser, { reconnect }: GuestInterface): Backend {
  const { path, mode } = vif.require('path', 'mode');
  const timeout = reconnect !== undefined && mode === 'client' ? wholeNumber(reconnect, 'reconnect', 1) : undefined;
  return {
    type: 'vhostuser',
    driver: 'vhostuser',
    source: {
      name: 'source',
      attributes: { type: 'unix', mode, path: socketPath(path, 'path') },
      children: [timeout === undefined ? undefined : { name: 'reconnect', attributes: { enabled: 'yes', timeout } }],
    },
    ...(vif.vifName !== undefined && { target: targetElement(vif.vifName) }),
  };
}

function hostDevice(vif: VIFHostDevice, guest: GuestInterface): Backend {
  const { devAddress, devType } = vif.require('devAddress', 'devType');
  if (devType === 'generic') {
    throw new LibvirtXmlError(`${devAddress} is passed through to the guest (devType generic): use toHostdevXml`);
  }
  const vnicType = guest.vnicType ?? vnicTypeOf(vif);
  const vdpa = vnicType === undefined || vnicType === 'vdpa' ? guest.vdpaDeviceOf?.(devAddress) : undefined;
  if (vdpa === undefined && vnicType === 'vdpa') {
    const text = 'vdpaDeviceOf returned no device; create the device, and name it by vdpaDeviceOf';
    const advice = adviceTo('name-the-vdpa-device', text, { address: devAddress });
    throw advised(new LibvirtXmlError(`the vDPA device of ${devAddress} is unknown: ${advice.text}`), advice);
  }
  if (vdpa !== undefined) {
    const source = { name: 'source', attributes: { dev: devicePath(vdpa, 'the result of vdpaDeviceOf') } };
    return { type: 'vdpa', driver: 'vdpa', source };
  }
  return {
    type: 'hostdev',
    driver: 'none',
    source: { name: 'source', children: [pciAddressElement(devAddress, 'pci')] },
    vlan: vlanElement(vif),
    virtualPort: virtualPort(vif),
    bandwidth: isSwitchedByNic(vif),
  };
}

/**
 * Whether the NIC switches the frames of the device.
 * Nova then writes a bandwidth limit, about which libvirt only warns.
 */
function isSwitchedByNic(vif: VIFHostDevice): boolean {
  return vlanTag(vif) !== undefined || vif.portProfile instanceof VIFPortProfile8021Qbh;
}

function vlanElement(vif: VIFBase): XmlElement | undefined {
  const tag = vlanTag(vif);
  return tag ? { name: 'vlan', children: [{ name: 'tag', attributes: { id: tag } }] } : undefined;
}

/**
 * The VLAN with which the NIC tags frames; 0 means no tag.
 * Undefined if a VLAN device or the switch of a port profile adds the tag.
 */
function vlanTag({ network, portProfile }: VIFBase): number | undefined {
  const { vlan, shouldProvideVlan } = network ?? {};
  if (vlan === undefined || vlan === null || shouldProvideVlan || portProfile !== undefined) return undefined;
  return wholeNumber(vlan, 'network.vlan', 0, 4094);
}

function targetElement(name: string, managed?: 'no'): XmlElement {
  return { name: 'target', attributes: { dev: deviceName(name, 'vifName'), managed } };
}

function mtuElement({ network }: VIFBase): XmlElement | undefined {
  if (!network?.mtu) return undefined;
  return { name: 'mtu', attributes: { size: wholeNumber(network.mtu, 'network.mtu', 68, 65535) } };
}
