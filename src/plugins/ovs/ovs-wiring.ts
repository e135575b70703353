/** What a VIF of Open vSwitch is made of, for each way of plugging it. */

import type { OvsMap, PortValues } from '../../host-contract/ovsdb.ts';
import type { BridgeElement } from '../../wiring/elements/bridge.ts';
import type { ExistingLinkElement } from '../../wiring/elements/existing-link.ts';
import type { TapElement } from '../../wiring/elements/tap.ts';
import type { VethElement } from '../../wiring/elements/veth.ts';
import type { OvsBridgeElement } from '../../wiring/ovs/ovs-bridge.ts';
import type { OvsPatchElement } from '../../wiring/ovs/ovs-patch.ts';
import type { OvsPortElement } from '../../wiring/ovs/ovs-port.ts';
import type { OvsQosElement } from '../../wiring/ovs/ovs-qos.ts';
import { qosIdOf } from '../../wiring/ovs/qos-id.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { isTrunkBridge, namesOf } from './names.ts';

/** A VIF as the plugin sees it. */
export interface OvsVif {
  /** In canonical form. */
  readonly id: string;
  /** The bridge of its network. */
  readonly bridge: string;
  /** As its port profile says; undefined leaves it open. */
  readonly datapathType: string | undefined;
  /** Bytes. */
  readonly mtu: number;
  /** external_ids of its interface; at an unplug `iface-id` alone. */
  readonly externalIds: OvsMap;
  /** Its port is made in the dead VLAN. */
  readonly isolated: boolean;
  /** QoS type of new ports on the datapath of the kernel. */
  readonly qosType: string;
  /** A plug waits for the ports whose devices it made. */
  readonly waitForPort: boolean;
}

/** Of the VLANs that Neutron uses none is 4095, and ports in it reach nothing. */
const DEAD_VLAN = 4095;

/** A TAP device to make. */
export interface WantedTap {
  readonly mac?: string;
  readonly multiQueue: boolean;
}

/** A port of the network's bridge whose device the hypervisor makes, or we do. */
export function nativeWiring(vif: OvsVif, name: string, tap: WantedTap | undefined): Wiring {
  return [...deviceOf(vif, name, tap), bridgeOf(vif), ...portOf(vif, { name, awaited: tap !== undefined })];
}

/** The bridge alone: the hypervisor adds the port of this name itself. */
export function bareWiring(vif: OvsVif, name: string): Wiring {
  const { bridge, externalIds } = vif;
  return [bridgeOf(vif), { kind: 'ovs-port', name, bridge, externalIds, external: true }];
}

/** The wiring of a VIF whose device is missing. An unplug finds the rows of the VIF by their tags. */
export function goneWiring(vif: OvsVif): Wiring {
  return [bridgeOf(vif)];
}

/** A Linux bridge between the guest and Open vSwitch, where packets are filtered. */
export function hybridWiring(vif: OvsVif, bridgeName: string): Wiring {
  const { switchEnd } = namesOf(vif.id);
  return [...hybridDevices(vif, bridgeName), bridgeOf(vif), ...portOf(vif, { name: switchEnd, awaited: true })];
}

/** The port of a hybrid VIF, for one that comes back as a native one. */
export function hybridPort(vif: OvsVif): Wiring {
  return portOf(vif, { name: namesOf(vif.id).switchEnd });
}

/** A bridge of the VIF's own, joined to the network's bridge by a patch pair. */
export function portBridgeWiring(vif: OvsVif, name: string, tap: WantedTap | undefined): Wiring {
  const { portBridge, portBridgePatch, integrationPatch } = namesOf(vif.id);
  const { externalIds, ...own } = vif;
  const onOwnBridge = { ...own, bridge: portBridge, externalIds: undefined, isolated: false };
  const patch: OvsPatchElement = {
    kind: 'ovs-patch',
    name: integrationPatch,
    bridge: vif.bridge,
    peer: portBridgePatch,
    peerBridge: portBridge,
    // Controllers look for the port's own id here, whatever the profile's interface_id is.
    externalIds: { ...externalIds, 'iface-id': vif.id },
    ...(vif.isolated && { initialVlan: { tag: DEAD_VLAN } }),
  };
  return [
    ...deviceOf(vif, name, tap),
    bridgeOf(vif),
    { ...bridgeOf(vif), name: portBridge, shared: false, exclusive: true },
    ...portOf(onOwnBridge, { name, awaited: tap !== undefined }),
    patch,
  ];
}

/** A socket of DPDK between guest and switch; `guestIs` says which side of it the guest is. */
export function vhostUserWiring(vif: OvsVif, guestIs: 'client' | 'server', path: string | undefined): Wiring {
  const { vhostUser: name } = namesOf(vif.id);
  const port =
    guestIs === 'client'
      ? { name, type: 'dpdkvhostuser' }
      : { name, type: 'dpdkvhostuserclient', ...(path !== undefined && { options: { 'vhost-server-path': path } }) };
  return [bridgeOf(vif, 'netdev'), ...portOf(vif, { ...port, mtuRequest: vif.mtu }, 'netdev')];
}

/**
 * The representor of a virtual function. The owner of its port owns the device, so that the port comes first.
 */
export function representorWiring(vif: OvsVif, representor: string, pciAddress: string): Wiring {
  const device: ExistingLinkElement = {
    kind: 'existing-link',
    name: representor,
    mtu: vif.mtu,
    up: true,
    ownedByPort: true,
  };
  return [bridgeOf(vif), ...portOf(vif, { name: representor, pciAddress }), device];
}

/** A virtual function whose representor DPDK opens; without one, as at an unplug, the port alone counts. */
export function dpdkWiring(vif: OvsVif, physicalFunction?: string, number?: number): Wiring {
  const { dpdkRepresentor: name } = namesOf(vif.id);
  const options =
    physicalFunction === undefined ? {} : { 'dpdk-devargs': `${physicalFunction},representor=[${number}]` };
  return [bridgeOf(vif), ...portOf(vif, { name, type: 'dpdk', options })];
}

function bridgeOf({ bridge, datapathType, waitForPort }: OvsVif, defaultDatapathType = 'system'): OvsBridgeElement {
  return {
    kind: 'ovs-bridge',
    name: bridge,
    ...(datapathType === undefined ? { defaultDatapathType } : { datapathType }),
    shared: !isTrunkBridge(bridge),
    ...(waitForPort && { awaited: true }),
  };
}

type PortOwner = Pick<OvsVif, 'bridge' | 'datapathType' | 'isolated' | 'qosType' | 'waitForPort'> & {
  readonly externalIds: OvsMap | undefined;
};

function portOf(
  vif: PortOwner,
  port: Pick<OvsPortElement, 'name' | 'type' | 'options' | 'mtuRequest' | 'pciAddress' | 'awaited'>,
  defaultDatapathType = 'system',
): (OvsPortElement | OvsQosElement)[] {
  const { bridge, externalIds, isolated, qosType, datapathType = defaultDatapathType } = vif;
  // The agent of a trunk sets the VLANs of its bridge before the port is there: Launchpad bug 2069543.
  const initialVlan: PortValues | undefined =
    isolated && !isTrunkBridge(bridge) ? { tag: DEAD_VLAN, vlanMode: 'trunk', trunks: [DEAD_VLAN] } : undefined;
  const element: OvsPortElement = {
    kind: 'ovs-port',
    bridge,
    ...(externalIds && { externalIds }),
    ...(initialVlan && { initialVlan }),
    ...port,
    awaited: vif.waitForPort && (port.awaited ?? false),
  };
  if (datapathType !== 'system') return [element];
  return [element, { kind: 'ovs-qos', name: port.name, type: qosType, id: qosIdOf(port.name) }];
}

function deviceOf({ mtu }: OvsVif, name: string, tap: WantedTap | undefined): (TapElement | ExistingLinkElement)[] {
  if (!tap) return [{ kind: 'existing-link', name, mtu, optional: true }];
  const { mac, multiQueue } = tap;
  return [
    { kind: 'tap', name, mtu, multiQueue, externalMaster: true, vnetHeader: false, ...(mac !== undefined && { mac }) },
  ];
}

/** The devices of a hybrid VIF. */
export function hybridDevices({ id, mtu }: OvsVif, name = namesOf(id).hybridBridge): (BridgeElement | VethElement)[] {
  const { bridgeEnd, switchEnd } = namesOf(id);
  return [
    {
      kind: 'bridge',
      name,
      mtu,
      // A bridge that forgets addresses at once floods, and so loses nothing while a guest migrates:
      // Launchpad bug 1715317.
      ageingTime: 0,
      stp: false,
      forwardDelay: 0,
      multicastSnooping: false,
      disableIpv6: true,
      arpIgnore: 1,
      arpAnnounce: 2,
    },
    { kind: 'veth', name: bridgeEnd, peer: switchEnd, mtu, promiscuous: true, master: name },
  ];
}
