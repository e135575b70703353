/** `os-vif xml`: prints libvirt XML of VIFs. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../../errors/command.ts';
import type { GuestInterface, Rate, VirtType } from '../../libvirt/guest.ts';
import { describeValue } from '../../text/describe-value.ts';
import { PCI_ADDRESS } from '../../text/pci-address.ts';
import { interfaceNameOf, vdpaDeviceOf } from '../input/pci-functions.ts';
import { printText } from '../output/output.ts';
import { replaceUnsafe } from '../output/safe-output.ts';
import {
  addVerb,
  type CommonOptions,
  configOption,
  FILES,
  FILES_HELP,
  type HostOptions,
  wholeNumber,
} from '../verb.ts';

const VIRT_TYPES: readonly VirtType[] = ['kvm', 'qemu', 'parallels', 'lxc'];

/** Adds the verb `xml` to the command. */
export function addXml(program: Command): void {
  addVerb(program, {
    name: 'xml',
    summary: "print libvirt's <interface> of VIFs, or <hostdev> of a passed-through device",
    examples: ['xml vif.json', 'xml vif.json --virt-type kvm --queues 4 --inbound 10000,20000,1024'],
  })
    .argument(FILES, FILES_HELP)
    .addOption(new Option('--virt-type <type>', 'the hypervisor').choices(VIRT_TYPES).default('kvm'))
    .option('--model <name>', 'the device model in the guest (default: virtio); none: no <model>')
    .option('--queues <number>', 'number of pairs of virtio queues, 1 to 256', wholeNumber(1, 256))
    .option('--rx-queue-size <number>', 'descriptors of a receive ring: 256, 512 or 1024', ringSize)
    .option('--tx-queue-size <number>', 'descriptors of a transmit ring: 256, 512 or 1024', ringSize)
    .option('--packed', 'use packed virtio rings')
    .option('--inbound <average[,peak[,burst]]>', 'bandwidth limit of received traffic: kB/s, kB/s and kB', rate)
    .option('--outbound <average[,peak[,burst]]>', 'bandwidth limit of sent traffic', rate)
    .option('--reconnect <seconds>', 'delay until a vhost-user client reconnects', wholeNumber(1))
    .option('--isolate-guests', 'isolate guests on one device from each other')
    .option('--interface-of <pci=name>', 'network device of a PCI address (default: from sysfs)', pair, NO_PAIRS)
    .option(
      '--vdpa-of <pci=device>',
      'vDPA character device of a PCI address (default: from sysfs)',
      devicePair,
      NO_PAIRS,
    )
    .addOption(configOption())
    .action(writeXml);
}

interface XmlOptions
  extends CommonOptions,
    Pick<HostOptions, 'config'>,
    Omit<GuestInterface, 'bandwidth' | 'interfaceNameOf' | 'vdpaDeviceOf'> {
  readonly inbound?: Rate;
  readonly outbound?: Rate;
  readonly interfaceOf: Pairs;
  readonly vdpaOf: Pairs;
}

type Pairs = ReadonlyMap<string, string>;
const NO_PAIRS: Pairs = new Map();

async function writeXml(files: string[], options: XmlOptions): Promise<void> {
  const { readEachVif } = await import('../input/attachments.ts');
  const { BareNetworkWarning } = await import('../output/bare-network.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const { mapResults } = await import('../results.ts');
  const { xmlOf } = await import('../vif-xml.ts');
  const { modelsOf } = await import('../../libvirt/guest.ts');
  const warning = new BareNetworkWarning();
  const guest = guestOf(options);
  requireModel(guest, modelsOf(guest.virtType));
  const vifs = await readEachVif(files, warning);
  warning.print();
  const texts = await mapResults(vifs, (vif, { where }) => xmlOf(vif, where, guest));
  const written = reportFailures(texts);
  if (options.json) printResults(texts, (xml) => ({ xml }));
  // A character reference keeps the value of a name: XML 1.0, 4.1.
  else for (const text of written) printText(replaceUnsafe(text, (char) => `&#x${char.codePointAt(0)?.toString(16)};`));
}

function requireModel({ virtType, model }: GuestInterface, models: readonly string[]): void {
  if (typeof model !== 'string' || models.includes(model)) return;
  const instead = models.length === 0 ? 'it has none' : `it has ${models.join(', ')}`;
  throw new UsageError(`--model: ${virtType} has no model ${describeValue(model)}; ${instead}`);
}

function guestOf(options: XmlOptions): GuestInterface {
  const { json: _, debug: __, config: ___, model, inbound, outbound, interfaceOf, vdpaOf, ...guest } = options;
  return {
    ...guest,
    ...(model && { model: model === 'none' ? null : model }),
    bandwidth: { ...(inbound && { inbound }), ...(outbound && { outbound }) },
    interfaceNameOf: (address) => interfaceOf.get(address) ?? interfaceNameOf(address),
    vdpaDeviceOf: (address) => vdpaOf.get(address) ?? vdpaDeviceOf(address),
  };
}

function rate(text: string): Rate {
  const [average, peak, burst, ...more] = text.split(',').map(wholeNumber(1));
  if (average === undefined || more.length > 0) throw new InvalidArgumentError('Expected up to three whole numbers.');
  return { average, ...(peak !== undefined && { peak }), ...(burst !== undefined && { burst }) };
}

function ringSize(text: string): number {
  if (['256', '512', '1024'].includes(text)) return Number(text);
  throw new InvalidArgumentError('Expected 256, 512 or 1024.');
}

function devicePair(text: string, before: Pairs): Pairs {
  const pairs = pair(text, before);
  if (/=\//.test(text)) return pairs;
  throw new InvalidArgumentError('Expected an absolute path after the PCI address, such as /dev/vhost-vdpa-0.');
}

function pair(text: string, before: Pairs): Pairs {
  const [address = '', name = ''] = text.split('=');
  if (!PCI_ADDRESS.test(address) || name === '') {
    throw new InvalidArgumentError('Expected a PCI address and a name, such as 0000:3b:00.1=ens2f1.');
  }
  return new Map([...before, [address, name]]);
}
