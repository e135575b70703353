/** How each kind of element is drawn. */

import { chainOf } from '../host-contract/filter-chains.ts';
import type { PortSettings } from '../host-contract/links.ts';
import type { ExistingDevice } from '../wiring/elements/existing-device.ts';
import type { OvsPortElement } from '../wiring/ovs/ovs-port.ts';
import type { Element } from '../wiring/wiring.ts';
import type { Markable, NodeDraft, Sketch } from './sketch.ts';

/** What of a picture a drift or a change is marked on. */
export interface Part {
  /** As drifts name it. */
  readonly on: string;
  readonly item: Markable;
  /** The properties that it is about, where another part goes by the same name. Default: all. */
  readonly properties?: readonly string[];
}

type ElementOf<K extends Element['kind']> = Extract<Element, { kind: K }>;

/** The compiler asks for a line here when there is a new kind. */
const DRAWN: { readonly [K in Element['kind']]: (element: ElementOf<K>, sketch: Sketch) => Part[] } = {
  tap({ name, mtu, mac, multiQueue, master }, sketch) {
    const facts = [...mtuFact(mtu), ...(mac ? [`host side ${mac}`] : []), ...(multiQueue ? ['multiqueue'] : [])];
    const tap = sketch.node('device', name, { kind: 'tap', group: 'own', facts });
    if (master !== undefined) sketch.join(tap, sketch.node('bridge', master));
    return [{ on: name, item: tap }];
  },

  bridge({ name, mtu, shared, stp, vlanFiltering }, sketch) {
    const facts = [...mtuFact(mtu), ...(stp ? ['STP'] : []), ...(vlanFiltering ? ['filters VLANs'] : [])];
    return [{ on: name, item: sketch.node('bridge', name, { group: groupOf(shared), facts }) }];
  },

  veth({ name, peer, mtu, master }, sketch) {
    const end = (of: string) => sketch.node('device', of, { kind: 'veth', group: 'own', facts: mtuFact(mtu) });
    const [near, far] = [end(name), end(peer)];
    if (master !== undefined) sketch.join(sketch.node('bridge', master), near);
    sketch.join(near, far, { label: 'pair' });
    return [
      { on: name, item: near },
      { on: peer, item: far },
    ];
  },

  macvtap({ name, lower, mode, mac, mtu }, sketch) {
    const facts = [`mode ${mode}`, ...mtuFact(mtu), ...(mac ? [mac] : [])];
    const macvtap = sketch.node('device', name, { kind: 'macvtap', group: 'own', facts });
    sketch.join(macvtap, lowerDevice(lower, sketch));
    return [{ on: name, item: macvtap }];
  },

  vlan({ name, id, lower, mtu, shared }, sketch) {
    const facts = [`VLAN ${id}`, ...mtuFact(mtu)];
    const vlan = sketch.node('device', name, { kind: 'vlan', group: groupOf(shared), facts });
    sketch.join(vlan, lowerDevice(lower, sketch));
    return [{ on: name, item: vlan }];
  },

  'existing-link'({ name, mtu }, sketch) {
    return [{ on: name, item: sketch.node('device', name, { facts: mtuFact(mtu) }), properties: ['mtu', 'up'] }];
  },

  port({ name, bridge, mtu, ...settings }, sketch) {
    const device = sketch.node('device', name, { facts: mtuFact(mtu) });
    sketch.uplinks.add(device);
    sketch.join(sketch.node('bridge', bridge), device, { facts: portFacts(settings) });
    return [{ on: name, item: device }];
  },

  'virtual-function'({ name, mac, vlan, trust, spoofCheck }, sketch) {
    const facts = [
      ...(mac ? [mac] : []),
      ...(vlan ? [`VLAN ${vlan}`] : []),
      ...(trust ? ['trusted'] : []),
      ...(spoofCheck ? ['spoof check'] : []),
    ];
    return [{ on: name, item: sketch.node('function', name, { group: 'own', facts }) }];
  },

  'forward-rule'({ name, interfaces, dropAction, shared }, sketch) {
    const facts = [`forwards to ${interfaces.includes('all') ? 'all' : interfaces.join(', ')}`, `else ${dropAction}`];
    const chain = chainOf(name);
    const rule = sketch.node('filter', chain, { group: groupOf(shared), facts });
    sketch.join(sketch.node('bridge', name), rule, { kind: 'governs' });
    return [{ on: chain, item: rule }];
  },

  'reflection-filter'({ name, lower }, sketch) {
    const filter = sketch.node('filter', name, { group: 'own', facts: ['does not come in from outside'] });
    sketch.join(lowerDevice(lower, sketch), filter, { kind: 'governs' });
    return [{ on: name, item: filter }];
  },

  'ovs-bridge'({ name, datapathType, shared }, sketch) {
    const facts = ['Open vSwitch', ...(datapathType === undefined ? [] : [`datapath ${datapathType}`])];
    return [{ on: name, item: sketch.node('switch', name, { group: groupOf(shared), facts }) }];
  },

  'ovs-port'(element, sketch) {
    const item = drawOvsPort(element, sketch);
    sketch.ports.set(element.name, item);
    return [{ on: element.name, item }];
  },

  'ovs-patch'({ name, bridge, peer, peerBridge, initialVlan }, sketch) {
    const end = (of: string, facts: string[] = []) =>
      sketch.node('port', of, { group: 'own', facts: ['patch', ...facts] });
    const [near, far] = [end(peer), end(name, vlanFact(initialVlan?.tag))];
    sketch.join(sketch.node('switch', peerBridge), near);
    sketch.join(near, far, { label: 'pair' });
    sketch.join(far, sketch.node('switch', bridge));
    return [
      { on: name, item: far },
      { on: peer, item: near },
    ];
  },

  'ovs-qos'({ name, type }, sketch) {
    const item = sketch.ports.get(name) ?? sketch.node('port', name);
    item.facts.push(`QoS ${type}`);
    return [{ on: name, item, properties: ['type'] }];
  },
};

/** Adds the element to the picture, and tells where in it drifts of the element are marked. */
export function draw<K extends Element['kind']>(element: ElementOf<K> & { readonly kind: K }, sketch: Sketch): Part[] {
  return DRAWN[element.kind](element, sketch);
}

/** A port that is a network device is drawn as what joins it to the switch, any other as a thing of its own. */
function drawOvsPort(element: OvsPortElement, sketch: Sketch): Markable {
  const { name, bridge, type = '', options = {}, mtuRequest, initialVlan } = element;
  const to = sketch.node('switch', bridge);
  const facts = vlanFact(initialVlan?.tag);
  if (type === '') return sketch.join(sketch.node('device', name), to, { label: 'port', facts });
  const port = sketch.node('port', name, { group: 'own', facts: [type, ...mtuFact(mtuRequest), ...facts] });
  const devargs = options['dpdk-devargs'];
  if (devargs !== undefined) port.facts.push(devargs);
  if (type.startsWith('dpdkvhostuser')) {
    sketch.join(sketch.node('socket', name, { name: options['vhost-server-path'] ?? name }), port);
  }
  sketch.join(port, to);
  return port;
}

function lowerDevice(lower: ExistingDevice, sketch: Sketch): NodeDraft {
  const device = typeof lower === 'string' ? sketch.node('device', lower) : sketch.node('function', lower.pciAddress);
  sketch.uplinks.add(device);
  return device;
}

function groupOf(shared: boolean | undefined): 'own' | 'shared' {
  return shared ? 'shared' : 'own';
}

function mtuFact(mtu: number | undefined): string[] {
  return mtu === undefined ? [] : [`mtu ${mtu}`];
}

function vlanFact(tag: number | undefined): string[] {
  return tag === undefined ? [] : [`VLAN ${tag}`];
}

function portFacts({ hairpin, isolated, learning }: PortSettings): string[] {
  return [
    ...(hairpin ? ['hairpin'] : []),
    ...(isolated ? ['isolated'] : []),
    ...(learning === false ? ['learns nothing'] : []),
  ];
}
