/** A graph as SVG, laid out by Graphviz. */

import { printable } from '../text/printable.ts';
import { captionOf } from './caption.ts';
import { dotIn, type Typesetting } from './dot.ts';
import type { Graph, LayoutOptions } from './graph-model.ts';
import { STATE_STYLES, STATES } from './palette.ts';

/**
 * An SVG document that stands alone. It follows the reader's choice of light or dark, brings its own ground, and tells screen readers
 * what it shows. A line of more than 200 characters is broken. Loads Graphviz (WebAssembly, 1 MB) when first called.
 */
export async function toSvg(graph: Graph, options: LayoutOptions = {}): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  // framed() writes the title. Graphviz would read a long one in quadratic time.
  const svg = viz.renderString(dotIn(TYPESETTING, { ...graph, title: '' }, options), { format: 'svg' });
  return framed(svg, graph);
}

const TYPESETTING: Typesetting = {
  // Readers have other fonts than Graphviz: room for letters of one width is enough for theirs.
  font: 'Courier',
  // The time of Graphviz grows with the square of the length of a line.
  longestLine: 200,
};

/** Graphviz's drawing without its prologue and its names for things, which mean nothing to a reader. */
function framed(svg: string, graph: Graph): string {
  const [opening = ''] = /<svg[^>]*>/.exec(svg) ?? [];
  const [viewBox = ''] = /viewBox="[^"]*"/.exec(opening) ?? [];
  const [size = ''] = /width="[^"]*"\s+height="[^"]*"/.exec(opening) ?? [];
  const drawing = svg
    .slice(svg.indexOf(opening) + opening.length)
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '')
    .replaceAll(/<!--.*?-->\n?/gs, '')
    .replaceAll(/ id="[^"]*"/g, '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size.replaceAll(/\s+/g, ' ')} ${viewBox} role="img">`,
    `<title>${escaped(printable(graph.title))}</title>`,
    `<desc>${escaped(descriptionOf(graph))}</desc>`,
    `<style>${STYLE}</style>`,
    '<rect class="ground" width="100%" height="100%" rx="6"/>',
    drawing.trimStart(),
  ].join('\n');
}

/** CSS comes before the attributes that Graphviz writes. */
const STYLE = `
.ground{fill:#fff}
text{font-family:Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){
.ground{fill:#0d1117}
.node text{fill:#e6edf3}
.node :is(path,polygon,ellipse,polyline),.edge path{stroke:#9198a1}
.edge text,.cluster text{fill:#9198a1}
.cluster path{stroke:#4c545d}
${STATES.map((state) => `.${state} :is(path,polygon,ellipse,polyline){stroke:${STATE_STYLES[state].dark}}.${state} text{fill:${STATE_STYLES[state].dark}}`).join('\n')}
}
`;

/** From the guest to the wire, as one would tell it. */
function descriptionOf({ nodes, edges }: Graph): string {
  const names = new Map(nodes.map((node) => [node.id, captionOf(node).join(', ')]));
  const parts = nodes.map(({ id }) => names.get(id));
  const joins = edges.map(({ from, to }) => `${nameOf(names, from)} to ${nameOf(names, to)}`);
  return `${parts.join('; ')}. Joined: ${joins.join(', ')}.`;
}

function nameOf(names: ReadonlyMap<string, string>, id: string): string {
  return names.get(id)?.split(', ', 1)[0] ?? '';
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replaceAll(/[&<>]/g, (char) => entities[char] ?? char);
}
