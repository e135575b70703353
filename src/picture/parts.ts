/** Draws elements: the rows of Open vSwitch's database, and the drawings that other elements return. */

import { type Drawing, type DrawnNode, groupOf, mtuFact } from '../wiring/drawing.ts';
import type { OvsPortElement } from '../wiring/ovs/ovs-port.ts';
import { drawingOf, type Element, isOvsElement, labelOf, type OvsElement } from '../wiring/wiring.ts';
import type { Annotatable, NodeDraft, Sketch } from './sketch.ts';

/** A part of a graph on which drifts and changes are marked. */
export interface ElementPart {
  /** The name of the part in drifts. */
  readonly on: string;
  readonly item: Annotatable;
  /** The properties whose drifts are marked on this part, if another part has the same name. Default: all. */
  readonly properties?: readonly string[];
}

type OvsElementOf<K extends OvsElement['kind']> = Extract<OvsElement, { kind: K }>;

/**
 * Draws rows of Open vSwitch's database, by the kind of the element.
 * Elements of other kinds return their own drawings.
 */
const DRAWN: { readonly [K in OvsElement['kind']]: (element: OvsElementOf<K>, sketch: Sketch) => ElementPart[] } = {
  'ovs-bridge'({ name, datapathType, shared }, sketch) {
    const facts = ['Open vSwitch', ...(datapathType === undefined ? [] : [`datapath ${datapathType}`])];
    return [{ on: name, item: sketch.node('switch', name, { group: groupOf(shared), facts }) }];
  },

  'ovs-port'(element, sketch) {
    // `drawGuest` draws a port that the hypervisor creates.
    if (element.external) return [{ on: element.name, item: sketch.node('switch', element.bridge) }];
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

/** Adds the element to the graph, and returns the parts on which drifts of the element are marked. */
export function draw(element: Element, sketch: Sketch): ElementPart[] {
  return isOvsElement(element) ? drawRow(element, sketch) : addDrawing(drawingOf(element) ?? boxOf(element), sketch);
}

function drawRow<K extends OvsElement['kind']>(
  element: OvsElementOf<K> & { readonly kind: K },
  sketch: Sketch,
): ElementPart[] {
  return DRAWN[element.kind](element, sketch);
}

/** Adds the nodes and edges of the drawing to the sketch, and returns the nodes as parts. */
function addDrawing({ nodes, edges = [] }: Drawing, sketch: Sketch): ElementPart[] {
  const parts = nodes.map((node) => ({ on: node.name, item: nodeOf(node, sketch), ...propertiesOf(node) }));
  for (const { from, to, ...details } of edges) sketch.join(nodeOf(from, sketch), nodeOf(to, sketch), details);
  return parts;
}

/** The node of a thing. Elements that name the same thing share its node. */
function nodeOf({ place, name, uplink, ...details }: DrawnNode, sketch: Sketch): NodeDraft {
  const node = sketch.node(place, name, details);
  if (uplink) sketch.uplinks.add(node);
  return node;
}

function propertiesOf({ properties }: DrawnNode): Pick<ElementPart, 'properties'> {
  return properties === undefined ? {} : { properties };
}

/** The drawing of an element whose kind defines none: one box. */
function boxOf(element: Exclude<Element, OvsElement>): Drawing {
  const group = groupOf('shared' in element && element.shared);
  return { nodes: [{ place: 'element', name: labelOf(element), group }] };
}

/** The port of a network device is the edge between device and switch. Any other port is a node. */
function drawOvsPort(element: OvsPortElement, sketch: Sketch): Annotatable {
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

function vlanFact(tag: number | undefined): string[] {
  return tag === undefined ? [] : [`VLAN ${tag}`];
}
