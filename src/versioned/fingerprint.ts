/**
 * Fingerprints: checksums with which oslo's ObjectVersionChecker finds classes that changed
 * without a new version.
 */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { hasFieldAt } from './history.ts';
import { type Field, isVersionedObject, MODEL, type ObjectModel, type ObjectState, VALUES } from './model.ts';
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
  return `${version}-${bytesToHex(md5(utf8ToBytes(`([${described}], [${methods.join(', ')}]${childVersions})`)))}`;
}

function describe({ type, nullable, default: value }: Field): string {
  const facts: Record<string, string> = {
    default:
      value === undefined
        ? "<class 'oslo_versionedobjects.fields.UnspecifiedDefault'>"
        : str(value, type.osloName === 'Float'),
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
function str(value: unknown, isFloat = false): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && isFloat) return reprFloat(value);
  if (isVersionedObject(value)) return reprObject(value);
  if (value instanceof Set) return `set([${[...value].map((item) => str(item)).sort()}])`;
  return repr(value);
}

/** oslo's `VersionedObject.__repr__()`. */
function reprObject(object: ObjectState): string {
  const { name, fields } = object[MODEL];
  const sorted = [...fields].sort((a, b) => (a.wireName < b.wireName ? -1 : 1));
  const values = sorted.map(({ wireName, index }) => {
    const value = object[VALUES][index];
    return `${wireName}=${value === undefined ? '<?>' : typeof value === 'string' ? `'${value}'` : str(value)}`;
  });
  return `${name}(${values.join(',')})`;
}

/** Python's repr() of the values in declarations. `{ tuple: [...] }` represents a tuple. */
function repr(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (typeof value === 'string') return reprString(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value !== 'object' || value === undefined) return String(value);
  if ('tuple' in value && Array.isArray(value.tuple)) {
    return `(${value.tuple.map(repr).join(', ')}${value.tuple.length === 1 ? ',' : ''})`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${repr(key)}: ${repr(item)}`);
  return `{${entries.join(', ')}}`;
}

/** Python prints 2.0 for a float without a fraction. It prints an exponent below 1e-4 and from 1e16 on, with two digits at least: 1e-05. */
function reprFloat(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return Number.isInteger(value) ? `${value}.0` : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function reprString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
  return `${quote}${escaped}${quote}`;
}
