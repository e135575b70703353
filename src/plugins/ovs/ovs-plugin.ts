/**
 * VIFs of Open vSwitch, plugged in all ways of OpenStack: natively, hybrid with a Linux bridge, with a
 * vhost-user socket, with the representor of a virtual function, and with one bridge for each port.
 */

import { requireOptions } from '../../errors/argument.ts';
import { PortProfileError } from '../../errors/libvirt.ts';
import { FieldValueError } from '../../errors/model.ts';
import type { DoneStep, PlugResult } from '../../errors/plug-result.ts';
import { PlugError, UnsupportedVIFError } from '../../errors/plugin.ts';
import type { Host } from '../../host-contract/host.ts';
import { HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from '../../objects/host-info.ts';
import type { InstanceInfo } from '../../objects/instance-info.ts';
import { VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor } from '../../objects/port-profile.ts';
import { type VIFBase, VIFBridge, VIFHostDevice, VIFOpenVSwitch, VIFVHostUser } from '../../objects/vif.ts';
import { listed } from '../../text/bounds.ts';
import { messageOf } from '../../text/message-of.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import { apply } from '../../wiring/apply.ts';
import type { PlannedStep } from '../../wiring/check.ts';
import { resultOf } from '../../wiring/done-steps/result.ts';
import type { ElementDrift } from '../../wiring/elements/verbs.ts';
import type { Garbage } from '../../wiring/garbage.ts';
import { collectOvsGarbage } from '../../wiring/ovs/collect-ovs-garbage.ts';
import { remove } from '../../wiring/remove.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { type PluginContext, requireVIFBase } from '../vif-plugin.ts';
import { WiringPlugin } from '../wiring-plugin.ts';
import { devicesBehind, formerHybridDevices } from './former-devices.ts';
import { furtherExternalIds } from './further-external-ids.ts';
import { factsOf, formerHostDeviceWiring, type HostDeviceFacts, hostDeviceWiring, isGone } from './host-device.ts';
import { isTrunkBridge } from './names.ts';
import { formerGuards, guarded, requireKernelDatapath } from './ovs-guard.ts';
import { OVS_OPTIONS, type OvsPluginOptions } from './ovs-options.ts';
import {
  bareWiring,
  hybridPort,
  hybridWiring,
  nativeWiring,
  type OvsVif,
  portBridgeWiring,
  vhostUserWiring,
  type WantedTap,
} from './ovs-wiring.ts';
import { notesOnOvn } from './wait-for-ovn.ts';

type SupportedClass = typeof VIFBridge | typeof VIFOpenVSwitch | typeof VIFVHostUser | typeof VIFHostDevice;

/** The plugin with the name `ovs`. */
export class OvsPlugin extends WiringPlugin {
  readonly #options: OvsPluginOptions;

  constructor(options: OvsPluginOptions = {}) {
    super();
    requireOptions('OvsPlugin', options, OVS_OPTIONS);
    this.#options = options;
  }

  describe(): HostPluginInfo {
    // The plugin of Python os-vif reports version 1.0 for all classes, but also accepts later versions. A
    // peer that uses this report would leave createTap out.
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

  /**
   * Returns the wiring of a plug.
   * @param facts the facts about a VIFHostDevice, from `wireOn`
   */
  wire(vif: VIFBase, instance: InstanceInfo, facts: HostDeviceFacts = {}): Wiring {
    const wiring = this.#devicesAndRows(vif, instance, facts);
    return guarded(wiring, vif, this.#known(vif, this.#profileOf(vif)), this.#options);
  }

  #devicesAndRows(vif: VIFBase, instance: InstanceInfo, facts: HostDeviceFacts): Wiring {
    const profile = this.#profileOf(vif);
    if (profile.createTap && !(vif instanceof VIFOpenVSwitch)) {
      throw new UnsupportedVIFError('ovs', 'VIFOpenVSwitch for a port profile with createTap', vif.type);
    }
    if (vif instanceof VIFOpenVSwitch) {
      const { vifName } = vif.require('vifName');
      const tap = tapOf(vif, profile);
      if (this.#options.perPortBridge) return portBridgeWiring(this.#plugged(vif, profile, instance), vifName, tap);
      if (!profile.createPort) return bareWiring(this.#known(vif, profile), vifName);
      return nativeWiring(this.#plugged(vif, profile, instance), vifName, tap);
    }
    const plugged = this.#plugged(vif, profile, instance);
    if (vif instanceof VIFBridge) return hybridWiring(plugged, vif.require('bridgeName').bridgeName);
    if (vif instanceof VIFVHostUser) return vhostUserWiringOf(vif, plugged);
    if (vif instanceof VIFHostDevice) return hostDeviceWiring(vif, plugged, facts);
    throw unsupported(vif);
  }

  /**
   * Returns the elements that an unplug removes. For a native VIF, these include the port of the hypervisor,
   * and the port of a former hybrid wiring.
   */
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
    if (vif instanceof VIFHostDevice) return formerHostDeviceWiring(vif, known, facts);
    throw unsupported(vif);
  }

  override async wireOn(host: Host, vif: VIFBase, instance: InstanceInfo): Promise<Wiring> {
    await requireKernelDatapath(host, vif, this.#known(vif, this.#profileOf(vif)), this.#options);
    return this.wire(vif, instance, vif instanceof VIFHostDevice ? await this.#factsOf(vif, host) : {});
  }

  override async unwireOn(host: Host, vif: VIFBase): Promise<Wiring> {
    const wiring = this.unwire(vif, vif instanceof VIFHostDevice ? await this.#remainingFactsOf(vif, host) : {});
    const known = this.#known(vif, this.#profileOf(vif));
    // An unplug removes the guards last, so that the guest never works without one.
    const guards = formerGuards(vif, known, this.#options);
    if (vif instanceof VIFBridge) return [...guards, ...wiring];
    return [...guards, ...(await formerHybridDevices(known, host)), ...wiring];
  }

  override async plug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlugResult> {
    const { host, signal } = context;
    const { waitFor = 'port', ovnTimeout = 10_000 } = this.#options;
    const { id } = vif.require('id');
    const obsolete: string[] = [];
    const waits = { for: context.waitFor ?? waitFor, ovnTimeout };
    const plugging = { host, owner: id, waits, onObsoletePort: (name: string) => obsolete.push(name) };
    const wiring = await this.wireOn(host, vif, instance);
    const steps = await apply(wiring, plugging, signal);
    try {
      const result = resultOf([...steps, ...(await this.#removeDevicesBehind(obsolete, vif, context))]);
      const notes = waits.for === 'ovn-installed' ? notesOnOvn(wiring) : [];
      return notes.length === 0 ? result : { ...result, notes };
    } catch (cause) {
      // The plug is complete and is not rolled back. An error without `left` would mean that the host is as
      // it was before.
      const left = [`all devices and rows of VIF ${id}`, `some or all former devices of VIF ${id}`];
      const message = `VIF ${id} is plugged, but not all of its former devices were removed: ${messageOf(cause)}; left on the host: ${listed(left)}`;
      throw new PlugError(message, cause, { operation: 'remove', left });
    }
  }

  override async unplug(vif: VIFBase, _instance: InstanceInfo, context: PluginContext): Promise<PlugResult> {
    const { host, signal, deletions } = context;
    const { id } = vif.require('id');
    const obsolete: string[] = [];
    const removal = { host, owner: id, deletions, onObsoletePort: (name: string) => obsolete.push(name) };
    const steps = await remove(await this.unwireOn(host, vif), removal, signal);
    return resultOf([...steps, ...(await this.#removeDevicesBehind(obsolete, vif, context))]);
  }

  override async check(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<ElementDrift[]> {
    return super.check(vif, instance, context).catch((error: unknown) => {
      if (!isGone(error)) throw error;
      return [{ ...representorOf(vif), type: 'missing' }];
    });
  }

  override async plan(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlannedStep[]> {
    return super.plan(vif, instance, context).catch((error: unknown) => {
      if (!isGone(error)) throw error;
      return [{ ...representorOf(vif), action: 'refuse', reason: error.message }];
    });
  }

  async collectGarbage(
    owners: ReadonlySet<string>,
    dryRun: boolean,
    { host, signal }: PluginContext,
  ): Promise<Garbage[]> {
    return collectOvsGarbage(host, owners, { dryRun, signal });
  }

  async #removeDevicesBehind(ports: readonly string[], vif: VIFBase, context: PluginContext): Promise<DoneStep[]> {
    if (ports.length === 0) return [];
    const { host, signal, deletions } = context;
    const known = this.#known(vif, this.#profileOf(vif));
    return remove(await devicesBehind(ports, known, host), { host, owner: known.id, deletions }, signal);
  }

  #factsOf(vif: VIFHostDevice, { pci }: Host): Promise<HostDeviceFacts> {
    return factsOf(vif, this.#profileOf(vif).datapathType || 'system', pci);
  }

  /** Returns the facts that still exist on the host. */
  #remainingFactsOf(vif: VIFHostDevice, host: Host): Promise<HostDeviceFacts> {
    return this.#factsOf(vif, host).catch((error: unknown) => {
      if (isGone(error)) return {};
      throw error;
    });
  }

  #profileOf(vif: VIFBase): VIFPortProfileOpenVSwitch {
    const { portProfile } = requireVIFBase(vif);
    if (portProfile instanceof VIFPortProfileOpenVSwitch) return portProfile;
    throw new PortProfileError('ovs', portProfile?.type, 'VIFPortProfileOpenVSwitch or one that extends it');
  }

  /** Returns the data that a plug needs for a VIF with a port. */
  #plugged(vif: VIFBase, profile: VIFPortProfileOpenVSwitch, instance: InstanceInfo): OvsVif {
    const known = this.#known(vif, profile);
    const { address } = vif.require('address');
    if (address === null) throw new FieldValueError(address, 'a MAC address').within('address', vif.type);
    const externalIds = {
      'iface-id': canonicalUuid(profile.require('interfaceId').interfaceId),
      'iface-status': 'active',
      'attached-mac': address,
      'vm-uuid': canonicalUuid(instance.require('uuid').uuid),
      ...(isTrunkBridge(known.bridge) && { bridge_name: known.bridge }),
      ...furtherExternalIds(vif, instance, this.#options),
    };
    return { ...known, externalIds };
  }

  #known(vif: VIFBase, profile: VIFPortProfileOpenVSwitch): OvsVif {
    const { isolateVif = false, networkDeviceMtu = 1500, defaultQosType = 'linux-noop' } = this.#options;
    const { id, network } = vif.require('id', 'network');
    if (network === null) throw new FieldValueError(network, 'a network').within('network', vif.type);
    const { interfaceId } = profile;
    return {
      id: canonicalUuid(id),
      bridge: network.require('bridge').bridge,
      datapathType: profile.datapathType || undefined,
      mtu: network.mtu || networkDeviceMtu,
      externalIds: interfaceId === undefined ? {} : { 'iface-id': canonicalUuid(interfaceId) },
      isolated: isolateVif,
      qosType: defaultQosType,
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

/** The part of a VIFHostDevice that is missing, in drifts and plans. */
function representorOf(vif: VIFBase): { readonly element: string; readonly on: string } {
  const on = `representor of ${vif instanceof VIFHostDevice ? vif.devAddress : vif.id}`;
  return { element: `existing-link ${on}`, on };
}

function unsupported(vif: VIFBase): UnsupportedVIFError {
  return new UnsupportedVIFError('ovs', 'VIFOpenVSwitch, VIFBridge, VIFVHostUser or VIFHostDevice', vif.type);
}
