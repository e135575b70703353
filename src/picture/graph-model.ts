/** The diagram of a wiring as plain JSON data. */

import type { GraphNodeKind } from '../wiring/drawing.ts';

export type { GraphNodeKind };

/** Plain JSON data. Edges lead from the guest to the wire. */
export interface Graph {
  /** One line: whose wiring it is. */
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Those that have nodes. */
  readonly groups: readonly GraphGroup[];
}

/** A box of the picture: a device, a switch, the guest, the wire. */
export interface GraphNode {
  /** Of this graph's nodes alone. */
  readonly id: string;
  readonly kind: GraphNodeKind;
  /** As the host knows it: a device's name, a PCI address, a path. Whatever was passed in: each format escapes it in its own way. */
  readonly name: string;
  /** Such as `mtu 1450`. */
  readonly facts: readonly string[];
  /** What is wrong with it, or will be done to it. */
  readonly notes: readonly string[];
  /** Absent: as it should be, or nobody looked. */
  readonly state?: GraphState;
  /** Id of its group. */
  readonly group?: GraphGroup['id'];
}

/** A line between two boxes. */
export interface GraphEdge {
  /** Id of a node. */
  readonly from: string;
  readonly to: string;
  /** `carries` packets, or only `governs` what the other end does. */
  readonly kind: 'carries' | 'governs';
  /** What joins the two, such as `port`; empty where it goes without saying. */
  readonly label: string;
  readonly facts: readonly string[];
  readonly notes: readonly string[];
  readonly state?: GraphState;
}

/** Boxes that are framed together: those of this VIF, those that VIFs share. */
export interface GraphGroup {
  readonly id: 'own' | 'shared';
  readonly title: string;
}

/**
 * Of a check: `missing`, `differs`, `conflict` (a plug would fail). Of a plan: `create`, `change`, `refuse`.
 */
export type GraphState = 'missing' | 'differs' | 'conflict' | 'create' | 'change' | 'refuse';

/** How a picture is laid out. */
export interface LayoutOptions {
  /** Where the wire is from the guest; `down` where there is little room beside. Default `right`. */
  readonly direction?: 'right' | 'down';
}
