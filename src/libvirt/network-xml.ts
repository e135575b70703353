/** Describes uplinks and their macvtap mode once for all guests: libvirt's `<network>` without a bridge. */
import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { arrayOf, CHECKED_LATER, oneOfValues, TEXT } from '../errors/value-kinds.ts';
import { VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '../objects/port-profile.ts';
import { describeValue } from '../text/describe-value.ts';
import { deviceName, networkName, wholeNumber } from './values.ts';
import { virtualPort } from './virtual-port.ts';
import { writeXml } from './xml.ts';

/** The modes of a `<network>` whose guests have macvtap devices. */
export type MacvtapNetworkMode = 'bridge' | 'private' | 'vepa' | 'passthrough';

/** A network of libvirt whose guests have macvtap devices on NICs of the host. */
export interface MacvtapNetwork {
  /** The name in libvirt: at most 251 bytes, without `/` and control characters. */
  readonly name: string;
  /**
   * The NICs or VLAN devices. libvirt puts a guest on the device with the fewest guests. In mode `passthrough`
   * each guest has a device of its own.
   */
  readonly devices: readonly string[];
  readonly mode: MacvtapNetworkMode;
  /** The port profile of 802.1Qbg or 802.1Qbh for all guests. The profile of a VIF adds its values. */
  readonly virtualPort?: VIFPortProfile8021Qbg | VIFPortProfile8021Qbh;
  /** The VLAN id with which virtual functions tag frames, 1 to 4094. Only in mode `passthrough`. */
  readonly vlan?: number;
}

const MODES: readonly MacvtapNetworkMode[] = ['bridge', 'private', 'vepa', 'passthrough'];

const OPTIONS: OptionKinds<MacvtapNetwork> = {
  name: TEXT,
  devices: arrayOf(TEXT, 'names of devices'),
  mode: oneOfValues(...MODES),
  virtualPort: CHECKED_LATER,
  vlan: CHECKED_LATER,
};

/**
 * The `<network>` element of uplinks for macvtap guests, for `virsh net-define`. The option `network` of
 * `toInterfaceXml` refers to it.
 *
 * @see https://libvirt.org/formatnetwork.html
 * @throws ArgumentError for an option that does not exist, or of the wrong kind
 * @throws LibvirtXmlError for a value that libvirt or the kernel would refuse
 * @throws UnsetFieldError if a field of `virtualPort` that the element needs is not set
 */
export function toNetworkXml(network: MacvtapNetwork): string {
  requireOptions('toNetworkXml', network, OPTIONS);
  const { name, devices, mode, virtualPort: portProfile, vlan } = network;
  return writeXml({
    name: 'network',
    children: [
      { name: 'name', text: networkName(name, 'name') },
      {
        name: 'forward',
        attributes: { mode: knownMode(mode) },
        children: distinctDevices(devices).map((dev) => ({ name: 'interface', attributes: { dev } })),
      },
      portProfile === undefined ? undefined : virtualPort({ portProfile: switchProfile(portProfile) }),
      vlan === undefined
        ? undefined
        : { name: 'vlan', children: [{ name: 'tag', attributes: { id: tag(vlan, mode) } }] },
    ],
  });
}

/** The guest of a VIF on the network. */
interface NetworkGuest {
  readonly mode: string;
  readonly device: string;
  readonly portProfile: unknown;
}

/**
 * Refuses a guest that would get another mode or device on the network than its VIF says. The plugin `macvtap`
 * filters frames of a private guest on the device of the VIF.
 */
export function requireFit(network: MacvtapNetwork, { mode, device, portProfile }: NetworkGuest): void {
  toNetworkXml(network);
  const { name, devices, virtualPort: common } = network;
  const refuse = (problem: string): never => {
    throw new LibvirtXmlError(`network ${name}: ${problem}`);
  };
  if (mode !== network.mode)
    refuse(`the mode of the VIF is ${mode}, and that of the network ${network.mode}; use a network for each mode`);
  if (!devices.includes(device)) refuse(`the VIF is on ${device}, and the network is on ${devices.join(', ')}`);
  if (mode === 'private' && devices.length > 1)
    refuse(`the VIF is private on ${device}, and libvirt would choose one of ${devices.join(', ')}; name one device`);
  const isOther = common instanceof VIFPortProfile8021Qbg ? VIFPortProfile8021Qbh : VIFPortProfile8021Qbg;
  if (common !== undefined && portProfile instanceof isOther)
    refuse(`the VIF has a ${portProfile.type}, and the network a ${common.type}; libvirt does not merge them`);
}

function knownMode(mode: MacvtapNetworkMode | undefined): MacvtapNetworkMode {
  if (mode !== undefined) return mode;
  throw new LibvirtXmlError(`mode: expected one of ${MODES.join(', ')}, found nothing`);
}

/** libvirt refuses a device that is listed twice (virNetworkForwardDefParseXML()). */
function distinctDevices(devices: readonly string[] | undefined): readonly string[] {
  if (devices === undefined || devices.length === 0)
    throw new LibvirtXmlError('devices: expected at least one device, found none');
  for (const [i, device] of devices.entries()) {
    deviceName(device, `devices[${i}]`);
    if (devices.indexOf(device) < i) throw new LibvirtXmlError(`devices[${i}]: ${device} is listed twice`);
  }
  return devices;
}

/** libvirt: networkAllocatePort() refuses other types for a macvtap device. */
function switchProfile(profile: unknown): VIFPortProfile8021Qbg | VIFPortProfile8021Qbh {
  if (profile instanceof VIFPortProfile8021Qbg || profile instanceof VIFPortProfile8021Qbh) return profile;
  throw new LibvirtXmlError(
    `virtualPort: expected a VIFPortProfile8021Qbg or a VIFPortProfile8021Qbh, found ${describeValue(profile)}`,
  );
}

/** libvirt: networkValidate() refuses a VLAN in other modes. */
function tag(vlan: number, mode: MacvtapNetworkMode): number {
  if (mode === 'passthrough') return wholeNumber(vlan, 'vlan', 1, 4094);
  throw new LibvirtXmlError(
    `vlan: libvirt has no VLAN for a network in mode ${mode}; name VLAN devices in devices, such as eth0.${vlan}`,
  );
}
