/** The field type of JSON in a string. */
import { isRecord } from '../../text/is-record.ts';
import { pythonNumber } from '../../text/python-number.ts';
import type { FieldType } from '../model.ts';
import { refuse } from './field-type.ts';

/** A value that JSON can express. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * A value that the wire form has as JSON text, as in the Json fields of heat, senlin and zun. Accepts the text,
 * or the value itself: an object, an array, a number or a boolean. Stored as a frozen value; the text has the
 * form of Python's json.dumps(). A string or null as the whole value is refused, because an assigned string is
 * the text.
 */
export function jsonText(): FieldType<JsonValue> {
  return JSON_TEXT;
}

const EXPECTED = 'a JSON value or its text, such as {"a": 1}';
/** Deeper values are refused, so that a value does not exhaust the stack. */
const MAX_DEPTH = 100;

const JSON_TEXT: FieldType<JsonValue> = {
  osloName: 'Json',
  coerce: accept,
  read: (primitive) => (typeof primitive === 'string' ? accept(primitive) : refuse(primitive, 'JSON in a string')),
  write: dump,
  schema: () => ({ description: 'JSON in a string', type: 'string', contentMediaType: 'application/json' }),
  equal: isSame,
};

function accept(value: unknown): JsonValue {
  const parsed = typeof value === 'string' ? parse(value) : value;
  const frozen = frozenCopy(parsed, 0);
  return frozen === undefined || frozen === null || typeof frozen === 'string' ? refuse(value, EXPECTED) : frozen;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A frozen copy of the value. Undefined if JSON cannot express the value, or if a number loses digits. */
function frozenCopy(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return isExact(value) ? value : undefined;
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = Array.from(value, (item) => frozenCopy(item, depth + 1));
    return isComplete(items) ? Object.freeze(items) : undefined;
  }
  return isPlainObject(value) ? frozenObject(value, depth) : undefined;
}

/** Without a prototype, so that `__proto__` is a key like others. */
function frozenObject(value: Readonly<Record<string, unknown>>, depth: number): JsonValue | undefined {
  const copy: Record<string, JsonValue> = Object.create(null);
  for (const key of Object.keys(value)) {
    const item = frozenCopy(value[key], depth + 1);
    if (item === undefined) return undefined;
    copy[key] = item;
  }
  return Object.freeze(copy);
}

/** Integers beyond 2^53 lose digits in JavaScript. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function isComplete(items: readonly (JsonValue | undefined)[]): items is readonly JsonValue[] {
  return !items.includes(undefined);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** json.dumps() of Python: a space after `:` and `,`, and only ASCII. */
function dump(value: JsonValue): string {
  if (isList(value)) return `[${value.map(dump).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${dump(key)}: ${dump(item)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value === 'number') return pythonNumber(value);
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, asEscape);
}

function asEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The order of keys does not count. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (isList(a) || isList(b)) {
    return isList(a) && isList(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i] ?? null));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  const isSameAt = (key: string) => Object.hasOwn(b, key) && isSame(a[key] as JsonValue, b[key] as JsonValue);
  return keys.length === Object.keys(b).length && keys.every(isSameAt);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
