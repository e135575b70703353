/** `os-vif schema`: prints JSON Schemas of objects and of other documents. */

import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import { printJson, printsJson, printText } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addVerb, type CommonOptions, configOption } from '../verb.ts';

/** Adds the verb `schema` to the command. */
export function addSchema(program: Command): void {
  addVerb(program, {
    name: 'schema',
    summary: 'print the JSON Schema of an object; without a name, list all schemas',
    more: ['Draft 2020-12, in one document. The package also contains the schemas as files: os-vif/schemas/...'],
    examples: ['schema', 'schema VIFOpenVSwitch', 'schema Network 1.0 --form plain', 'schema options-of-ovs'],
  })
    .argument('[object]', 'the name of an object, such as VIFBridge; or port, network-info, options-of-<plugin>')
    .argument('[version]', 'default: its newest')
    .addOption(
      new Option('--form <form>', 'the form that the schema describes')
        .choices(['primitive', 'plain'])
        .default('primitive'),
    )
    .addOption(configOption())
    .action(printSchema);
}

async function printSchema(
  name: string | undefined,
  version: string | undefined,
  options: CommonOptions & { readonly form: 'primitive' | 'plain' },
): Promise<void> {
  if (name === undefined) return list(options);
  const { OTHER_SCHEMAS, schemaFor } = await import('../every-object.ts');
  if (Object.hasOwn(OTHER_SCHEMAS, name) && version !== undefined) throw new UsageError(`${name} has no versions`);
  printJson(await schemaFor(name, version, options.form));
}

async function list(options: CommonOptions): Promise<void> {
  const { everyObject, OTHER_SCHEMAS, versionsOf } = await import('../every-object.ts');
  const objects = [
    ...everyObject().map(({ name, object }) => ({ name, versions: versionsOf(object) })),
    ...Object.keys(OTHER_SCHEMAS).map((name) => ({ name, versions: [] })),
  ];
  if (printsJson(options)) printJson(objects);
  else
    printText(
      tableOf(
        ['name', 'versions'],
        objects.map(({ name, versions }) => [name, versions.join(', ')]),
      ),
    );
}
