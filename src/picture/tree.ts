/** Splits a graph into trees, for formats that cannot draw a node with two parents. */

import { printable } from '../text/printable.ts';
import type { Graph, GraphEdge, GraphNode } from './graph-model.ts';

/** A child of a node, and the edge to it. */
export interface Branch {
  readonly edge: GraphEdge;
  readonly node: GraphNode;
}

/** One tree for each connected component of the graph. */
export class Tree {
  readonly roots: readonly GraphNode[];
  /** The names of the ends of edges that are not part of a tree. */
  readonly others: readonly { readonly from: string; readonly to: string }[];
  readonly #branches = new Map<string, Branch[]>();

  constructor({ nodes, edges }: Graph) {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const seen = new Set<string>();
    const taken = new Set<GraphEdge>();
    const grow = (node: GraphNode): void => {
      seen.add(node.id);
      for (const edge of edges) {
        const other = edge.from === node.id ? byId.get(edge.to) : edge.to === node.id ? byId.get(edge.from) : undefined;
        if (other === undefined || seen.has(other.id)) continue;
        taken.add(edge);
        this.#branches.set(node.id, [...(this.#branches.get(node.id) ?? []), { edge, node: other }]);
        grow(other);
      }
    };
    const roots: GraphNode[] = [];
    for (const node of nodes) {
      if (seen.has(node.id)) continue;
      roots.push(node);
      grow(node);
    }
    this.roots = roots;
    const nameOf = (id: string) => printable(byId.get(id)?.name ?? '');
    this.others = edges
      .filter((edge) => !taken.has(edge))
      .map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) }));
  }

  /** The branches of a node, the longest last. Nodes that only govern this node come first. */
  branchesOf(node: GraphNode): Branch[] {
    const weight = ({ edge, node: child }: Branch) => (edge.kind === 'governs' ? 0 : 1 + this.#heightOf(child));
    return [...(this.#branches.get(node.id) ?? [])].sort((a, b) => weight(a) - weight(b));
  }

  #heightOf(node: GraphNode): number {
    const below = this.#branches.get(node.id) ?? [];
    return 1 + Math.max(0, ...below.map((branch) => this.#heightOf(branch.node)));
  }
}
