/**
 * The part of an element that a diagram shows, as plain JSON data. `picture/` joins the drawings of all
 * elements into one graph.
 */

/**
 * The scope in which a name is unique. Elements that name the same thing in the same scope share one node.
 */
export type DrawingPlace = 'device' | 'bridge' | 'switch' | 'port' | 'socket' | 'function' | 'filter' | 'element';

/** The kind of thing that a node represents. */
export type GraphNodeKind =
  | 'guest'
  | 'tap'
  | 'macvtap'
  | 'veth'
  | 'vlan'
  /** A network device of another kind, such as a NIC. */
  | 'device'
  | 'bridge'
  /** A bridge of Open vSwitch, or another switch. */
  | 'switch'
  /** A port of Open vSwitch that is not a network device. */
  | 'port'
  | 'socket'
  /** A PCI function. */
  | 'function'
  /** A rule that filters packets. */
  | 'filter'
  /** An element of a plugin that has none of these kinds. */
  | 'element'
  /** The routing of the host. */
  | 'routing'
  | 'wire';

/** A thing on the host, such as a device or a chain. */
export interface DrawnThing {
  readonly place: DrawingPlace;
  /** The name of the device, the PCI address, the name of the chain, and so on. */
  readonly name: string;
  /** Packets leave the host through this device. Default: false. */
  readonly uplink?: boolean;
}

/**
 * A thing that the element makes or changes. A drift is marked on the node whose name is the `on` of the
 * drift.
 */
export interface DrawnNode extends DrawnThing {
  /** Default: the name of the place, such as `device`. */
  readonly kind?: GraphNodeKind;
  /** `own`: used by this VIF alone. `shared`: used by several VIFs. Absent: the thing has another owner. */
  readonly group?: 'own' | 'shared';
  /** Short texts in the node, such as `mtu 1450`. */
  readonly facts?: readonly string[];
  /**
   * The properties whose drifts are marked on this node, if another element has a node of the same name.
   * Default: all.
   */
  readonly properties?: readonly string[];
}

/** A line between two things. A thing that no element has drawn becomes a node with only a name. */
export interface DrawnEdge {
  readonly from: DrawnThing;
  readonly to: DrawnThing;
  /**
   * `carries`: packets pass along the line. `governs`: one end only controls the other end. Default:
   * `carries`.
   */
  readonly kind?: 'carries' | 'governs';
  /** The label of the line, such as `pair`. Default: no label. */
  readonly label?: string;
  readonly facts?: readonly string[];
}

/** The nodes and lines that a diagram shows for an element. */
export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges?: readonly DrawnEdge[];
}

/** Returns `shared` for a thing that several VIFs use, and `own` for a thing of one VIF. */
export function groupOf(shared: boolean | undefined): 'own' | 'shared' {
  return shared ? 'shared' : 'own';
}

/** Returns the fact about an MTU. The list is empty if the element does not set the MTU. */
export function mtuFact(mtu: number | undefined): string[] {
  return mtu === undefined ? [] : [`mtu ${mtu}`];
}
