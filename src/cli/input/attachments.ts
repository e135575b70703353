/** Reads VIFs and their guests. Imported on demand, because it loads all classes. */

import type { Attachment } from '../../call-options.ts';
import { UsageError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import { InstanceInfo } from '../../objects/instance-info.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { describeValue } from '../../text/describe-value.ts';
import { canonicalUuid, UUID_INPUT } from '../../text/uuid.ts';
import { mapResults, type Results, resultOf } from '../results.ts';
import type { InstanceOptions } from '../verb.ts';
import type { PortDocuments } from './bindings.ts';
import { type Document, type Documents, readDocument, readDocuments } from './documents.ts';
import { isAttachment, located, objectOf } from './objects.ts';
import { idIn, itemsOf } from './payloads.ts';
import { vifOf } from './vifs.ts';

/** Options of the verbs that only look at VIFs. */
export interface Leniency extends Pick<PortDocuments, 'onBareNetwork'> {
  /** Whether several VIFs may have the same id: those of the bindings of a port. */
  readonly sameIds?: boolean;
}

/**
 * Every VIF in the files. The guest comes with the VIF, or else from the options.
 *
 * @throws DocumentError, InputError or UsageError if the guest of the options, or the only file,
 *   cannot be read
 */
export async function readAttachments(
  files: readonly string[],
  options: InstanceOptions,
  leniency: Leniency = {},
): Promise<Results<Attachment>> {
  const items = itemsOf(await readDocuments(files));
  const instance = await namedInstance(options);
  const attachments = await readEach(items, async (document) => ({
    vif: await withSet(document, ['id', 'plugin'], leniency),
    instance: ownInstance(document) ?? instance,
  }));
  return leniency.sameIds ? attachments : withDistinctIds(attachments);
}

/** Every VIF in the files. An empty array has none. Throws as {@link readAttachments}. */
export async function readEachVif(files: readonly string[], ports?: PortDocuments): Promise<Results<VIFBase>> {
  return readEach(itemsOf(await readDocuments(files)), (document) => vifOf(document, ports));
}

/** Every VIF in the files, each with an id. Plugins use the id as the owner in tags. */
export async function readOwners(files: readonly string[]): Promise<Results<VIFBase>> {
  return readEach(itemsOf(await readDocuments(files)), (document) => withSet(document, ['id']));
}

/** Applies a reader to each document. An error is a failure of its document. */
export async function readEach<T>(
  { documents, isList }: Documents,
  read: (document: Document) => T | Promise<T>,
): Promise<Results<T>> {
  const results = documents.map((document) => {
    const { where, value, error } = document;
    const place = { where, id: idIn(value) };
    return error === undefined ? resultOf(place, () => read(document)) : { ...place, error };
  });
  return { results: await Promise.all(results), isList };
}

/** A VIF that has these fields. */
async function withSet(
  document: Document,
  fields: readonly ('id' | 'plugin')[],
  ports?: PortDocuments,
): Promise<VIFBase> {
  const vif = await vifOf(document, ports);
  located(document.where, () => vif.require(...fields));
  return vif;
}

function ownInstance({ where, value }: Document): InstanceInfo | undefined {
  if (!isAttachment(value) || value.instance === undefined) return undefined;
  return objectOf(InstanceInfo, { where: `${where}.instance`, value: value.instance });
}

async function namedInstance({ instance: file, instanceUuid, instanceName }: InstanceOptions): Promise<InstanceInfo> {
  const instance = file === undefined ? new InstanceInfo() : objectOf(InstanceInfo, await readDocument(file));
  // The text is an argument of the command.
  if (instanceUuid !== undefined && !UUID_INPUT.test(instanceUuid))
    throw new UsageError(`--instance-uuid: expected a UUID, found ${describeValue(instanceUuid)}`);
  if (instanceUuid !== undefined) instance.uuid = instanceUuid;
  if (instanceName !== undefined) instance.name = instanceName;
  return instance;
}

/** A VIF with the id of an earlier VIF is a failure. */
function withDistinctIds(attachments: Results<Attachment>): Promise<Results<Attachment>> {
  const seen = new Map<string, string>();
  return mapResults(attachments, (attachment, { where }) => {
    const { id = '' } = attachment.vif;
    const before = seen.get(canonicalUuid(id));
    if (before !== undefined) throw new FieldValueError(id, `another id than that of ${before}`).within('id');
    seen.set(canonicalUuid(id), where);
    return attachment;
  });
}
