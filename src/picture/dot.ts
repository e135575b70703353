/** Writes a graph in the language of Graphviz (graphviz.org/doc/info/lang.html). */

import { requireArgument, requireOptions } from '../errors/argument.ts';
import { wrap } from '../text/cells.ts';
import { printable } from '../text/printable.ts';
import { captionOf, edgeCaptionOf } from './caption.ts';
import type { Graph, GraphEdge, GraphNode, GraphNodeKind, LayoutOptions } from './graph-model.ts';
import { GRAPH, LAYOUT_OPTIONS } from './layout-options.ts';
import { STATE_STYLES } from './palette.ts';

/**
 * The graph as DOT. Names are quoted.
 * The `class` of each node and edge contains its kind and its state, as in SVG.
 */
export function toDot(graph: Graph, options: LayoutOptions = {}): string {
  requireArgument('toDot', graph, GRAPH);
  requireOptions('toDot', options, LAYOUT_OPTIONS);
  return dotIn({ font: 'Helvetica', longestLine: Number.POSITIVE_INFINITY }, graph, options);
}

/** The font and the line length for Graphviz. */
export interface Typesetting {
  /** The font name. Graphviz computes the size of boxes with this font. */
  readonly font: string;
  /** The largest number of characters in a line. Longer lines are broken. */
  readonly longestLine: number;
}

/** The graph as DOT with the given typesetting. */
export function dotIn(
  { font, longestLine }: Typesetting,
  { title, nodes, edges, groups }: Graph,
  { direction = 'right' }: LayoutOptions,
): string {
  const ids = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  const clusters = groups.flatMap(({ id, title: said }) => [
    `  subgraph cluster_${id} {`,
    `    graph [${attributes({ label: labelOf([printable(said)], longestLine), class: id, style: 'rounded', labeljust: 'l', color: '#8c959f', fontcolor: '#57606a', fontsize: '10' })}];`,
    ...nodes.filter(({ group }) => group === id).map((node) => `    ${nodeLine(node, ids, longestLine)}`),
    '  }',
  ]);
  const fontname = `fontname=${quoted(font)}`;
  const lines = [
    `graph ${quoted(printable(title))} {`,
    `  graph [rankdir=${direction === 'right' ? 'LR' : 'TB'}, bgcolor=transparent, ${fontname}, nodesep=0.3, ranksep=0.25];`,
    `  node [shape=box, style=rounded, ${fontname}, fontsize=11, color="#57606a", fontcolor="#1f2328", margin="0.1,0.06"];`,
    `  edge [${fontname}, fontsize=10, color="#57606a", fontcolor="#57606a"];`,
    ...nodes.filter(({ group }) => group === undefined).map((node) => `  ${nodeLine(node, ids, longestLine)}`),
    ...clusters,
    ...edges.map((edge) => `  ${edgeLine(edge, ids, longestLine)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

const SHAPES: Partial<Record<GraphNodeKind, string>> = {
  guest: 'box3d',
  filter: 'note',
  wire: 'ellipse',
  routing: 'ellipse',
};

function nodeLine(node: GraphNode, ids: ReadonlyMap<string, string>, longestLine: number): string {
  const { kind, state } = node;
  const shape = SHAPES[kind];
  return `${ids.get(node.id)} [${attributes({
    label: labelOf(captionOf(node), longestLine),
    class: classOf(kind, state),
    ...(shape !== undefined && { shape, style: 'solid' }),
    ...(kind === 'switch' || kind === 'bridge' ? { style: 'solid', peripheries: '2' } : {}),
    ...stateAttributes(node, shape === undefined && kind !== 'switch' && kind !== 'bridge'),
  })}];`;
}

function edgeLine(edge: GraphEdge, ids: ReadonlyMap<string, string>, longestLine: number): string {
  const { kind, state } = edge;
  return `${ids.get(edge.from)} -- ${ids.get(edge.to)} [${attributes({
    label: labelOf(edgeCaptionOf(edge), longestLine),
    class: classOf(kind, state),
    ...(kind === 'governs' && { style: 'dotted' }),
    ...stateAttributes(edge, false),
  })}];`;
}

function labelOf(lines: readonly string[], longestLine: number): string {
  return lines.flatMap((line) => (line.length > longestLine ? wrap(line, longestLine) : line)).join('\n');
}

function stateAttributes({ state }: GraphNode | GraphEdge, rounded: boolean): Record<string, string> {
  if (state === undefined) return {};
  const { light, dashed } = STATE_STYLES[state];
  const styles = [...(rounded ? ['rounded'] : []), ...(dashed ? ['dashed'] : [])];
  return { color: light, fontcolor: light, penwidth: '2', ...(styles.length > 0 && { style: styles.join(',') }) };
}

function classOf(kind: string, state: string | undefined): string {
  return state === undefined ? kind : `${kind} ${state}`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(', ');
}

/** Quotes a label. Backslashes and `&` are escaped, because Graphviz interprets escapes and HTML entities. */
function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '&': '&amp;', '\n': '\\n' };
  return `"${text.replaceAll(/[\\"&\n]/g, (char) => escapes[char] ?? char)}"`;
}
