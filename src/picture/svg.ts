/** Draws a graph as SVG with the layout of Graphviz. */

import { requireArgument, requireOptions } from '../errors/argument.ts';
import { printable } from '../text/printable.ts';
import { captionOf } from './caption.ts';
import { dotIn, type Typesetting } from './dot.ts';
import type { Graph, LayoutOptions } from './graph-model.ts';
import { GRAPH, LAYOUT_OPTIONS } from './layout-options.ts';
import { STATE_STYLES, STATES } from './palette.ts';

/**
 * A complete SVG document. It has its own background, follows the light or dark mode of the viewer, and
 * contains a description for screen readers. A line of more than 200 characters is broken. The first call
 * loads Graphviz (WebAssembly, 1 MB).
 */
export async function toSvg(graph: Graph, options: LayoutOptions = {}): Promise<string> {
  requireArgument('toSvg', graph, GRAPH);
  requireOptions('toSvg', options, LAYOUT_OPTIONS);
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  // framed() writes the title, because Graphviz takes quadratic time for a long title.
  const svg = viz.renderString(dotIn(TYPESETTING, { ...graph, title: '' }, options), { format: 'svg' });
  return framed(svg, graph);
}

const TYPESETTING: Typesetting = {
  // The viewer may use another font.
  // Boxes that are computed with a monospaced font are wide enough for most fonts.
  font: 'Courier',
  // The time of Graphviz grows quadratically with the length of a line.
  longestLine: 200,
};

/**
 * The drawing of Graphviz in the frame of the document, without the prologue and the
 * `<title>` elements of Graphviz.
 */
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

/** The style sheet. CSS overrides the attributes from Graphviz. */
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

/** The description for screen readers: all nodes, from the guest to the wire. */
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
