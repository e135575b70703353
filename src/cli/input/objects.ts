/**
 * Converts documents in the wire form or the plain form to objects.
 * Imported on demand, because it loads all classes.
 */

import { OsVifError } from '../../errors/base.ts';
import { DocumentError, UsageError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import '../../objects/host-info.ts';
import '../../objects/instance-info.ts';
import { VIFBase } from '../../objects/vif.ts';
import { isRecord } from '../../text/is-record.ts';
import { NAME } from '../../versioned/codec/primitive.ts';
import { VersionedObject } from '../../versioned/versioned-object.ts';
import type { Document } from './documents.ts';
import { isPrimitiveForm } from './payloads.ts';
import { unknownForm } from './unknown-form.ts';

/** A class of objects. It may be abstract. */
type ClassOf<T extends VersionedObject> = (abstract new (
  ...args: never[]
) => T) &
  Pick<typeof VersionedObject, 'fromPrimitive' | 'fromPlain'>;

/**
 * The object in a document, as an object of the class.
 *
 * @throws DocumentError with the place and the reason, if the document is no such object
 */
export function objectOf<T extends VersionedObject>(objectClass: ClassOf<T>, { where, value }: Document): T {
  return located(where, () =>
    isPrimitiveForm(value) ? objectClass.fromPrimitive(value) : objectClass.fromPlain(value),
  );
}

/** Whether the value is `{vif, instance}`, as for OsVif.plugAll. */
export function isAttachment(value: unknown): value is { readonly vif: unknown; readonly instance?: unknown } {
  return isRecord(value) && isRecord(value.vif);
}

/** Runs `read`. Its errors become a DocumentError with the place in the input. */
export function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OsVifError) || error instanceof UsageError || where === '') throw error;
    throw new DocumentError(where, error);
  }
}

/** The document as a record. Throws DocumentError with `expected` for another value. */
export function recordOf({ where, value }: Document, expected: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  return located(where, () => {
    throw new FieldValueError(value, expected);
  });
}

/** The object in a document, or the VIF of `{vif, instance}`. Throws as {@link objectOf}. */
export function anyObjectOf(document: Document): VersionedObject {
  const { where, value } = document;
  if (isAttachment(value)) return objectOf(VIFBase, { where: `${where}.vif`, value: value.vif });
  if (isRecord(value) && !isPrimitiveForm(value) && value.type === undefined) {
    return located(where, () => {
      throw unknownForm(value, `an object, with \`${NAME}\` in the wire form or \`type\` in the plain form`);
    });
  }
  return objectOf(VersionedObject, document);
}
