/** The captions of nodes and edges, for all formats. */

import { printable } from '../text/printable.ts';
import type { GraphEdge, GraphNode, GraphNodeKind } from './graph-model.ts';

const KINDS: Readonly<Record<GraphNodeKind, string>> = {
  guest: 'guest',
  tap: 'TAP',
  macvtap: 'macvtap',
  veth: 'veth',
  vlan: 'VLAN device',
  device: 'network device',
  bridge: 'Linux bridge',
  switch: 'switch',
  port: 'switch port',
  socket: 'vhost-user socket',
  function: 'PCI function',
  filter: 'filter',
  element: 'element of a plugin',
  routing: 'routes packets',
  wire: 'wire',
};

/** The caption of a node as lines of printable text: name, kind, facts, notes. */
export function captionOf({ name, kind, facts, notes }: GraphNode): string[] {
  return [name, KINDS[kind], ...facts, ...notes.map((note) => `! ${note}`)].map(printable);
}

/** The caption of an edge as lines of printable text: label, facts, notes. May be empty. */
export function edgeCaptionOf({ label, facts, notes }: GraphEdge): string[] {
  return [...(label === '' ? [] : [label]), ...facts, ...notes.map((note) => `! ${note}`)].map(printable);
}
