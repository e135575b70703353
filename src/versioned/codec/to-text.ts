/**
 * Writes objects as JSON text, without a primitive in between. The text is that of `JSON.stringify()` of the
 * primitive.
 */
import { ipAddress, ipNetwork, ipv4Address, ipv6Address, macAddress, pciAddress } from '../fields/addresses.ts';
import { isListWriter } from '../fields/collections.ts';
import { uuid } from '../fields/scalars.ts';
import { type FieldType, isVersionedObject, type ObjectModel, type ObjectState, STATE } from '../model.ts';
import { writeObject } from './to-primitive.ts';

/** The parts of the text that are the same for each object of a class. */
interface Template {
  /** The text up to the version. */
  readonly start: string;
  /** The text between the version and the fields. */
  readonly beforeFields: string;
  /** The keys for the first field in the text, after a value that is a text, and after another value. */
  readonly keys: readonly [first: Keys, afterText: Keys, afterOther: Keys];
  /** Whether JSON escapes nothing in the text of a field. */
  readonly isPlain: readonly boolean[];
  /** The text between the fields and the changes. */
  readonly beforeChanges: string;
  /** The last changes of an object, and the text from them on. Most objects of a class have the same changes. */
  lastChanges: readonly string[];
  lastEnd: string;
  /** The type of the elements of each field with a list. */
  readonly elements: readonly (FieldType<unknown> | undefined)[];
}

/**
 * The text before the value of each field. V8 joins few long parts in less time than many short
 * ones.
 */
interface Keys {
  /** Before a text, with its first quotation mark. */
  readonly text: readonly string[];
  /** Before any other value. */
  readonly other: readonly string[];
}

const templates = new WeakMap<ObjectModel, Template>();

function templateOf(model: ObjectModel): Template {
  const known = templates.get(model);
  if (known !== undefined) return known;
  const { envelope, name, namespace, fields } = model;
  const keys = fields.map(({ wireName }) => `${JSON.stringify(wireName)}:`);
  const entry = (key: string, value: string) => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  const keysAfter = (before: string): Keys => ({
    text: keys.map((key) => `${before}${key}"`),
    other: keys.map((key) => before + key),
  });
  const template: Template = {
    start: `{${entry(envelope.name, name)},${entry(envelope.namespace, namespace)},${JSON.stringify(envelope.version)}:"`,
    beforeFields: `",${JSON.stringify(envelope.data)}:{`,
    keys: [keysAfter(''), keysAfter('",'), keysAfter(',')],
    isPlain: fields.map(({ type }) => PLAIN_TYPES.has(type)),
    beforeChanges: `},${JSON.stringify(envelope.changes)}:`,
    lastChanges: [],
    lastEnd: '}}',
    elements: fields.map(({ type }) => (isListWriter(type.write) ? type.elements?.type : undefined)),
  };
  templates.set(model, template);
  return template;
}

/** Their patterns have no character that JSON escapes. Own types with the same names are not among them. */
const PLAIN_TYPES: ReadonlySet<unknown> = new Set([
  uuid(),
  macAddress(),
  pciAddress(),
  ipAddress(),
  ipv4Address(),
  ipv6Address(),
  ipNetwork(),
]);

/** Characters that JSON escapes. Only halves of a surrogate pair without the other half are escaped. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/**
 * Whether the object that was written last has changes. The parent of an object needs the answer, and a second
 * result of each call would take time.
 */
let lastHasChanges = false;

/**
 * The JSON text of the primitive of an object, in the version of the object. Nothing looks at the text before it
 * is complete: until then, V8 keeps it as a tree of its parts.
 */
export function writeText(object: ObjectState): string {
  const { model, values, changed, version } = object[STATE];
  const template = templateOf(model);
  const { isPlain, elements } = template;
  const [first, afterText, afterOther] = template.keys;
  const { writers, wireNames } = model;
  const listAt = model.ownList?.index;
  let changes = changed;
  let keys = first;
  let text = template.start + version + template.beforeFields;
  for (let i = 0; i < writers.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const write = writers[i];
    if (typeof value === 'string' && write === undefined && (isPlain[i] || !ESCAPED.test(value))) {
      // The next part of the text begins with the last quotation mark.
      text += keys.text[i] + value;
      keys = afterText;
      continue;
    }
    if (value === null || value === true || value === false) text += `${keys.other[i]}${value}`;
    else {
      lastHasChanges = false;
      const isList = elements[i] !== undefined && Array.isArray(value);
      const written = isList ? listText(value, elements[i]?.write) : valueText(value, write);
      if (written === undefined) continue;
      text += keys.other[i] + written;
      if (lastHasChanges && (write === writeObject || i === listAt)) changes = withName(changes, wireNames[i] ?? '');
    }
    keys = afterOther;
  }
  lastHasChanges = changes.length > 0;
  return text + (keys === afterText ? '"' : '') + endOf(template, changes);
}

/** The text from the changes on. */
function endOf(template: Template, changes: readonly string[]): string {
  if (!isSame(template.lastChanges, changes)) {
    template.lastChanges = changes;
    template.lastEnd = changes.length === 0 ? '}}' : `${template.beforeChanges}${JSON.stringify(changes)}}`;
  }
  return template.lastEnd;
}

/** Fast, because the names are the same strings as in the model. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Sets {@link lastHasChanges} if an element has changes. */
function listText(list: readonly unknown[], write: FieldType<unknown>['write']): string {
  let anyHas = false;
  let text = '[';
  for (let i = 0; i < list.length; i++) {
    lastHasChanges = false;
    const written = valueText(list[i], write) ?? 'null';
    text += i === 0 ? written : `,${written}`;
    anyHas ||= lastHasChanges;
  }
  lastHasChanges = anyHas;
  return `${text}]`;
}

/** Sets {@link lastHasChanges} if the value is an object with changes. */
function valueText(value: unknown, write: FieldType<unknown>['write']): string | undefined {
  if (write === writeObject && isVersionedObject(value)) return writeText(value);
  if (typeof value === 'string' && write === undefined && !ESCAPED.test(value)) return `"${value}"`;
  return JSON.stringify(value === null || write === undefined ? value : write(value));
}

function withName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names : [...names, name];
}
