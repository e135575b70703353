/** Reads VIFs from documents of each form. Imported on demand, because it loads all classes. */

import { FieldValueError } from '../../errors/model.ts';
import { VIFBase } from '../../objects/vif.ts';
import { isRecord } from '../../text/is-record.ts';
import { NAME } from '../../versioned/codec/primitive.ts';
import type { VersionedObject } from '../../versioned/versioned-object.ts';
import type { PortDocuments } from './bindings.ts';
import type { Document } from './documents.ts';
import { isAttachment, located, anyObjectOf as plainObjectOf } from './objects.ts';
import { isPrimitiveForm, kindOf } from './payloads.ts';
import { unknownForm } from './unknown-form.ts';

/**
 * The VIF in a document. The document is an object in the wire form or the plain form, a port of Neutron with its
 * network, an entry of nova's network_info cache, or one of these as `{vif, instance}`.
 *
 * @throws DocumentError with the place and the reason, if the document is none of these
 */
export async function vifOf(document: Document, ports: PortDocuments = {}): Promise<VIFBase> {
  const { where, value } = document;
  if (isAttachment(value)) return vifOf({ where: `${where}.vif`, value: value.vif }, ports);
  const vif = await vifOfPayload(document, ports);
  if (vif !== undefined) return vif;
  return located(where, () => {
    if (isRecord(value) && (isPrimitiveForm(value) || Object.hasOwn(value, 'type'))) {
      const object = plainObjectOf({ where: '', value });
      if (object instanceof VIFBase) return object;
      throw new FieldValueError(object.type, 'a VIF, such as VIFBridge or VIFGeneric');
    }
    throw unknownForm(
      value,
      `a VIF, with \`${NAME}\` in the wire form or \`type\` in the plain form, a port with its network, or an entry of network_info`,
    );
  });
}

/** The object in a document, or the VIF of a port or of an entry. Throws as {@link vifOf}. */
export async function anyObjectOf(document: Document, ports: PortDocuments = {}): Promise<VersionedObject> {
  if (isAttachment(document.value)) return vifOf(document, ports);
  return (await vifOfPayload(document, ports)) ?? plainObjectOf(document);
}

async function vifOfPayload(document: Document, ports: PortDocuments): Promise<VIFBase | undefined> {
  const kind = kindOf(document.value);
  if (kind === 'object') return undefined;
  // The conversion loads ajv, which objects do not need.
  const { vifOfEntry, vifOfPort } = await import('./bindings.ts');
  return kind === 'network_info entry' ? vifOfEntry(document) : vifOfPort(document, ports);
}
