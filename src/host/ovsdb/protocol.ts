/** Values (RFC 7047 5.1) and operations (5.2) as types, and their conversion from and to JSON. */
import { OvsdbProtocolError } from '../../errors/ovs.ts';
import { excerptOf } from './excerpt.ts';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A `<string>`, `<number>`, `<boolean>`, `["uuid", ...]` or `["named-uuid", ...]`. */
export type Atom = string | number | boolean | readonly ['uuid' | 'named-uuid', string];

/** A value of a column. An atom means a set with one element. */
export type Value = Atom | readonly ['set', readonly Atom[]] | readonly ['map', readonly (readonly [Atom, Atom])[]];

/** A `<row>`: values by column. */
export type Row = { readonly [column: string]: Value };

/** A `<condition>` for equality. */
export type Condition = readonly [column: string, comparison: '==', value: Value];

/** A `<mutation>`. */
export type Mutation = readonly [column: string, mutator: 'insert' | 'delete' | '+=', value: Value];

/** The operations of RFC 7047 5.2 that this library uses. */
export type Operation =
  | {
      readonly op: 'select';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns: readonly string[];
    }
  | { readonly op: 'insert'; readonly table: string; readonly row: Row; readonly 'uuid-name'?: string }
  | { readonly op: 'update'; readonly table: string; readonly where: readonly Condition[]; readonly row: Row }
  | {
      readonly op: 'mutate';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly mutations: readonly Mutation[];
    }
  | { readonly op: 'delete'; readonly table: string; readonly where: readonly Condition[] }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns: readonly string[];
      readonly until: '==';
      readonly rows: readonly Row[];
      /** Milliseconds. With 0, the operation fails at once if the rows differ. */
      readonly timeout?: number;
    };

/** A reference to an existing row. */
export function uuid(id: string): Atom {
  return ['uuid', id];
}

/** A reference to the row of an `insert` with this `uuid-name` in the same transaction. */
export function namedUuid(name: string): Atom {
  return ['named-uuid', name];
}

/** A set of atoms. */
export function setOf(atoms: Iterable<Atom>): Value {
  return ['set', [...atoms]];
}

/** A map of strings. */
export function mapOf(entries: Readonly<Record<string, string>>): Value {
  return ['map', Object.entries(entries)];
}

/**
 * An atom in a replica. A replica stores each column as a set of atoms or as a map. A UUID is stored as text.
 */
export type Scalar = string | number | boolean;
/** A column in a replica. */
export type Datum = Set<Scalar> | Map<Scalar, Scalar>;

/**
 * Reads a set of strings, UUIDs, booleans or VLAN ids, or the atom of a set with one element.
 *
 * Other numbers are refused: V8 hashes numbers without a secret, so a server could choose numbers for which a
 * Set takes quadratic time. The only numbers in sets are VLAN ids (ovs-vswitchd.conf.db(5), `trunks`).
 */
export function readSet(value: unknown): Set<Scalar> {
  const atoms = isTagged(value, 'set') ? value[1] : [value];
  return new Set(atoms.map(readMember));
}

function readMember(value: unknown): Scalar {
  const atom = readAtom(value);
  if (typeof atom === 'number' && !(Number.isInteger(atom) && atom >= 0 && atom <= HIGHEST_VLAN))
    throw new OvsdbProtocolError(`${atom} is no VLAN id: a set of numbers holds 0 to ${HIGHEST_VLAN}`);
  return atom;
}

const HIGHEST_VLAN = 4095;

/** Reads a set of at most one atom. */
export function readOptional(value: unknown): Set<Scalar> {
  if (!isTagged(value, 'set')) return new Set([readAtom(value)]);
  const { length } = value[1];
  if (length > 1) throw new OvsdbProtocolError(`expected at most one value in a column, found ${length}`);
  return new Set(value[1].map(readAtom));
}

/** Reads a map whose keys are strings. Numbers are refused for the reason in {@link readSet}. */
export function readMap(value: unknown): Map<Scalar, Scalar> {
  if (!isTagged(value, 'map')) throw new OvsdbProtocolError(`${excerptOf(value)} is no OVSDB map`);
  return new Map(
    value[1].map((pair): [Scalar, Scalar] => {
      if (!Array.isArray(pair)) throw new OvsdbProtocolError(`${excerptOf(pair)} is no pair of an OVSDB map`);
      const key = readAtom(pair[0]);
      if (typeof key !== 'string') throw new OvsdbProtocolError(`${key} is no key of an OVSDB map of strings`);
      return [key, readAtom(pair[1])];
    }),
  );
}

function readAtom(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && (value[0] === 'uuid' || value[0] === 'named-uuid') && typeof value[1] === 'string')
    return value[1];
  throw new OvsdbProtocolError(`${excerptOf(value)} is no OVSDB atom`);
}

function isTagged(value: unknown, tag: 'set' | 'map'): value is [string, unknown[]] {
  return Array.isArray(value) && value[0] === tag && Array.isArray(value[1]);
}
