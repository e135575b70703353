/** Reads VIFs and their guests. Imported on demand, because it loads all classes. */

import type { Attachment } from '../../call-options.ts';
import { DocumentError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import { InstanceInfo } from '../../objects/instance-info.ts';
import type { VIFBase } from '../../objects/vif.ts';
import type { InstanceOptions } from '../verb.ts';
import { type Document, readDocument, readDocuments } from './documents.ts';
import { isAttachment, located, objectOf, vifOf } from './objects.ts';

/** The VIFs of the input, each with its guest. */
export interface Attachments {
  readonly attachments: readonly Attachment[];
  /** Whether the input was a list. The output is then a list too. */
  readonly isList: boolean;
}

/**
 * Every VIF in the files. The guest comes with the VIF, or else from the options.
 *
 * @throws DocumentError, InputError, UsageError
 */
export async function readAttachments(files: readonly string[], options: InstanceOptions): Promise<Attachments> {
  const { documents, isList } = await readDocuments(files);
  const instance = await namedInstance(options);
  const attachments = documents.map((document) => ({
    vif: namedVif(document),
    instance: ownInstance(document) ?? instance,
  }));
  requireDistinct(attachments, documents);
  return { attachments, isList };
}

/** Every VIF in the files. An empty array has none. */
export async function readVifs(
  files: readonly string[],
): Promise<{ readonly vifs: readonly VIFBase[]; readonly isList: boolean }> {
  const { documents, isList } = await readDocuments(files);
  return { vifs: documents.map(vifOf), isList };
}

/** A VIF with an id. Plugins use the id as the owner in tags. */
function namedVif(document: Document): VIFBase {
  const vif = vifOf(document);
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
