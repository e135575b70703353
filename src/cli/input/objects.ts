/** Versioned objects of what was read, in the wire form or the plain form. To be imported when needed: it brings the whole model. */

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

/** A class of objects; abstract ones too. */
type ClassOf<T extends VersionedObject> = (abstract new (
  ...args: never[]
) => T) &
  Pick<typeof VersionedObject, 'fromPrimitive' | 'fromPlain'>;

/**
 * The object that a document describes, of the class that is asked for.
 *
 * @throws DocumentError that says where it is and what is wrong with it
 */
export function objectOf<T extends VersionedObject>(objectClass: ClassOf<T>, { where, value }: Document): T {
  return located(where, () =>
    isPrimitiveForm(value) ? objectClass.fromPrimitive(value) : objectClass.fromPlain(value),
  );
}

/** A VIF. One that came with its instance is taken out of that. Throws as {@link objectOf}. */
export function vifOf({ where, value }: Document): VIFBase {
  if (isAttachment(value)) return objectOf(VIFBase, { where: `${where}.vif`, value: value.vif });
  return located(where, () => {
    if (isRecord(value) && [NAME, 'type'].some((key) => Object.hasOwn(value, key))) {
      return objectOf(VIFBase, { where: '', value });
    }
    throw new FieldValueError(value, `a VIF, with \`${NAME}\` in the wire form or \`type\` in the plain form`);
  });
}

/** `{vif, instance}`, as OsVif.plugAll takes it. */
export function isAttachment(value: unknown): value is { readonly vif: unknown; readonly instance?: unknown } {
  return isRecord(value) && isRecord(value.vif);
}

export function isPrimitiveForm(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && Object.hasOwn(value, NAME);
}

/** Runs `read`; an error of it then says where in the input it was. */
export function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OsVifError) || error instanceof UsageError || where === '') throw error;
    throw new DocumentError(where, error);
  }
}

/** A record, or an error that says what it was to be. */
export function recordOf({ where, value }: Document, expected: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  return located(where, () => {
    throw new FieldValueError(value, expected);
  });
}

/** Any object; the VIF of one that came with its instance. Throws as {@link objectOf}. */
export function anyObjectOf(document: Document): VersionedObject {
  return isAttachment(document.value) ? vifOf(document) : objectOf(VersionedObject, document);
}
