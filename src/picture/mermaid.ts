/** Writes a graph in the syntax of Mermaid, which GitHub and GitLab display as a diagram. */

import { requireArgument, requireOptions } from '../errors/argument.ts';
import { printable } from '../text/printable.ts';
import { captionOf, edgeCaptionOf } from './caption.ts';
import type { Graph, GraphEdge, GraphNode, GraphNodeKind, LayoutOptions } from './graph-model.ts';
import { GRAPH, LAYOUT_OPTIONS } from './layout-options.ts';
import { STATE_STYLES, STATES } from './palette.ts';

/** The graph as a flowchart of Mermaid. Names are escaped. */
export function toMermaid(graph: Graph, options: LayoutOptions = {}): string {
  requireArgument('toMermaid', graph, GRAPH);
  requireOptions('toMermaid', options, LAYOUT_OPTIONS);
  const { title, nodes, edges, groups } = graph;
  const { direction = 'right' } = options;
  const ids = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  const grouped = groups.flatMap((group) => [
    `  subgraph ${group.id}["${escaped(printable(group.title))}"]`,
    ...nodes.filter((node) => node.group === group.id).map((node) => `    ${nodeLine(node, ids)}`),
    '  end',
  ]);
  const lines = [
    `flowchart ${direction === 'right' ? 'LR' : 'TB'}`,
    `  accTitle: ${escaped(printable(title))}`,
    ...nodes.filter(({ group }) => group === undefined).map((node) => `  ${nodeLine(node, ids)}`),
    ...grouped,
    ...edges.map((edge) => `  ${edgeLine(edge, ids)}`),
    ...classLines(nodes, ids),
    ...linkStyles(edges),
  ];
  return `${lines.join('\n')}\n`;
}

/** The brackets of Mermaid around a label. They determine the shape of the node. */
const SHAPES: Partial<Record<GraphNodeKind, readonly [string, string]>> = {
  guest: ['([', '])'],
  bridge: ['[[', ']]'],
  switch: ['[[', ']]'],
  filter: ['{{', '}}'],
  wire: ['((', '))'],
  routing: ['((', '))'],
};

function nodeLine(node: GraphNode, ids: ReadonlyMap<string, string>): string {
  const [open, close] = SHAPES[node.kind] ?? ['[', ']'];
  return `${ids.get(node.id)}${open}"${captionOf(node).map(escaped).join('<br>')}"${close}`;
}

function edgeLine(edge: GraphEdge, ids: ReadonlyMap<string, string>): string {
  const line = edge.kind === 'governs' ? '-.-' : '---';
  const caption = edgeCaptionOf(edge).map(escaped).join('<br>');
  return `${ids.get(edge.from)} ${line}${caption === '' ? '' : `|"${caption}"|`} ${ids.get(edge.to)}`;
}

/** The classes of states. Only the stroke is coloured, so the background follows the theme of the page. */
function classLines(nodes: readonly GraphNode[], ids: ReadonlyMap<string, string>): string[] {
  return STATES.flatMap((state) => {
    const members = nodes.filter((node) => node.state === state).map(({ id }) => ids.get(id));
    if (members.length === 0) return [];
    return [`  classDef ${state} ${strokeOf(state)}`, `  class ${members.join(',')} ${state}`];
  });
}

function linkStyles(edges: readonly GraphEdge[]): string[] {
  return edges.flatMap(({ state }, i) => (state === undefined ? [] : [`  linkStyle ${i} ${strokeOf(state)}`]));
}

function strokeOf(state: (typeof STATES)[number]): string {
  const { light, dashed } = STATE_STYLES[state];
  return `stroke:${light},stroke-width:3px${dashed ? ',stroke-dasharray:6 4' : ''}`;
}

/**
 * Escapes text for a label. Mermaid reads `#35;` as the character with code 35. All characters except
 * letters, digits and some marks are escaped, because quotes end the label, and Mermaid interprets HTML and
 * Markdown. A list marker at the start of a line is also Markdown.
 */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N} .,:/()-]/gu, code)
    .replace(/^\s*(\d+[.)]|-)/, (start) => start.replace(/[.)-]$/, code));
}

function code(char: string): string {
  return `#${char.codePointAt(0)};`;
}
