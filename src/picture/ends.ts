/**
 * Draws the two ends of a wiring, which are not elements: the guest with the devices of the
 * hypervisor, and the network.
 */

import { isIsolated } from '../objects/guest-isolation.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import {
  type VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFHostDevice,
  VIFNestedDPDK,
  VIFOpenVSwitch,
  VIFVHostUser,
} from '../objects/vif.ts';
import type { NodeDetails, NodeDraft, Sketch } from './sketch.ts';

/** Adds the node of the guest, and an edge to the node to which the guest is attached. */
export function drawGuest(sketch: Sketch, vif: VIFBase | undefined, instance: InstanceInfo | undefined): void {
  const attachment = (vif && attachmentOf(vif, sketch)) ?? inferAttachment(sketch);
  const name = instance?.name || instance?.uuid || (vif instanceof VIFNestedDPDK ? 'pod' : 'guest');
  const guest = sketch.node('guest', '', { name, facts: vif?.address ? [`NIC ${vif.address}`] : [] });
  if (attachment) sketch.join(guest, attachment);
}

/**
 * Adds the node of the network, with an edge from each node where packets leave the host.
 * A TAP that is connected only to the guest gets an edge to the routing of the host.
 */
export function drawWire(sketch: Sketch, vif: VIFBase | undefined): void {
  const leaving = [...sketch.uplinks].filter(({ kind }) => kind === 'device' || kind === 'function');
  const switches = sketch.ofKind('switch').filter(({ group }) => group !== 'own');
  const passedThrough = sketch
    .ofKind('function')
    .filter((node) => sketch.neighbours(node).every(({ kind }) => kind === 'guest'));
  const name = vif?.network?.label || 'network';
  for (const node of new Set([...leaving, ...switches, ...passedThrough]))
    sketch.join(node, sketch.node('wire', '', { name }));
  for (const tap of sketch.ofKind('tap')) {
    if (sketch.neighbours(tap).every(({ kind }) => kind === 'guest')) {
      sketch.join(tap, sketch.node('routing', '', { name: 'the host' }));
    }
  }
}

const BY_HYPERVISOR = 'created by the hypervisor';

type GuestAttachment = (sketch: Sketch) => NodeDraft | undefined;

/** The node to which the guest is attached, by the class of its VIF. */
function attachmentOf(vif: VIFBase, sketch: Sketch): NodeDraft | undefined {
  if (vif instanceof VIFGeneric) return tapOf(vif.vifName, sketch);
  if (vif instanceof VIFBridge) return bridgedTap(vif)(sketch);
  if (vif instanceof VIFOpenVSwitch) return switchedTap(vif)(sketch);
  if (vif instanceof VIFDirect) return macvtapOf(vif)(sketch);
  if (vif instanceof VIFVHostUser) return socketOf(vif)(sketch);
  if (vif instanceof VIFHostDevice) return functionOf(vif)(sketch);
  if (vif instanceof VIFNestedDPDK) return nestedFunctionOf(vif)(sketch);
  return undefined;
}

/**
 * The probable node to which the guest is attached, if the VIF is not given: a device of a kind for guests,
 * or else a device that belongs only to this VIF.
 */
function inferAttachment(sketch: Sketch): NodeDraft | undefined {
  const [made] = sketch.ofKind('tap', 'macvtap', 'socket');
  const [found] = sketch.ofKind('device').filter((node) => !sketch.uplinks.has(node));
  const [other] = sketch.ofKind('port', 'bridge', 'switch', 'function').filter(({ group }) => group === 'own');
  return made ?? found ?? other;
}

/** The node of the TAP. If the wiring does not contain the TAP, the hypervisor creates it. */
function tapOf(name: string | undefined, sketch: Sketch, details: NodeDetails = {}): NodeDraft {
  const found = name === undefined ? undefined : sketch.find('device', name);
  if (found && found.kind !== 'device') return found;
  return sketch.node('device', name ?? '', {
    kind: 'tap',
    ...(name ? {} : { name: 'a TAP' }),
    ...details,
    facts: [BY_HYPERVISOR],
  });
}

/** The TAP of the guest, as a port of the bridge. */
function bridgedTap({ vifName, bridgeName }: VIFBridge): GuestAttachment {
  return (sketch) => {
    const tap = tapOf(vifName, sketch);
    if (bridgeName !== undefined) sketch.join(tap, sketch.node('bridge', bridgeName));
    return tap;
  };
}

/** The TAP of the guest, as a port of the switch. */
function switchedTap({ vifName, bridgeName, network }: VIFOpenVSwitch): GuestAttachment {
  return (sketch) => {
    const tap = tapOf(vifName, sketch);
    const bridge = network?.bridge || bridgeName;
    // If the hypervisor also creates the port, the wiring contains only the bridge.
    if (bridge && sketch.neighbours(tap).length === 0) {
      sketch.join(tap, sketch.node('switch', bridge), { label: 'port', facts: [BY_HYPERVISOR] });
    }
    return tap;
  };
}

/** The macvtap device of the guest, and the device or the PCI function below it. */
function macvtapOf(vif: VIFDirect): GuestAttachment {
  const { vifName, devAddress, vlanName, mode, network } = vif;
  return (sketch) => {
    const made = vifName === undefined ? undefined : sketch.find('device', vifName);
    if (made) return made;
    const shown = isIsolated(vif) ? 'private' : mode;
    const facts = [...(shown === undefined ? [] : [`mode ${shown}`]), BY_HYPERVISOR];
    const name = vifName === undefined ? { name: 'a macvtap' } : {};
    const macvtap = sketch.node('device', vifName ?? '', { kind: 'macvtap', ...name, facts });
    const lower = vlanName || network?.bridgeInterface;
    const below =
      (!vlanName || mode === 'passthrough') && devAddress !== undefined
        ? sketch.node('function', devAddress)
        : lower && sketch.node('device', lower);
    if (below) {
      sketch.join(macvtap, below);
      sketch.uplinks.add(below);
    }
    return macvtap;
  };
}

/** The socket of vhost-user to which the guest connects. It leads to a switch in user space. */
function socketOf({ path }: VIFVHostUser): GuestAttachment {
  return (sketch) => {
    const [made] = sketch.ofKind('socket');
    if (made) {
      made.name = path ?? made.name;
      return made;
    }
    const socket = sketch.node('socket', path ?? 'socket');
    sketch.join(socket, sketch.node('switch', '', { name: 'a switch in user space' }));
    return socket;
  };
}

/**
 * The PCI function of the guest.
 * In switchdev mode, its representor on the switch is a network device or a DPDK port.
 */
function functionOf({ devAddress }: VIFHostDevice): GuestAttachment {
  return (sketch) => {
    const [representor] = [...sketch.ofKind('device'), ...sketch.ofKind('port')];
    const passedThrough = sketch.node('function', devAddress ?? 'a PCI function', { group: 'own' });
    if (representor) sketch.join(passedThrough, representor, { label: 'representor' });
    return passedThrough;
  };
}

function nestedFunctionOf({ pciAddress, devDriver }: VIFNestedDPDK): GuestAttachment {
  return (sketch) => {
    const facts = devDriver === undefined ? [] : [`driver before: ${devDriver}`];
    return sketch.node('function', pciAddress ?? 'a PCI function', { group: 'own', facts });
  };
}
