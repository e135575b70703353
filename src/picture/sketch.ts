/** A graph under construction. Details from several elements are merged into one node. */

import type { DrawingPlace, GraphNodeKind } from '../wiring/drawing.ts';
import type { GraphEdge, GraphNode, GraphState } from './graph-model.ts';

/** A node or an edge, on which drifts and changes are marked. */
export interface Annotatable {
  facts: string[];
  notes: string[];
  state?: GraphState;
}

/** A node of a sketch. */
export interface NodeDraft extends Annotatable {
  readonly id: string;
  kind: GraphNodeKind;
  name: string;
  group?: 'own' | 'shared';
}

/** An edge of a sketch. */
export interface EdgeDraft extends Annotatable {
  from: NodeDraft;
  to: NodeDraft;
  readonly kind: GraphEdge['kind'];
  readonly label: string;
}

/** The properties of a node. */
export interface NodeDetails {
  /** Default: the kind of the place, such as `device`. */
  readonly kind?: GraphNodeKind;
  readonly name?: string;
  readonly group?: 'own' | 'shared' | undefined;
  readonly facts?: readonly string[];
}

/** The properties of an edge. */
export interface EdgeDetails {
  /** Default: `carries`. */
  readonly kind?: GraphEdge['kind'];
  readonly label?: string;
  readonly facts?: readonly string[];
}

/** The places, with the default kind of their nodes. A name is unique within a place. */
const PLACES = {
  guest: 'guest',
  device: 'device',
  bridge: 'bridge',
  switch: 'switch',
  port: 'port',
  socket: 'socket',
  function: 'function',
  filter: 'filter',
  element: 'element',
  routing: 'routing',
  wire: 'wire',
} as const satisfies Record<Place, GraphNodeKind>;

/** The places of elements, and those of the two ends of a diagram. */
export type Place = DrawingPlace | 'guest' | 'routing' | 'wire';

/** A graph under construction. */
export class Sketch {
  readonly #nodes = new Map<string, NodeDraft>();
  readonly #edges: EdgeDraft[] = [];
  /** The devices that are connected to the wire. */
  readonly uplinks = new Set<NodeDraft>();
  /** The ports of Open vSwitch by name. For a network device, the port is the edge to the switch. */
  readonly ports = new Map<string, Annotatable>();

  /** Returns the node with this name, or adds it. The details are merged with earlier ones. */
  node(place: Place, name: string, details: NodeDetails = {}): NodeDraft {
    const id = `${place}:${name}`;
    const node = this.#nodes.get(id) ?? { id, kind: PLACES[place], name, facts: [], notes: [] };
    this.#nodes.set(id, node);
    node.kind = details.kind ?? node.kind;
    node.name = details.name ?? node.name;
    if (details.group !== undefined) node.group = details.group;
    addNew(node.facts, details.facts ?? []);
    return node;
  }

  find(place: Place, name: string): NodeDraft | undefined {
    return this.#nodes.get(`${place}:${name}`);
  }

  ofKind(...kinds: readonly GraphNodeKind[]): NodeDraft[] {
    return [...this.#nodes.values()].filter(({ kind }) => kinds.includes(kind));
  }

  /** Returns the edge between the nodes, or adds it. */
  join(from: NodeDraft, to: NodeDraft, details: EdgeDetails = {}): EdgeDraft {
    const { kind = 'carries', label = '', facts = [] } = details;
    const found = this.#edges.find((edge) => edge.label === label && joins(edge, from, to));
    if (found) {
      addNew(found.facts, facts);
      return found;
    }
    const edge: EdgeDraft = { from, to, kind, label, facts: [...facts], notes: [] };
    this.#edges.push(edge);
    return edge;
  }

  neighbours(node: NodeDraft): NodeDraft[] {
    return this.#edges.flatMap(({ from, to }) => (from === node ? [to] : to === node ? [from] : []));
  }

  /** Returns the graph as plain data. Every edge points away from the guest. */
  finish(): { readonly nodes: GraphNode[]; readonly edges: GraphEdge[] } {
    const steps = this.#stepsFromGuest();
    const distance = (node: NodeDraft): number => steps.get(node) ?? Number.POSITIVE_INFINITY;
    const nodes = [...this.#nodes.values()].sort((a, b) => compare(distance(a), distance(b)));
    const edges = this.#edges
      .map((edge) => (distance(edge.from) <= distance(edge.to) ? edge : { ...edge, from: edge.to, to: edge.from }))
      .sort((a, b) => compare(distance(a.from), distance(b.from)))
      .map((edge): GraphEdge => ({ ...edge, from: edge.from.id, to: edge.to.id }));
    return { nodes: nodes.map((node) => ({ ...node })), edges };
  }

  #stepsFromGuest(): Map<NodeDraft, number> {
    const steps = new Map(this.ofKind('guest').map((guest) => [guest, 0]));
    for (const [node, distance] of steps) {
      for (const next of this.neighbours(node)) if (!steps.has(next)) steps.set(next, distance + 1);
    }
    return steps;
  }
}

function joins({ from, to }: EdgeDraft, a: NodeDraft, b: NodeDraft): boolean {
  return (from === a && to === b) || (from === b && to === a);
}

function addNew(facts: string[], more: readonly string[]): void {
  for (const fact of more) if (!facts.includes(fact)) facts.push(fact);
}

/** Compares two numbers for sorting. A subtraction is wrong here, because Infinity minus Infinity is NaN. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
