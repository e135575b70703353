/** `os-vif schema`: JSON Schemas of the objects, and of Neutron's ports. */

import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import { printJson, printsJson, printText } from '../output.ts';
import { tableOf } from '../table.ts';
import { addVerb, type CommonOptions } from '../verb.ts';

export function addSchema(program: Command): void {
  addVerb(program, {
    name: 'schema',
    summary: "print the JSON Schema of an object, or of Neutron's ports; without a name, list the objects",
    more: 'Draft 2020-12.',
    examples: ['schema', 'schema VIFOpenVSwitch', 'schema Network 1.0 --form plain', 'schema port'],
  })
    .argument('[object]', 'its name, such as VIFBridge; `port` for the ports of Neutron')
    .argument('[version]', 'default: its newest')
    .addOption(new Option('--form <form>', 'of which form').choices(['primitive', 'plain']).default('primitive'))
    .action(printSchema);
}

async function printSchema(
  name: string | undefined,
  version: string | undefined,
  options: CommonOptions & { readonly form: 'primitive' | 'plain' },
): Promise<void> {
  if (name === undefined) return list(options);
  const { PORT, schemaFor } = await import('../every-object.ts');
  if (name === PORT && version !== undefined) throw new UsageError('the ports of Neutron have no versions');
  printJson(schemaFor(name, version, options.form));
}

async function list(options: CommonOptions): Promise<void> {
  const { everyObject, versionsOf } = await import('../every-object.ts');
  const objects = everyObject().map((object) => ({ name: object.objectName, versions: versionsOf(object) }));
  if (printsJson(options)) printJson(objects);
  else
    printText(
      await tableOf(
        ['object', 'versions'],
        objects.map(({ name, versions }) => [name, versions.join(', ')]),
      ),
    );
}
