/** `os-vif convert`: converts documents of Neutron and nova to VIFs, and objects between their forms. */

import { type Command, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import type { VersionedObject } from '../../versioned/versioned-object.ts';
import { type Document, readDocument, readDocuments } from '../input/documents.ts';
import { itemsOf, kindOf } from '../input/payloads.ts';
import { printWarning } from '../output/output.ts';
import { addVerb, type CommonOptions, configOption, FILES } from '../verb.ts';

/** Adds the verb `convert` to the command. */
export function addConvert(program: Command): void {
  addVerb(program, {
    name: 'convert',
    summary: 'convert documents of Neutron or nova to VIFs, or change the form of objects',
    more: [
      'Neutron: a port as its API shows it to an administrator or as `openstack port show -f json` does, alone or as ' +
        '{port, network, subnets, floatingips}; {ports}; {port, network, bindings} for the VIF of each binding.',
      'Nova: an entry of its network_info cache, or the whole list. Without --from, the keys determine the form.',
    ],
    examples: [
      'convert port.json --from neutron --network network-of-port.json',
      'convert network-info.json --from nova --to plain',
      'convert vifs.yaml --to primitive',
    ],
  })
    .argument(FILES, 'documents, in JSON or YAML; - for standard input (default: -)')
    .addOption(
      new Option('--from <what>', 'the source of the documents').choices(['neutron', 'nova', 'plain', 'primitive']),
    )
    .addOption(new Option('--to <form>', 'the form of the output').choices(['primitive', 'plain']).default('primitive'))
    .option('--network <file>', "neutron: the port's network")
    .option('--subnets <file>', "neutron: the port's subnets")
    .option('--ovs-bridge <name>', 'neutron: the bridge if the binding contains none (default: br-int)')
    .addOption(configOption())
    .action(convert);
}

interface ConvertOptions extends CommonOptions {
  readonly from?: 'neutron' | 'nova' | 'plain' | 'primitive';
  readonly to: 'primitive' | 'plain';
  readonly network?: string;
  readonly subnets?: string;
  readonly ovsBridge?: string;
}

/** The reader of each source. */
const READERS = {
  neutron: async ({ network, subnets, ovsBridge }: ConvertOptions) => {
    const { vifOfPort } = await import('../input/bindings.ts');
    const context = {
      network: network === undefined ? undefined : await readDocument(network),
      subnets: subnets === undefined ? undefined : await readDocument(subnets),
      ovsBridge,
    };
    return (document: Document) => vifOfPort(requireKind(document, 'port'), context);
  },
  nova: async () => {
    const { vifOfEntry } = await import('../input/bindings.ts');
    return (document: Document) => vifOfEntry(requireKind(document, 'network_info entry'));
  },
  any: async () => {
    const { anyObjectOf } = await import('../input/vifs.ts');
    return (document: Document) => anyObjectOf(document);
  },
  plain: async () => (await import('../input/objects.ts')).anyObjectOf,
  primitive: async () => (await import('../input/objects.ts')).anyObjectOf,
} satisfies Record<
  string,
  (options: ConvertOptions) => Promise<(document: Document) => VersionedObject | Promise<VersionedObject>>
>;

/** The document, if it is not clearly of the other source. */
function requireKind(document: Document, expected: 'port' | 'network_info entry'): Document {
  const kind = kindOf(document.value);
  const other = expected === 'port' ? 'network_info entry' : 'port';
  if (kind !== other) return document;
  throw new UsageError(`this is a ${kind}, and not a ${expected}: correct --from, or leave it out`);
}

async function convert(files: string[], options: ConvertOptions): Promise<void> {
  const { from = 'any' } = options;
  if (from !== 'neutron' && (options.network ?? options.subnets ?? options.ovsBridge) !== undefined) {
    throw new UsageError('--network, --subnets and --ovs-bridge need --from neutron');
  }
  const items = itemsOf(await readDocuments(files));
  const { readEach } = await import('../input/attachments.ts');
  const { isPrivateGuest } = await import('../../objects/guest-isolation.ts');
  const { VIFBase } = await import('../../objects/vif.ts');
  const { printIfComplete } = await import('../output/failures.ts');
  const read = await READERS[from](options);
  const written = await readEach(items, async (document) => {
    const object = await read(document);
    if (object instanceof VIFBase && isPrivateGuest(object)) warnOfPrivateMode(document.where);
    return options.to === 'plain' ? object.toPlain() : object.toPrimitive();
  });
  printIfComplete(written);
}

function warnOfPrivateMode(where: string): void {
  printWarning(
    `${where}: macvtap_mode is private, and a VIF in JSON has no such mode: it is vepa. ` +
      'Give the other verbs the port in place of the VIF',
  );
}
