/** `os-vif graph`: draws diagrams of VIFs. */

import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import type { InstanceInfo } from '../../objects/instance-info.ts';
import type { Graph } from '../../picture/graph-model.ts';
import { hasColors, printText, warnOfBareNetwork } from '../output/output.ts';
import { addWiringVerb, type WiringOptions } from '../verb.ts';

/** Adds the verb `graph` to the command. */
export function addGraph(program: Command): void {
  addWiringVerb(program, {
    name: 'graph',
    summary: 'draw a diagram of each VIF, from the guest to the wire',
    examples: ['graph vif.json', 'graph vif.json --format mermaid', 'graph vif.json --show plan'],
  })
    .addOption(
      new Option('--format <format>', 'the format of the diagram')
        .choices(['text', 'mermaid', 'dot', 'svg'])
        .default('text'),
    )
    .addOption(
      new Option('--show <what>', 'mark the drift of the host, or the steps of a plug')
        .choices(['nothing', 'drift', 'plan'])
        .default('nothing'),
    )
    .action(draw);
}

interface GraphOptions extends WiringOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'svg';
  readonly show: 'nothing' | 'drift' | 'plan';
}

async function draw(files: string[], options: GraphOptions): Promise<void> {
  const { askEachVif } = await import('../each-vif.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const { format, json, show } = options;
  const { InstanceInfo } = await import('../../objects/instance-info.ts');
  const anyGuest = new InstanceInfo({ uuid: '00000000-0000-0000-0000-000000000000', name: 'guest' });
  const graphs = await askEachVif(
    files,
    options,
    // A picture alone shows no UUID, so it needs no guest. A drift and a plan compare the UUID with the host.
    ({ osVif, call }, { vif, instance }) =>
      osVif.graph(vif, show === 'nothing' && !instance.isSet('uuid') ? named(anyGuest, instance) : instance, {
        ...call,
        show,
      }),
    { sameIds: true, onBareNetwork: warnOfBareNetwork },
  );
  const answers = reportFailures(graphs);
  if (json) return printResults(graphs, ({ answer }) => answer);
  const count = graphs.results.length;
  if (format === 'svg' && count > 1)
    throw new UsageError(`an SVG shows one VIF, the input has ${count}: choose another --format or pass one VIF`);
  for (const { answer } of answers) printText(await FORMATS[format](answer));
}

/** The guest `any` with the name of the given guest, if that has one. */
function named(any: InstanceInfo, { name }: InstanceInfo): InstanceInfo {
  const guest = any.clone();
  if (name !== undefined) guest.name = name;
  return guest;
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
