/** What is written on a node and on an edge, in words that all formats share. */

import type { GraphEdge, GraphNode, GraphNodeKind } from './graph.ts';

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

/**
 * What can't be seen is written as its code point: names come from others, and must neither steer a terminal nor turn the
 * text around it (Unicode's category C, with Zl and Zp).
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
