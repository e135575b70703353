/** The wirings of VIFs of Open vSwitch, one for each way to plug a VIF. */

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

/** The data of a VIF that its wiring depends on. */
export interface OvsVif {
  /** The id of the VIF, in canonical form. */
  readonly id: string;
  /** The bridge of the VIF's network. */
  readonly bridge: string;
  /** The datapath type of the port profile. Undefined: any type. */
  readonly datapathType: string | undefined;
  /** Bytes. */
  readonly mtu: number;
  /** The external_ids of the VIF's interface. At an unplug, only `iface-id`. */
  readonly externalIds: OvsMap;
  /** New ports start in the dead VLAN. */
  readonly isolated: boolean;
  /** QoS type of new ports on the datapath of the kernel. */
  readonly qosType: string;
}

/** Neutron does not use the VLAN 4095. A port in this VLAN reaches no other port. */
const DEAD_VLAN = 4095;

/** A TAP device to create. */
export interface WantedTap {
  readonly mac?: string;
  readonly multiQueue: boolean;
}

/**
 * A port of the network's bridge. With `tap`, the plug creates the device of the port. Without it, the
 * hypervisor does.
 */
export function nativeWiring(vif: OvsVif, name: string, tap: WantedTap | undefined): Wiring {
  const isThere = tap !== undefined;
  return [...deviceOf(vif, name, tap), bridgeOf(vif), ...portOf(vif, { name, awaited: isThere, bound: isThere })];
}

/** Only the bridge. The hypervisor adds the port of this name. */
export function bareWiring(vif: OvsVif, name: string): Wiring {
  const { bridge, externalIds } = vif;
  return [bridgeOf(vif), { kind: 'ovs-port', name, bridge, externalIds, external: true }];
}

/** The wiring of a VIF whose device is missing. An unplug finds the rows of the VIF by their tags. */
export function goneWiring(vif: OvsVif): Wiring {
  return [bridgeOf(vif)];
}

/** A Linux bridge between the guest and Open vSwitch. Packets are filtered on the Linux bridge. */
export function hybridWiring(vif: OvsVif, bridgeName: string): Wiring {
  const { switchEnd } = namesOf(vif.id);
  return [
    ...hybridDevices(vif, bridgeName),
    bridgeOf(vif),
    ...portOf(vif, { name: switchEnd, awaited: true, bound: true }),
  ];
}

/** The port of the hybrid wiring, for a VIF that is native now. */
export function hybridPort(vif: OvsVif): Wiring {
  return portOf(vif, { name: namesOf(vif.id).switchEnd });
}

/** A bridge for this VIF alone. A patch pair joins the bridge with the network's bridge. */
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
    // Controllers look for the id of the Neutron port here, also if the interface_id of the profile differs
    // from this id.
    externalIds: { ...externalIds, 'iface-id': vif.id },
    ...(vif.isolated && { initialVlan: { tag: DEAD_VLAN } }),
    bound: true,
  };
  return [
    ...deviceOf(vif, name, tap),
    bridgeOf(vif),
    { ...bridgeOf(vif), name: portBridge, shared: false, exclusive: true },
    ...portOf(onOwnBridge, { name, awaited: tap !== undefined }),
    patch,
  ];
}

/**
 * A vhost-user socket of DPDK between guest and switch. `guestIs` tells whether the guest is its client or
 * its server.
 */
export function vhostUserWiring(vif: OvsVif, guestIs: 'client' | 'server', path: string | undefined): Wiring {
  const { vhostUser: name } = namesOf(vif.id);
  const port =
    guestIs === 'client'
      ? { name, type: 'dpdkvhostuser' }
      : { name, type: 'dpdkvhostuserclient', ...(path !== undefined && { options: { 'vhost-server-path': path } }) };
  return [bridgeOf(vif, 'netdev'), ...portOf(vif, { ...port, mtuRequest: vif.mtu, bound: true }, 'netdev')];
}

/** The representor of a virtual function. The owner of the port owns the device, so the port comes first. */
export function representorWiring(vif: OvsVif, representor: string, pciAddress: string): Wiring {
  const device: ExistingLinkElement = {
    kind: 'existing-link',
    name: representor,
    mtu: vif.mtu,
    up: true,
    ownedByPort: true,
  };
  return [bridgeOf(vif), ...portOf(vif, { name: representor, pciAddress, bound: true }), device];
}

/** A virtual function with a representor that DPDK opens. An unplug needs only the name of the port. */
export function dpdkWiring(vif: OvsVif, physicalFunction?: string, number?: number): Wiring {
  const { dpdkRepresentor: name } = namesOf(vif.id);
  const options =
    physicalFunction === undefined ? {} : { 'dpdk-devargs': `${physicalFunction},representor=[${number}]` };
  return [bridgeOf(vif), ...portOf(vif, { name, type: 'dpdk', options, bound: true })];
}

function bridgeOf({ bridge, datapathType }: OvsVif, defaultDatapathType = 'system'): OvsBridgeElement {
  return {
    kind: 'ovs-bridge',
    name: bridge,
    ...(datapathType === undefined ? { defaultDatapathType } : { datapathType }),
    shared: !isTrunkBridge(bridge),
    awaited: true,
  };
}

type PortOwner = Pick<OvsVif, 'bridge' | 'datapathType' | 'isolated' | 'qosType'> & {
  readonly externalIds: OvsMap | undefined;
};

function portOf(
  vif: PortOwner,
  port: Pick<OvsPortElement, 'name' | 'type' | 'options' | 'mtuRequest' | 'pciAddress' | 'awaited' | 'bound'>,
  defaultDatapathType = 'system',
): (OvsPortElement | OvsQosElement)[] {
  const { bridge, externalIds, isolated, qosType, datapathType = defaultDatapathType } = vif;
  // The agent of a trunk sets the VLANs of the bridge before the port exists (Launchpad bug 2069543).
  const initialVlan: PortValues | undefined =
    isolated && !isTrunkBridge(bridge) ? { tag: DEAD_VLAN, vlanMode: 'trunk', trunks: [DEAD_VLAN] } : undefined;
  const element: OvsPortElement = {
    kind: 'ovs-port',
    bridge,
    ...(externalIds && { externalIds }),
    ...(initialVlan && { initialVlan }),
    ...port,
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
      // With an ageing time of 0, the bridge forgets addresses at once and floods frames. The guest then
      // loses no frame during a migration (Launchpad bug 1715317).
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
