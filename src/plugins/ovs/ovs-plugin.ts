/**
 * VIFs of Open vSwitch, in all the ways that OpenStack plugs them: natively, hybrid with a Linux bridge between, over a vhost-user
 * socket, by a representor of a virtual function, and on a bridge per port.
 */

import { PortProfileError } from '../../errors/libvirt.ts';
import { FieldValueError } from '../../errors/model.ts';
import { RepresentorNotFoundError } from '../../errors/pci.ts';
import { PlugError, UnsupportedVIFError } from '../../errors/plugin.ts';
import type { Host } from '../../host-contract/host.ts';
import { isOwnedBy } from '../../host-contract/ownership.ts';
import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../../objects/host-info.ts';
import type { InstanceInfo } from '../../objects/instance-info.ts';
import { VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor } from '../../objects/port-profile.ts';
import { type VIFBase, VIFBridge, VIFHostDevice, VIFOpenVSwitch, VIFVHostUser } from '../../objects/vif.ts';
import { listed } from '../../text/bounds.ts';
import { messageOf } from '../../text/message-of.ts';
import { graceSignal } from '../../wiring/deadline.ts';
import { mayExist } from '../../wiring/elements/existing-device.ts';
import type { Garbage } from '../../wiring/garbage.ts';
import { collectOvsGarbage } from '../../wiring/ovs/collect-ovs-garbage.ts';
import { remove } from '../../wiring/remove.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import type { PluginContext } from '../vif-plugin.ts';
import { WiringPlugin } from '../wiring-plugin.ts';
import { isTrunkBridge, namesOf } from './names.ts';
import {
  bareWiring,
  dpdkWiring,
  hybridDevices,
  hybridPort,
  hybridWiring,
  nativeWiring,
  type OvsVif,
  portBridgeWiring,
  representorWiring,
  vhostUserWiring,
  type WantedTap,
} from './ovs-wiring.ts';
import { representorOf, type VirtualFunctionLocation, virtualFunctionOf } from './representor.ts';

/** os-vif's options, by os-vif's names and with its defaults; where the database is, the host is told. */
export interface OvsPluginOptions {
  /** Bytes; for networks that say nothing. Default 1500. */
  readonly networkDeviceMtu?: number;
  /** New ports start in the dead VLAN 4095, until Neutron's Open vSwitch agent gives them theirs. Only for use with that agent. Default false. */
  readonly isolateVif?: boolean;
  /** Each VIFOpenVSwitch gets a bridge of its own, patched to that of its network. Default false. */
  readonly perPortBridge?: boolean;
  /** QoS type that new ports get on the datapath of the kernel; `linux-noop` leaves the queueing to others. Default `linux-noop`. */
  readonly defaultQosType?: QosType;
  /** A plug is done when ovs-vswitchd has opened the port, where the plug made its device. Default true. */
  readonly waitForPort?: boolean;
}

/** ovs-vswitchd.conf.db(5), QoS, `type`. */
export const QOS_TYPES = [
  'linux-htb',
  'linux-hfsc',
  'linux-sfq',
  'linux-codel',
  'linux-fq_codel',
  'linux-noop',
] as const;

/** One of {@link QOS_TYPES}. */
export type QosType = (typeof QOS_TYPES)[number];

/** What only the host knows of a VIFHostDevice. */
export interface HostDeviceFacts {
  /** The name of its representor's network device. */
  readonly representor?: string;
  readonly virtualFunction?: VirtualFunctionLocation;
}

type SupportedClass = typeof VIFBridge | typeof VIFOpenVSwitch | typeof VIFVHostUser | typeof VIFHostDevice;

/** Named `ovs`. */
export class OvsPlugin extends WiringPlugin {
  readonly #options: OvsPluginOptions;

  constructor(options: OvsPluginOptions = {}) {
    super();
    this.#options = options;
  }

  describe(): HostPluginInfo {
    // os-vif's own plugin says 1.0 throughout, and takes later ones all the same: a peer that believed it would leave createTap out.
    const profile = ({ objectName, version }: typeof VIFPortProfileOpenVSwitch | typeof VIFPortProfileOVSRepresentor) =>
      new HostPortProfileInfo({ profileObjectName: objectName, minVersion: '1.0', maxVersion: version });
    const plain = [profile(VIFPortProfileOpenVSwitch)];
    const offloaded = [...plain, profile(VIFPortProfileOVSRepresentor)];
    const supported = ({ objectName, version }: SupportedClass, supportedPortProfiles: HostPortProfileInfo[]) =>
      new HostVIFInfo({ vifObjectName: objectName, minVersion: '1.0', maxVersion: version, supportedPortProfiles });
    return new HostPluginInfo({
      pluginName: 'ovs',
      vifInfo: [
        supported(VIFBridge, plain),
        supported(VIFOpenVSwitch, plain),
        supported(VIFVHostUser, offloaded),
        supported(VIFHostDevice, offloaded),
      ],
    });
  }

  /** @param facts for a VIFHostDevice; `wireOn` finds them out */
  wire(vif: VIFBase, instance: InstanceInfo, facts: HostDeviceFacts = {}): Wiring {
    const profile = this.#profileOf(vif);
    if (profile.createTap && !(vif instanceof VIFOpenVSwitch)) {
      throw new UnsupportedVIFError('ovs', 'VIFOpenVSwitch for a port profile with createTap', vif.constructor.name);
    }
    if (vif instanceof VIFOpenVSwitch) {
      const { vifName } = vif.require('vifName');
      const tap = tapOf(vif, profile);
      if (this.#options.perPortBridge) return portBridgeWiring(this.#plugged(vif, profile, instance), vifName, tap);
      if (!profile.createPort) return bareWiring(this.#known(vif, profile));
      return nativeWiring(this.#plugged(vif, profile, instance), vifName, tap);
    }
    const plugged = this.#plugged(vif, profile, instance);
    if (vif instanceof VIFBridge) return hybridWiring(plugged, vif.require('bridgeName').bridgeName);
    if (vif instanceof VIFVHostUser) return vhostUserWiringOf(vif, plugged);
    if (vif instanceof VIFHostDevice) return hostDeviceWiring(vif, plugged, facts);
    throw unsupported(vif);
  }

  /** What an unplug takes away: of a native VIF the hypervisor's port too, and the port that is left from when it was hybrid. */
  unwire(vif: VIFBase, facts: HostDeviceFacts = {}): Wiring {
    const profile = this.#profileOf(vif);
    const known = this.#known(vif, profile);
    if (vif instanceof VIFOpenVSwitch) {
      const { vifName } = vif.require('vifName');
      const tap = profile.createTap ? { multiQueue: profile.multiqueue ?? false } : undefined;
      if (this.#options.perPortBridge) return portBridgeWiring(known, vifName, tap);
      return [...nativeWiring(known, vifName, tap), ...hybridPort(known)];
    }
    if (vif instanceof VIFBridge) return hybridWiring(known, vif.require('bridgeName').bridgeName);
    if (vif instanceof VIFVHostUser) return vhostUserWiringOf(vif, known);
    if (vif instanceof VIFHostDevice) return hostDeviceWiring(vif, known, facts);
    throw unsupported(vif);
  }

  override async wireOn(host: Host, vif: VIFBase, instance: InstanceInfo): Promise<Wiring> {
    return this.wire(vif, instance, vif instanceof VIFHostDevice ? await this.#factsOf(vif, host) : {});
  }

  override async unwireOn(host: Host, vif: VIFBase): Promise<Wiring> {
    const wiring = this.unwire(vif, vif instanceof VIFHostDevice ? await this.#factsOf(vif, host) : {});
    if (!(vif instanceof VIFOpenVSwitch)) return wiring;
    const known = this.#known(vif, this.#profileOf(vif));
    return (await mayExist(namesOf(known.id).hybridBridge, host)) ? [...hybridDevices(known), ...wiring] : wiring;
  }

  override async plug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<void> {
    await super.plug(vif, instance, context);
    if (!(vif instanceof VIFOpenVSwitch)) return;
    try {
      await this.#removeHybridRemains(vif, context);
    } catch (cause) {
      // All is plugged by now and stays so: an error without `left` would say that the host is as before.
      const { id } = this.#known(vif, this.#profileOf(vif));
      const left = [
        `all that plugging VIF ${id} makes`,
        `what VIF ${id} was made of when it was hybrid, or part of it`,
      ];
      const message = `VIF ${id} is plugged, but what it had when it was hybrid is not all removed: ${messageOf(cause)}; left on the host: ${listed(left)}`;
      throw new PlugError(message, cause, { operation: 'remove', left });
    }
  }

  async collectGarbage(
    owners: ReadonlySet<string>,
    dryRun: boolean,
    { host, signal }: PluginContext,
  ): Promise<Garbage[]> {
    return collectOvsGarbage(host, owners, { dryRun, signal });
  }

  /** Two ports with one iface-id would leave it to chance which of them works. A guest that still runs on the old one keeps it. */
  async #removeHybridRemains(vif: VIFOpenVSwitch, { host, signal }: PluginContext): Promise<void> {
    const known = this.#known(vif, this.#profileOf(vif));
    const { hybridBridge, bridgeEnd, switchEnd } = namesOf(known.id);
    // The plug has just looked at the database: nothing is asked of it again. A deadline that has just passed is no reason to fail.
    const hasPort = await host.ovsdb.waitFor('a look at the ports', (view) => view.port(switchEnd) !== undefined, {
      signal: signal?.aborted ? graceSignal() : signal,
    });
    const bridge = hasPort ? await host.links.get(hybridBridge) : undefined;
    if (!bridge || !isOwnedBy(bridge, known.id)) return;
    const ports = (await host.links.list()).filter(({ master }) => master === bridge.index);
    if (ports.some(({ name }) => name !== bridgeEnd)) return;
    await remove([...hybridDevices(known), ...hybridPort(known)], { host, owner: known.id }, signal);
  }

  async #factsOf(vif: VIFHostDevice, { pci }: Host): Promise<HostDeviceFacts> {
    const virtualFunction = await virtualFunctionOf(vif.require('devAddress').devAddress, pci);
    const isKernels = (this.#profileOf(vif).datapathType || 'system') === 'system';
    return isKernels
      ? { virtualFunction, representor: await representorOf(virtualFunction, pci) }
      : { virtualFunction };
  }

  #profileOf({ portProfile }: VIFBase): VIFPortProfileOpenVSwitch {
    if (portProfile instanceof VIFPortProfileOpenVSwitch) return portProfile;
    throw new PortProfileError(
      'ovs',
      portProfile?.constructor.name,
      'VIFPortProfileOpenVSwitch or one that extends it',
    );
  }

  /** What a plug needs to know of any VIF with a port. */
  #plugged(vif: VIFBase, profile: VIFPortProfileOpenVSwitch, instance: InstanceInfo): OvsVif {
    const known = this.#known(vif, profile);
    const { address } = vif.require('address');
    if (address === null) throw new FieldValueError(address, 'a MAC address').within('address', vif.constructor.name);
    const externalIds = {
      'iface-id': profile.require('interfaceId').interfaceId,
      'iface-status': 'active',
      'attached-mac': address,
      'vm-uuid': instance.require('uuid').uuid,
      ...(isTrunkBridge(known.bridge) && { bridge_name: known.bridge }),
    };
    return { ...known, externalIds };
  }

  #known(vif: VIFBase, profile: VIFPortProfileOpenVSwitch): OvsVif {
    const {
      isolateVif = false,
      networkDeviceMtu = 1500,
      defaultQosType = 'linux-noop',
      waitForPort = true,
    } = this.#options;
    const { id, network } = vif.require('id', 'network');
    if (network === null) throw new FieldValueError(network, 'a network').within('network', vif.constructor.name);
    const { interfaceId } = profile;
    return {
      id,
      bridge: network.require('bridge').bridge,
      datapathType: profile.datapathType || undefined,
      mtu: network.mtu || networkDeviceMtu,
      externalIds: interfaceId === undefined ? {} : { 'iface-id': interfaceId },
      isolated: isolateVif,
      qosType: defaultQosType,
      waitForPort,
    };
  }
}

function tapOf(
  { address }: VIFOpenVSwitch,
  { createTap, multiqueue }: VIFPortProfileOpenVSwitch,
): WantedTap | undefined {
  return createTap ? { multiQueue: multiqueue ?? false, ...(address && { mac: address }) } : undefined;
}

function vhostUserWiringOf(vif: VIFVHostUser, plugged: OvsVif): Wiring {
  return vhostUserWiring(plugged, vif.mode === 'client' ? 'client' : 'server', vif.path);
}

function hostDeviceWiring(
  vif: VIFHostDevice,
  plugged: OvsVif,
  { representor, virtualFunction }: HostDeviceFacts,
): Wiring {
  if ((plugged.datapathType ?? 'system') !== 'system') {
    return dpdkWiring(plugged, virtualFunction?.physicalFunction, virtualFunction?.number);
  }
  if (representor !== undefined) return representorWiring(plugged, representor);
  throw new RepresentorNotFoundError(vif.devAddress ?? 'a device without address', virtualFunction?.number ?? 0);
}

function unsupported(vif: VIFBase): UnsupportedVIFError {
  return new UnsupportedVIFError(
    'ovs',
    'VIFOpenVSwitch, VIFBridge, VIFVHostUser or VIFHostDevice',
    vif.constructor.name,
  );
}
