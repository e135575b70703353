/** Draws a graph for a terminal: boxes from the guest down to the wire. */

import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { BOOLEAN, integerFrom } from '../errors/value-kinds.ts';
import { cellWidth, wrap } from '../text/cells.ts';
import { captionOf, edgeCaptionOf } from './caption.ts';
import type { Graph, GraphEdge, GraphNode, GraphState } from './graph-model.ts';
import { GRAPH } from './layout-options.ts';
import { STATE_STYLES } from './palette.ts';
import { type Branch, Tree } from './tree.ts';

/** Options of a diagram for a terminal. */
export interface TextOptions {
  /** The width in cells, at least 24. Default: 80. */
  readonly width?: number;
  /** Colours nodes with a state, by escape sequences of ECMA-48. Default: false. */
  readonly colors?: boolean;
}

const OPTIONS: OptionKinds<TextOptions> = { width: integerFrom(1), colors: BOOLEAN };

/**
 * The diagram as text with box-drawing characters. Boxes beside each other can exceed `width`.
 * Shared nodes have a double frame.
 */
export function toText(graph: Graph, options: TextOptions = {}): string {
  requireArgument('toText', graph, GRAPH);
  requireOptions('toText', options, OPTIONS);
  const { width = 80, colors = false } = options;
  const tree = new Tree(graph);
  const pen: Pen = { width: Math.max(MIN_WIDTH, width), colors, under: undefined };
  const lines = tree.roots.flatMap((root) => drawn(root, tree, pen));
  for (const { from, to } of tree.others) lines.push(...wrap(`also joined: ${from} and ${to}`, pen.width));
  return `${lines.join('\n')}\n`;
}

const MIN_WIDTH = 24;

interface Pen {
  readonly width: number;
  readonly colors: boolean;
  /** The edge to the box above. */
  readonly under: GraphEdge | undefined;
}

/**
 * Draws a box and its branches. The last branch, which leads to the wire, is below the box.
 * The others are beside its line.
 */
function drawn(node: GraphNode, tree: Tree, pen: Pen): string[] {
  const branches = tree.branchesOf(node);
  const below = branches.at(-1);
  return [
    ...boxed(node, pen, below !== undefined),
    ...branches.slice(0, -1).flatMap((branch) => beside(branch, tree, pen, true)),
    ...(below === undefined ? [] : onward(below, tree, pen)),
  ];
}

/**
 * Draws the last branch.
 * A node that only governs the box is drawn beside it, because it does not lead to the wire.
 */
function onward(branch: Branch, tree: Tree, pen: Pen): string[] {
  if (branch.edge.kind === 'governs') return beside(branch, tree, pen, false);
  return [...railed(branch.edge, pen), ...drawn(branch.node, tree, { ...pen, under: branch.edge })];
}

function railed(edge: GraphEdge, { width, colors }: Pen): string[] {
  const words = edgeCaptionOf(edge).flatMap((text) => wrap(text, width - 4));
  const line = paint('│', edge.state, colors);
  return (words.length > 0 ? words : ['']).map((text) => `  ${line} ${paint(text, edge.state, colors)}`.trimEnd());
}

function beside({ edge, node }: Branch, tree: Tree, pen: Pen, goesOn: boolean): string[] {
  const rows = drawn(node, tree, { ...pen, width: Math.max(MIN_WIDTH, pen.width - 6), under: undefined });
  const rail = goesOn ? '│' : ' ';
  const words = edgeCaptionOf(edge).map((text) => `  │   ${paint(text, edge.state, pen.colors)}`);
  const arm = edge.kind === 'governs' ? '╌╌╌' : '───';
  return [
    ...words,
    ...rows.map((row, i) =>
      i === 0 ? `  │   ${row}` : i === 1 ? `  ${goesOn ? '├' : '└'}${arm}${row}` : `  ${rail}   ${row}`,
    ),
  ];
}

const SINGLE = { top: ['┌', '─', '┐', '┴'], side: '│', bottom: ['└', '─', '┘', '┬'] } as const;
const DOUBLE = { top: ['╔', '═', '╗', '╧'], side: '║', bottom: ['╚', '═', '╝', '╤'] } as const;

function boxed(node: GraphNode, { width, colors, under }: Pen, hangs: boolean): string[] {
  const frame = node.group === 'shared' ? DOUBLE : SINGLE;
  const [name = '', kind = '', ...more] = captionOf(node);
  const words = [name, node.group === 'shared' ? `${kind}, shared` : kind, ...more];
  const rows = words.flatMap((text) => wrap(text, width - 4));
  // Not Math.max(...): a long name has more lines than the stack has room for arguments.
  const inner = rows.reduce((widest, row) => Math.max(widest, cellWidth(row)), 4) + 2;
  const edge = ([left, dash, right, knot]: readonly [string, string, string, string], joined: boolean) =>
    paint(`${left}${dash}${joined ? knot : dash}${dash.repeat(inner - 2)}${right}`, node.state, colors);
  const side = paint(frame.side, node.state, colors);
  return [
    edge(frame.top, under !== undefined),
    ...rows.map((row) => `${side} ${paint(row, node.state, colors)}${' '.repeat(inner - 2 - cellWidth(row))} ${side}`),
    edge(frame.bottom, hangs),
  ];
}

function paint(text: string, state: GraphState | undefined, colors: boolean): string {
  return colors && state !== undefined && text !== '' ? `\u{1b}[${STATE_STYLES[state].sgr}m${text}\u{1b}[39m` : text;
}
