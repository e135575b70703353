/**
 * Pictures of wirings: Mermaid, Graphviz's DOT, SVG, and text for a terminal. Asks no host: `OsVif.graph` of `os-vif/host` does.
 *
 * @module os-vif/picture
 */
export { toDot } from '../picture/dot.ts';
export * from '../picture/graph.ts';
export * from '../picture/graph-model.ts';
export * from '../picture/mermaid.ts';
export * from '../picture/svg.ts';
export * from '../picture/text.ts';
