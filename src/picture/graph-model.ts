/** The diagram of a wiring as plain JSON data. */

import type { GraphNodeKind } from '../wiring/drawing.ts';

export type { GraphNodeKind };

/** A graph of devices and rows, as plain JSON data. Edges point from the guest to the wire. */
export interface Graph {
  /** The VIF and the guest, in one line. */
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The groups that have nodes. */
  readonly groups: readonly GraphGroup[];
}

/** A node: a device, a switch, the guest, or the wire. */
export interface GraphNode {
  /** The id of the node, unique in this graph. */
  readonly id: string;
  readonly kind: GraphNodeKind;
  /**
   * The name on the host: the name of a device, a PCI address, a path.
   * It is not escaped; each format escapes it.
   */
  readonly name: string;
  /** Facts about the node, such as `mtu 1450`. */
  readonly facts: readonly string[];
  /** Descriptions of the drift of the node, or of the steps of a plug. */
  readonly notes: readonly string[];
  /** Absent if there is no drift and no step, or if the graph contains no drift. */
  readonly state?: GraphState;
  /** The id of the group of the node. */
  readonly group?: GraphGroup['id'];
}

/** An edge between two nodes. */
export interface GraphEdge {
  /** Id of a node. */
  readonly from: string;
  readonly to: string;
  /** `carries`: the edge carries packets. `governs`: one end only controls the other end. */
  readonly kind: 'carries' | 'governs';
  /** The type of the connection, such as `port`. May be empty. */
  readonly label: string;
  readonly facts: readonly string[];
  readonly notes: readonly string[];
  readonly state?: GraphState;
}

/** A group of nodes in a common frame: the nodes of this VIF, or the shared nodes. */
export interface GraphGroup {
  readonly id: 'own' | 'shared';
  readonly title: string;
}

/**
 * The state of a node or an edge. From a check: `missing`, `differs`, `conflict` (a plug would fail).
 * From a plan: `create`, `change`, `refuse`.
 */
export type GraphState = 'missing' | 'differs' | 'conflict' | 'create' | 'change' | 'refuse';

/** Options of the layout of a diagram. */
export interface LayoutOptions {
  /** The direction from the guest to the wire. `down` suits narrow pages. Default: `right`. */
  readonly direction?: 'right' | 'down';
}
