/**
 * Draws diagrams of graphs as Mermaid, Graphviz's DOT, SVG, and text for a terminal.
 * `OsVif.graph` creates graphs.
 *
 * @module os-vif/picture
 */
export { toDot } from '../picture/dot.ts';
export * from '../picture/graph.ts';
export * from '../picture/graph-model.ts';
export * from '../picture/mermaid.ts';
export * from '../picture/svg.ts';
export * from '../picture/text.ts';
