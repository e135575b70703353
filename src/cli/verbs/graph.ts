/** `os-vif graph`: pictures of what VIFs are made of. */

import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import type { Graph } from '../../picture/graph.ts';
import { hasColors, printJson, printText } from '../output.ts';
import {
  addHostOptions,
  addInstanceOptions,
  addVerb,
  type CommonOptions,
  FILES,
  FILES_HELP,
  type HostOptions,
  type InstanceOptions,
} from '../verb.ts';

export function addGraph(program: Command): void {
  const verb = addVerb(program, {
    name: 'graph',
    summary: 'draw what VIFs are made of, from the guest to the wire',
    examples: ['graph vif.json', 'graph vif.json --format mermaid', 'graph vif.json --show plan'],
  })
    .argument(FILES, FILES_HELP)
    .addOption(
      new Option('--format <format>', 'how to draw').choices(['text', 'mermaid', 'dot', 'svg']).default('text'),
    )
    .addOption(
      new Option('--show <what>', 'in colour, where the host differs, or what a plug would do')
        .choices(['nothing', 'drift', 'plan'])
        .default('nothing'),
    );
  addHostOptions(addInstanceOptions(verb)).action(draw);
}

interface GraphOptions extends CommonOptions, HostOptions, InstanceOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'svg';
  readonly show: 'nothing' | 'drift' | 'plan';
}

async function draw(files: string[], options: GraphOptions): Promise<void> {
  const { readAttachments } = await import('../attachments.ts');
  const { withOsVif } = await import('../session.ts');
  const { attachments, isList } = await readAttachments(files, options);
  if (options.format === 'svg' && !options.json && attachments.length > 1) {
    throw new UsageError(`one SVG shows one VIF, these are ${attachments.length}`);
  }
  const graphs = await withOsVif(options, async ({ osVif, call }) => {
    const graphs: Graph[] = [];
    for (const { vif, instance } of attachments) {
      graphs.push(await osVif.graph(vif, instance, { ...call, show: options.show }));
    }
    return graphs;
  });
  if (options.json) printJson(isList ? graphs : graphs[0]);
  else for (const graph of graphs) printText(await FORMATS[options.format](graph));
}

const FORMATS: Readonly<Record<GraphOptions['format'], (graph: Graph) => Promise<string>>> = {
  text: async (graph) => {
    const { toText } = await import('../../picture/text.ts');
    return toText(graph, { width: process.stdout.columns || 80, colors: hasColors() });
  },
  mermaid: async (graph) => (await import('../../picture/mermaid.ts')).toMermaid(graph),
  dot: async (graph) => (await import('../../picture/dot.ts')).toDot(graph),
  svg: async (graph) => (await import('../../picture/svg.ts')).toSvg(graph),
};
