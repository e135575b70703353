/** `os-vif show`: prints the fields of objects as tables. */

import type { Command } from 'commander';
import type { VersionedObject } from '../../versioned/versioned-object.ts';
import { readDocuments } from '../input/documents.ts';
import { itemsOf } from '../input/payloads.ts';
import { colored, printsJson, printText, shown } from '../output/output.ts';
import { type Cell, tableOf } from '../output/table.ts';
import { addVerb, type CommonOptions, configOption, FILES } from '../verb.ts';

/** Adds the verb `show` to the command. */
export function addShow(program: Command): void {
  addVerb(program, {
    name: 'show',
    summary: 'print the fields of VIFs and other objects',
    more: [
      'JSON is the plain form. `convert` writes the wire form. ' +
        'Ports of Neutron and entries of network_info are shown as VIFs.',
    ],
    examples: ['show vif.json', 'show vifs.yaml --json'],
  })
    .argument(FILES, 'objects, ports or entries, in JSON or YAML; - for standard input (default: -)')
    .addOption(configOption())
    .action(show);
}

async function show(files: string[], options: CommonOptions): Promise<void> {
  const items = itemsOf(await readDocuments(files));
  const { readEach } = await import('../input/attachments.ts');
  const { anyObjectOf } = await import('../input/vifs.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const { BareNetworkWarning } = await import('../output/bare-network.ts');
  const warning = new BareNetworkWarning();
  const read = await readEach(items, (document) => anyObjectOf(document, warning));
  warning.print();
  const objects = reportFailures(read);
  if (printsJson(options)) return printResults(read, (object) => object.toPlain());
  for (const object of objects) printText(described(object));
}

function described(object: VersionedObject): string {
  const { type: _, ...plain } = object.toPlain();
  const title = colored('bold', `${object.type} ${object.version}`);
  return `${title}\n${tableOf(['field', 'value'], rowsOf(plain, ''))}`;
}

/** One row for each field, with its path such as `network.mtu`. A list of plain values is one row. */
function rowsOf(value: unknown, path: string): Cell[][] {
  if (Array.isArray(value) && value.every((element) => typeof element !== 'object'))
    return [[path, value.map(shown).join(', ') || '-']];
  if (Array.isArray(value)) return value.flatMap((element: unknown, i) => rowsOf(element, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [[path, shown(value)]];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    rowsOf(member, path === '' ? key : `${path}.${key}`),
  );
}
