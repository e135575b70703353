/** Advice about a document whose form is unknown: which part of it, or which other document, can be read. */

import { FieldValueError } from '../../errors/model.ts';
import { shortened } from '../../text/bounds.ts';
import { isRecord } from '../../text/is-record.ts';
import { isPrimitiveForm, kindOf } from './payloads.ts';

/** The error for a document whose form is unknown, with the advice at its end. */
export function unknownForm(value: unknown, expected: string): FieldValueError {
  const error = new FieldValueError(value, expected);
  error.message += adviceFor(value);
  return error;
}

/** The advice about the document, as the end of a message. Empty if there is none. */
export function adviceFor(value: unknown): string {
  if (!isRecord(value)) return '';
  const other = Object.keys(WITHOUT_BINDING).find((key) => Object.hasOwn(value, key));
  if (other !== undefined) return `; ${WITHOUT_BINDING[other]}`;
  const prefix = serialNamespaceIn(value);
  if (prefix !== undefined) {
    return `; no class has the serial namespace ${shortened(prefix)}: declare it in a module, and name the module in \`objects\` of the configuration`;
  }
  const part = readablePartIn(value);
  return part === undefined ? '' : `; the document has readable data in ${shortened(part)}: read this part alone`;
}

/** Documents of OpenStack without bindings, by a key of theirs. */
const WITHOUT_BINDING: Readonly<Record<string, string>> = {
  interfaceAttachments:
    'interface attachments of nova have no binding: read the port, GET /v2.0/ports/<port_id> of Neutron',
  'Fixed IP Addresses':
    '`openstack port list` shows no binding: read the output of `openstack port show -f json <port>`',
};

/** The prefix of the keys, if they are those of a versioned object: `nova_object` for `nova_object.name`. */
function serialNamespaceIn(value: Readonly<Record<string, unknown>>): string | undefined {
  const prefixes = Object.keys(value).flatMap((key) => (key.endsWith('.name') ? [key.slice(0, -'.name'.length)] : []));
  return prefixes.find((prefix) => Object.hasOwn(value, `${prefix}.data`));
}

/** A search looks at so many values at most, because a document may be large. */
const MOST_VALUES = 1000;

/** The path of the first part that can be read, the outermost first: `payload.port`. */
function readablePartIn(document: Readonly<Record<string, unknown>>): string | undefined {
  const values: { readonly path: string; readonly value: unknown }[] = [{ path: '', value: document }];
  for (const { path, value } of values) {
    if (path !== '' && (isPrimitiveForm(value) || kindOf(value) !== 'object')) return path;
    values.push(...partsOf(path, value).slice(0, MOST_VALUES - values.length));
  }
  return undefined;
}

function partsOf(path: string, value: unknown): { readonly path: string; readonly value: unknown }[] {
  if (Array.isArray(value)) return value.map((each: unknown, i) => ({ path: `${path}[${i}]`, value: each }));
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([key, each]) => ({ path: path === '' ? key : `${path}.${key}`, value: each }));
}
