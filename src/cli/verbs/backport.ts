/** `os-vif backport`: writes objects in versions that an older peer can read. */

import type { Command } from 'commander';
import { UsageError } from '../../errors/command.ts';
import { describeValue } from '../../text/describe-value.ts';
import type { Primitive } from '../../versioned/codec/primitive.ts';
import type { DroppedField } from '../../versioned/history/dropped-fields.ts';
import type { VersionedObject } from '../../versioned/versioned-object.ts';
import { readDocument, readDocuments } from '../input/documents.ts';
import { itemsOf } from '../input/payloads.ts';
import { printWarning } from '../output/output.ts';
import { addVerb, type CommonOptions, configOption, FILES } from '../verb.ts';

/** Adds the verb `backport` to the command. */
export function addBackport(program: Command): void {
  addVerb(program, {
    name: 'backport',
    summary: 'write objects in versions that an older peer can read',
    more: [
      'Prints the wire form. A host info is the output of `os-vif host-info --json`, or of os_vif.host_info() in Python, on that host.',
    ],
    examples: [
      'backport vif.json --manifest manifest.json',
      'backport network.json --target 1.0',
      'backport vif.json --for host-info.json',
    ],
  })
    .argument(FILES, 'objects, in JSON or YAML; - for standard input (default: -)')
    .option('--target <version>', 'the version of the object')
    .option('--manifest <file>', 'the versions that the peer supports, by object name')
    .option('--for <file>', 'a host info: use the newest versions that this host supports; only for VIFs')
    .option('--refuse-loss', 'with --for: fail if set fields would be left out (default: warn)')
    .addOption(configOption())
    .action(backportFiles);
}

interface BackportOptions extends CommonOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly for?: string;
  readonly refuseLoss?: boolean;
}

async function backportFiles(files: string[], options: BackportOptions): Promise<void> {
  if (options.for !== undefined && (options.target ?? options.manifest) !== undefined) {
    throw new UsageError('--for cannot be combined with --target or --manifest');
  }
  if (options.refuseLoss && options.for === undefined) throw new UsageError('--refuse-loss needs --for');
  if ((options.for ?? options.target ?? options.manifest) === undefined) {
    throw new UsageError('expected one of --target <version>, --manifest <file> and --for <file>');
  }
  if (options.target !== undefined) await requireVersion(options.target);
  const items = itemsOf(await readDocuments(files));
  const { readEach } = await import('../input/attachments.ts');
  const { anyObjectOf } = await import('../input/vifs.ts');
  const { printIfComplete } = await import('../output/failures.ts');
  const write = await writerFor(options);
  printIfComplete(await readEach(items, async (document) => write(await anyObjectOf(document), document.where)));
}

async function requireVersion(target: string): Promise<void> {
  const { isVersion } = await import('../../versioned/history/version.ts');
  if (!isVersion(target))
    throw new UsageError(`--target: expected a version such as 1.0, found ${describeValue(target)}`);
}

/** Writes an object. `where` is its place in the input. */
type Writer = (object: VersionedObject, where: string) => Primitive;

async function writerFor({ target, manifest, for: hostInfo, refuseLoss }: BackportOptions): Promise<Writer> {
  if (hostInfo !== undefined) return negotiatorFor(hostInfo, refuseLoss);
  const versionManifest = manifest === undefined ? undefined : await readManifest(manifest);
  const options = {
    ...(target !== undefined && { targetVersion: target }),
    ...(versionManifest !== undefined && { versionManifest }),
  };
  return (object) => object.toPrimitive(options);
}

async function negotiatorFor(file: string, refuseLoss = false): Promise<Writer> {
  const { objectOf } = await import('../input/objects.ts');
  const { HostInfo } = await import('../../objects/host-info.ts');
  const { negotiate } = await import('../../objects/negotiate.ts');
  const { VIFBase } = await import('../../objects/vif.ts');
  const hostInfo = objectOf(HostInfo, await readDocument(file));
  return (object, where) => {
    if (!(object instanceof VIFBase))
      throw new UsageError(`--for takes VIFs, this is a ${object.type}: use --target or --manifest`);
    const warn = (dropped: readonly DroppedField[]) => {
      for (const { path, object: name, version } of dropped)
        printWarning(`${where}: ${path} is left out, because ${name} ${version} does not have it`);
    };
    return negotiate(object, hostInfo, { onLoss: refuseLoss ? 'refuse' : warn });
  };
}

async function readManifest(file: string): Promise<Record<string, string>> {
  const document = await readDocument(file);
  const { located, recordOf } = await import('../input/objects.ts');
  const { FieldValueError } = await import('../../errors/model.ts');
  const entries = Object.entries(recordOf(document, 'versions by object name'));
  return located(document.where, () => {
    return Object.fromEntries(
      entries.map(([name, version]) => {
        if (typeof version === 'string') return [name, version];
        throw new FieldValueError(version, 'a version in quotes, such as "1.0"').within(name);
      }),
    );
  });
}
