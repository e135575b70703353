/**
 * Plugs VIFDirect: the guest's NIC is a macvtap device on a NIC, on a VLAN device or on a virtual
 * function.
 */

import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { PluginError } from '../errors/plugin.ts';
import { BOOLEAN, either, FUNCTION, oneOfValues } from '../errors/value-kinds.ts';
import type { Host } from '../host-contract/host.ts';
import { EMBEDDED_SWITCH_MODES, type EmbeddedSwitchMode } from '../host-contract/links.ts';
import { isOwnedBy } from '../host-contract/ownership.ts';
import { type GuestIsolation, isIsolated } from '../objects/guest-isolation.ts';
import { HostPluginInfo, HostVIFInfo } from '../objects/host-info.ts';
import { type VIFBase, VIFDirect } from '../objects/vif.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { dropsOn } from '../wiring/collect-mac-drops.ts';
import type { ExistingDevice } from '../wiring/devices/existing-device.ts';
import type { MacvtapElement } from '../wiring/elements/macvtap.ts';
import type { Element, Wiring } from '../wiring/wiring.ts';
import { formerSourceGuard, SOURCE_GUARD_OPTIONS, sourceGuardMode, sourceGuardOn } from './source-guard.ts';
import type { SourceGuardOptions } from './source-guard-options.ts';
import { requireVIF } from './vif-plugin.ts';
import { requireVlan } from './vlan-id.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** Options of MacvtapPlugin. */
export interface MacvtapPluginOptions extends SourceGuardOptions {
  /**
   * Isolates guests from others on the same device, even if the external switch sends frames back.
   * True: all guests in mode `bridge`. A function: those for which it returns true. A VIF of
   * `asPrivateGuest` is isolated in any case. The macvtap device gets the mode `private`, and rules
   * of nftables drop frames to and from other guests on the device. The package nftables must be
   * installed. The VIF must have an `address`. Frames that a guest sends from another source
   * address are not dropped. If libvirt creates the device, pass the same option to
   * `toInterfaceXml`. Default: false.
   */
  readonly isolateGuests?: GuestIsolation;
  /**
   * The mode of the switch in the SR-IOV NIC below the guests, which all functions of the NIC
   * share. `vepa`: it sends frames between functions to the external switch. `veb`: it forwards
   * them itself. An unplug and a roll-back keep the mode. A plug on a NIC without such a switch
   * fails. Default: the mode stays as it is.
   */
  readonly embeddedSwitchMode?: EmbeddedSwitchMode;
}

const OPTIONS: OptionKinds<MacvtapPluginOptions> = {
  isolateGuests: either(BOOLEAN, FUNCTION),
  embeddedSwitchMode: oneOfValues(...EMBEDDED_SWITCH_MODES),
  ...SOURCE_GUARD_OPTIONS,
};

/** The plugin `macvtap`. */
export class MacvtapPlugin extends WiringPlugin {
  readonly #options: MacvtapPluginOptions;

  constructor(options: MacvtapPluginOptions = {}) {
    super();
    requireOptions('MacvtapPlugin', options, OPTIONS);
    this.#options = options;
  }

  describe(): HostPluginInfo {
    const vifInfo = [
      new HostVIFInfo({ vifObjectName: 'VIFDirect', minVersion: '1.0', maxVersion: '1.0', supportedPortProfiles: [] }),
    ];
    return new HostPluginInfo({ pluginName: 'macvtap', vifInfo });
  }

  wire(given: VIFBase): Wiring {
    const vif = requireVIF(this, given, VIFDirect);
    const devices = vif.require('mode').mode === 'passthrough' ? passthrough(vif) : this.#shared(vif);
    return [...this.#embeddedSwitch(vif), ...devices, ...this.#guard(vif)];
  }

  #embeddedSwitch(vif: VIFDirect): Element[] {
    const { embeddedSwitchMode: mode } = this.#options;
    if (mode === undefined) return [];
    const device = deviceBelow(vif);
    const name = typeof device === 'string' ? device : device.pciAddress;
    return [{ kind: 'embedded-switch', name, device, mode, shared: true }];
  }

  /** Frames of the guest leave through the macvtap device, and no device receives them. */
  #guard(vif: VIFDirect): Element[] {
    if (sourceGuardMode(vif, this.#options) === 'off') return [];
    const { vifName: name } = vif.require('vifName');
    return [...sourceGuardOn({ name, hook: 'egress' }, vif, this.#options)];
  }

  /**
   * The elements that belong only to this VIF.
   * The shared VLAN device stays, so an unplug does not need its name or id.
   */
  override async unwireOn(host: Host, given: VIFBase): Promise<Wiring> {
    const vif = requireVIF(this, given, VIFDirect);
    const { address, vifName, devAddress, network } = vif;
    const lower = devAddress === undefined ? (network?.bridgeInterface ?? '') : { pciAddress: devAddress };
    // A VIF that was plugged before guests were isolated may have no address.
    const isFiltered = address && (isIsolated(vif, this.#options.isolateGuests) || (await wasIsolated(host, vif)));
    return [
      ...formerSourceGuard(vifName, this.#options),
      ...(vif.mode === 'passthrough' ? ownFunction(vif) : []),
      ...(isFiltered ? [{ kind: 'source-mac-filter', name: address, lower } as const] : []),
      ...(vifName === undefined ? [] : [{ kind: 'macvtap', name: vifName, lower, mode: 'private' } as const]),
    ];
  }

  /** The wiring for several guests on one NIC, or on one VLAN device. */
  #shared(vif: VIFDirect): Wiring {
    const { mode } = vif.require('mode');
    const vlan = vlanBelow(vif);
    const lower = vlan[0]?.name ?? deviceBelow(vif);
    if (isIsolated(vif, this.#options.isolateGuests)) return [...vlan, ...isolatedNic(vif, lower)];
    return [...vlan, ...guestNic(vif, lower, mode === 'bridge' ? 'bridge' : 'vepa')];
  }
}

/**
 * The NIC of the VIF. Neutron's macvtap agent gives no PCI address:
 * `network.bridgeInterface` is then the NIC.
 */
function deviceBelow(vif: VIFDirect): ExistingDevice {
  const { devAddress, network } = vif;
  if (devAddress === undefined && network?.bridgeInterface) return network.bridgeInterface;
  return { pciAddress: vif.require('devAddress').devAddress };
}

/**
 * The VLAN device between the NIC and the macvtap device, if the network has a VLAN.
 * Without a name for it the plug fails, because the guest must not get untagged traffic.
 */
function vlanBelow(vif: VIFDirect): Element[] {
  const { id, vlanName, network } = vif;
  if (vlanName)
    return [{ kind: 'vlan', name: vlanName, id: requireVlan(network), lower: deviceBelow(vif), shared: true }];
  if (!network?.vlan) return [];
  throw new PluginError(
    `VIF ${id} is on VLAN ${network.vlan} and names no VLAN device: set vlanName, or mode passthrough and the devAddress of a virtual function`,
  );
}

/**
 * The wiring for one guest with a virtual function of its own. The MAC address and the VLAN are set
 * on the physical function, because the guest can change settings of the virtual function.
 */
function passthrough(vif: VIFDirect): Wiring {
  if (vif.devAddress === undefined) {
    const vlan = vlanBelow(vif);
    return [...vlan, ...guestNic(vif, vlan[0]?.name ?? deviceBelow(vif), 'passthru')];
  }
  return [...ownFunction(vif), ...guestNic(vif, deviceBelow(vif), 'passthru')];
}

function ownFunction({ devAddress, network, address }: VIFDirect): Element[] {
  if (devAddress === undefined) return [];
  const settings = { vlan: network?.vlan ?? 0, optional: true, ...(address ? { mac: address } : {}) };
  return [{ ...settings, kind: 'virtual-function', name: devAddress }];
}

/**
 * A macvtap device in mode private, and a filter that drops incoming frames from its address.
 * Kernel: in mode private, macvlan_handle_frame() drops broadcast frames that a switch sends back,
 * but delivers unicast frames.
 */
function isolatedNic(vif: VIFDirect, lower: ExistingDevice): Element[] {
  const { id, address } = vif;
  if (!address) throw new PluginError(`an isolated guest needs an address, and VIF ${id} has none: set its address`);
  return [{ kind: 'source-mac-filter', name: address, lower }, ...guestNic(vif, lower, 'private')];
}

/**
 * Whether the VIF was plugged as an isolated guest. A VIF from JSON no longer tells that its guest
 * is private. If the hypervisor made the device, only the filter tells.
 */
async function wasIsolated(host: Host, { id, mode, vifName }: VIFDirect): Promise<boolean> {
  if (id === undefined || mode === 'passthrough') return false;
  if (vifName === undefined) return (await dropsOn(host)).some(({ owner }) => owner === canonicalUuid(id));
  const link = await host.links.get(vifName);
  return link?.macvtap?.mode === 'private' && isOwnedBy(link, id);
}

/**
 * The macvtap device. No element if the VIF has no vifName, because then the hypervisor creates the
 * device.
 */
function guestNic(
  { vifName, address, network }: VIFDirect,
  lower: ExistingDevice,
  mode: MacvtapElement['mode'],
): Element[] {
  if (vifName === undefined) return [];
  return [
    {
      kind: 'macvtap',
      name: vifName,
      lower,
      mode,
      ...(address ? { mac: address } : {}),
      ...(network?.mtu ? { mtu: network.mtu } : {}),
      lowerUp: true,
    },
  ];
}
