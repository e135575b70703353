/** The forms in which Neutron and nova write ports, bindings and cache entries. */

import { DocumentError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import { isRecord } from '../../text/is-record.ts';
import { envelopeIn } from '../../versioned/codec/envelope.ts';
import { DEEPEST, type Document, type Documents, isTooDeep } from './documents.ts';

/** The kind of a document. `object` is every document of no other kind. */
export type PayloadKind = 'port' | 'bindings' | 'network_info entry' | 'object';

/** Whether the value has the key of the object name in the wire form, with the prefix of a declared class. */
export function isPrimitiveForm(value: unknown): boolean {
  return isRecord(value) && envelopeIn(value) !== undefined;
}

/** The kind of a document, by its keys. */
export function kindOf(value: unknown): PayloadKind {
  if (!isRecord(value) || isPrimitiveForm(value)) return 'object';
  if (Object.hasOwn(value, 'port') || hasAny(value, PORT_KEYS)) return 'port';
  if (hasAny(value, BINDING_KEYS)) return 'bindings';
  if (hasAny(value, ENTRY_KEYS)) return 'network_info entry';
  // A port as its owner sees it, without its binding.
  return 'mac_address' in value && 'network_id' in value ? 'port' : 'object';
}

const PORT_KEYS = ['vif_type', 'vif_details', 'vnic_type'].flatMap((key) => [`binding:${key}`, `binding_${key}`]);
/** Keys of the answers of `/ports/{id}/bindings`, and of a binding itself. */
const BINDING_KEYS = ['bindings', 'binding', 'vif_type'];
/** Keys of nova.network.model.VIF that no object of os-vif has in the plain form. */
const ENTRY_KEYS = ['vnic_type', 'devname', 'ovs_interfaceid', 'qbh_params', 'qbg_params', 'delegate_create'];

function hasAny(value: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(value, key));
}

/**
 * The items of the documents. `{ports: [...]}` is replaced by its ports, `{network_info: [...]}` by
 * its entries, and `{port, bindings: [...]}` by one port for each binding. The entries may be within
 * `{info_cache}`, and may be JSON text, as in nova's database.
 */
export function itemsOf({ documents, isList }: Documents): Documents {
  const items = documents.map((document) => itemsIn(document));
  return { documents: items.flat(), isList: isList || items.some((each, i) => each[0] !== documents[i]) };
}

function itemsIn(document: Document): Document[] {
  const { where, value } = cacheIn(document);
  if (!isRecord(value)) return [document];
  const { ports, network_info: entries, bindings, ...rest } = value;
  if (Array.isArray(ports)) return each(ports, `${where}.ports`, (port) => ({ ...rest, port }));
  if (Array.isArray(entries)) return each(entries, `${where}.network_info`, (entry) => entry);
  if (typeof entries === 'string') return entriesInText(entries, `${where}.network_info`);
  const list = isRecord(bindings) ? bindings.bindings : bindings;
  if (isRecord(value.port) && Array.isArray(list)) {
    return each(list, `${where}.bindings`, (binding) => ({ ...rest, binding }));
  }
  return [document];
}

/** The cache in `{info_cache}`, the wrapper of nova. Another document is returned as it is. */
function cacheIn(document: Document): Document {
  const { where, value } = document;
  return isRecord(value) && isRecord(value.info_cache)
    ? { where: `${where}.info_cache`, value: value.info_cache }
    : document;
}

/** The entries in the JSON text that nova's table instance_info_caches has. */
function entriesInText(text: string, where: string): Document[] {
  const entries = parsed(text);
  if (Array.isArray(entries) && !isTooDeep([entries])) return each(entries, where, (entry) => entry);
  const error = new FieldValueError(text, `an array of entries, or its JSON text with at most ${DEEPEST} levels`);
  return [{ where, value: undefined, error: new DocumentError(where, error) }];
}

/** The value of the JSON text. Undefined for other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function each(items: readonly unknown[], where: string, contentOf: (item: unknown) => unknown): Document[] {
  return items.map((item, i) => ({ where: `${where}[${i}]`, value: contentOf(item) }));
}

/**
 * The id of the VIF in a document, also in a document that is not valid. Undefined if it has none,
 * and for an object that is no VIF.
 */
export function idIn(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const keys = envelopeIn(value);
  const name = kindOf(value) === 'object' ? value[keys?.name ?? 'type'] : undefined;
  if (typeof name === 'string' && !name.startsWith('VIF')) return undefined;
  if (typeof value.id === 'string') return value.id;
  return idIn(keys === undefined ? (value.vif ?? value.port) : value[keys.data]);
}

/**
 * The document in the wrapper of the API, such as the network in `{network}`.
 * A document without a wrapper is returned as it is.
 */
export function unwrapped(name: string, value: unknown): unknown {
  return isRecord(value) && isRecord(value[name]) ? value[name] : value;
}
