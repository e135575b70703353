/**
 * Fingerprints: checksums with which oslo's ObjectVersionChecker finds classes that changed
 * without a new version.
 */
import { md5 } from '@noble/hashes/legacy.js';
import { pythonNumber } from '../../text/python-number.ts';
import { utf8 } from '../../text/utf8.ts';
import { type Field, isVersionedObject, MODEL, type ObjectModel, type ObjectState, STATE } from '../model.ts';
import { hasFieldAt } from './history.ts';
import { compareVersions } from './version.ts';

/**
 * The version, a dash, and the md5 of Python's repr() of the fields (sorted by name), the remotable
 * methods (sorted by name) and the child versions of a list. The fingerprint of an older version is
 * computed from the history.
 */
export function fingerprintOf(model: ObjectModel, version = model.version): string {
  const had = model.fields.filter((field) => hasFieldAt(model, field, version));
  const fields = had.sort((a, b) => (a.wireName < b.wireName ? -1 : 1));
  const described = fields.map((field) => `('${field.wireName}', ${describe(field)})`).join(', ');
  const methods = [...model.remotable]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => `('${name}', ${spec})`);
  const childVersions = model.isList ? `, ${childVersionsOf(model, version)}` : '';
  const sum = md5(utf8(`([${described}], [${methods.join(', ')}]${childVersions})`));
  return `${version}-${Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function describe({ type, nullable, default: value }: Field): string {
  const facts: Record<string, string> = {
    default: value === undefined ? "<class 'oslo_versionedobjects.fields.UnspecifiedDefault'>" : str(value),
    nullable: repr(nullable),
  };
  for (const [name, fact] of Object.entries(type.fingerprint ?? {})) facts[name] = repr(fact);
  return `${type.osloName}(${Object.entries(facts).map(([name, fact]) => `${name}=${fact}`)})`;
}

function childVersionsOf(model: ObjectModel, version: string): string {
  const all = model.byName.get('objects')?.childVersions ?? [];
  const entries = all.filter(([own]) => compareVersions(own, version) <= 0);
  // oslo sorts them as text: 1.10 stands before 1.9.
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = sorted.map(([own, child]) => `(${repr(own)}, ${repr(child)})`);
  return pairs.length === 0 ? 'OrderedDict()' : `OrderedDict([${pairs.join(', ')}])`;
}

/** Python's str(): like repr(), but a string has no quotes, and a set has the form of oslo. */
function str(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isVersionedObject(value)) return reprObject(value);
  if (value instanceof Set) return `set([${[...value].map(str).sort()}])`;
  if (value instanceof Date) return `${value.toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
  return repr(value);
}

/** oslo's `VersionedObject.__repr__()`. */
function reprObject(object: ObjectState): string {
  const { name, fields } = object[MODEL];
  const sorted = [...fields].sort((a, b) => (a.wireName < b.wireName ? -1 : 1));
  const values = sorted.map(({ wireName, index }) => {
    const value = object[STATE].values[index];
    return `${wireName}=${value === undefined ? '<?>' : typeof value === 'string' ? `'${value}'` : str(value)}`;
  });
  return `${name}(${values.join(',')})`;
}

/**
 * Python's repr() of the values in declarations. `{ tuple: [...] }` represents a tuple, `{ python: '2.0' }` text
 * that Python prints.
 */
function repr(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (typeof value === 'string') return reprString(value);
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Set) return value.size === 0 ? 'set()' : `{${[...value].map(repr).join(', ')}}`;
  if (typeof value !== 'object' || value === undefined) return String(value);
  if ('tuple' in value && Array.isArray(value.tuple)) {
    return `(${value.tuple.map(repr).join(', ')}${value.tuple.length === 1 ? ',' : ''})`;
  }
  if ('python' in value && typeof value.python === 'string') return value.python;
  const entries = Object.entries(value).map(([key, item]) => `${repr(key)}: ${repr(item)}`);
  return `{${entries.join(', ')}}`;
}

function reprString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replace(NOT_PRINTABLE, escapeOf);
  return `${quote}${escaped}${quote}`;
}

/** str.isprintable() of Python: no control characters, no separators except the space. */
const NOT_PRINTABLE = /(?! )[\p{C}\p{Z}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return SHORT_ESCAPES[character] ?? `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
