/**
 * What a diagram shows of an element, as plain JSON data.
 * `picture/` puts the drawings of all elements into one graph.
 */

/** Where names are unique: elements that name the same thing in the same place share one node. */
export type DrawingPlace = 'device' | 'bridge' | 'switch' | 'port' | 'socket' | 'function' | 'filter' | 'element';

/** What a node of a diagram stands for. */
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
  /** A port of Open vSwitch that is no network device. */
  | 'port'
  | 'socket'
  /** A PCI function. */
  | 'function'
  /** A rule that packets have to pass. */
  | 'filter'
  /** An element of a plugin that is none of these. */
  | 'element'
  /** The host's own routing. */
  | 'routing'
  | 'wire';

/** Something on the host. */
export interface DrawnThing {
  readonly place: DrawingPlace;
  /** The name of the device, the PCI address, the name of the chain, and so on. */
  readonly name: string;
  /** Packets leave the host by this device. Default: false. */
  readonly uplink?: boolean;
}

/** A thing that belongs to the element. Drifts whose `on` is the name of the thing are marked on it. */
export interface DrawnNode extends DrawnThing {
  /** Default: the kind of the place, such as `device`. */
  readonly kind?: GraphNodeKind;
  /** `own`: of this VIF alone. `shared`: used by several VIFs. Absent: of another owner. */
  readonly group?: 'own' | 'shared';
  /** Short texts in the node, such as `mtu 1450`. */
  readonly facts?: readonly string[];
  /**
   * The properties whose drifts are marked here, where another element has a thing of the same name.
   * Default: all.
   */
  readonly properties?: readonly string[];
}

/** A line between two things. A thing that no element has drawn becomes a node with its name only. */
export interface DrawnEdge {
  readonly from: DrawnThing;
  readonly to: DrawnThing;
  /** `carries` packets, or only `governs` what the other end does. Default: `carries`. */
  readonly kind?: 'carries' | 'governs';
  /** What joins the two, such as `pair`. Default: no label. */
  readonly label?: string;
  readonly facts?: readonly string[];
}

/** What a diagram shows of an element. */
export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges?: readonly DrawnEdge[];
}

/** The group of a thing that VIFs share, or that one VIF has for itself. */
export function groupOf(shared: boolean | undefined): 'own' | 'shared' {
  return shared ? 'shared' : 'own';
}

/** The fact about an MTU; none when the element does not set it. */
export function mtuFact(mtu: number | undefined): string[] {
  return mtu === undefined ? [] : [`mtu ${mtu}`];
}
