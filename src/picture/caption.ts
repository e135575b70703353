/** What is written on a node and on an edge, in words that all formats share. */

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

/** Lines of printable text: the name, what it is, then facts and notes. */
export function captionOf({ name, kind, facts, notes }: GraphNode): string[] {
  return [name, KINDS[kind], ...facts, ...notes.map((note) => `! ${note}`)].map(printable);
}

/** Lines of printable text; none for an edge that goes without saying. */
export function edgeCaptionOf({ label, facts, notes }: GraphEdge): string[] {
  return [...(label === '' ? [] : [label]), ...facts, ...notes.map((note) => `! ${note}`)].map(printable);
}
