/** Reads VIFs and their guests. Imported on demand, because it loads all classes. */

import type { Attachment } from '../../call-options.ts';
import { DocumentError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import { InstanceInfo } from '../../objects/instance-info.ts';
import type { VIFBase } from '../../objects/vif.ts';
import type { InstanceOptions } from '../verb.ts';
import type { PortDocuments } from './bindings.ts';
import { type Document, readDocument, readDocuments } from './documents.ts';
import { isAttachment, located, objectOf } from './objects.ts';
import { itemsOf } from './payloads.ts';
import { vifOf } from './vifs.ts';

/** The VIFs of the input, each with its guest. */
export interface Attachments {
  readonly attachments: readonly Attachment[];
  /** The place of each VIF in the input, for messages: `vifs.yaml[2]`. */
  readonly places: readonly string[];
  /** Whether the input was a list. The output is then a list too. */
  readonly isList: boolean;
}

/** Options of the verbs that only look at VIFs. */
export interface Leniency extends Pick<PortDocuments, 'onBareNetwork'> {
  /** Whether several VIFs may have the same id: those of the bindings of a port. */
  readonly sameIds?: boolean;
}

/**
 * Every VIF in the files. The guest comes with the VIF, or else from the options.
 *
 * @throws DocumentError, InputError, UsageError
 */
export async function readAttachments(
  files: readonly string[],
  options: InstanceOptions,
  leniency: Leniency = {},
): Promise<Attachments> {
  const { documents, isList } = itemsOf(await readDocuments(files));
  const instance = await namedInstance(options);
  const attachments = documents.map((document) => ({
    vif: namedVif(document, leniency),
    instance: ownInstance(document) ?? instance,
  }));
  if (!leniency.sameIds) requireDistinct(attachments, documents);
  return { attachments, places: documents.map(({ where }) => where), isList };
}

/** Every VIF in the files. An empty array has none. */
export async function readVifs(
  files: readonly string[],
  ports?: PortDocuments,
): Promise<{ readonly vifs: readonly VIFBase[]; readonly places: readonly string[]; readonly isList: boolean }> {
  const { documents, isList } = itemsOf(await readDocuments(files));
  return {
    vifs: documents.map((document) => vifOf(document, ports)),
    places: documents.map(({ where }) => where),
    isList,
  };
}

/** A VIF with an id. Plugins use the id as the owner in tags. */
function namedVif(document: Document, ports: PortDocuments): VIFBase {
  const vif = vifOf(document, ports);
  located(document.where, () => vif.require('id', 'plugin'));
  return vif;
}

function ownInstance({ where, value }: Document): InstanceInfo | undefined {
  if (!isAttachment(value) || value.instance === undefined) return undefined;
  return objectOf(InstanceInfo, { where: `${where}.instance`, value: value.instance });
}

async function namedInstance({ instance: file, instanceUuid, instanceName }: InstanceOptions): Promise<InstanceInfo> {
  const instance = file === undefined ? new InstanceInfo() : objectOf(InstanceInfo, await readDocument(file));
  return located('--instance-uuid or --instance-name', () => {
    if (instanceUuid !== undefined) instance.uuid = instanceUuid;
    if (instanceName !== undefined) instance.name = instanceName;
    return instance;
  });
}

function requireDistinct(attachments: readonly Attachment[], documents: readonly Document[]): void {
  const seen = new Map<string | undefined, string>();
  attachments.forEach(({ vif: { id } }, i) => {
    const where = documents[i]?.where ?? '';
    const before = seen.get(id);
    if (before !== undefined)
      throw new DocumentError(where, new FieldValueError(id, `another id than that of ${before}`).within('id'));
    seen.set(id, where);
  });
}
