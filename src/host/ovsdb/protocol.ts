/** RFC 7047 as types: values (5.1), operations (5.2), and how their JSON is written and read. */
import { OvsdbProtocolError } from '../../errors/ovs.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A `<string>`, `<number>`, `<boolean>`, `["uuid", ...]` or `["named-uuid", ...]`. */
export type Atom = string | number | boolean | readonly ['uuid' | 'named-uuid', string];

/** A value of a column: an atom stands for a set of one. */
export type Value = Atom | readonly ['set', readonly Atom[]] | readonly ['map', readonly (readonly [Atom, Atom])[]];

export type Row = { readonly [column: string]: Value };

export type Condition = readonly [column: string, comparison: '==' | '!=' | 'includes' | 'excludes', value: Value];

export type Mutation = readonly [column: string, mutator: 'insert' | 'delete' | '+=' | '-=', value: Value];

/** The operations of a transaction that are in use, RFC 7047 5.2. */
export type Operation =
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
      readonly op: 'select';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns?: readonly string[];
    }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly columns: readonly string[];
      readonly until: '==' | '!=';
      readonly rows: readonly Row[];
      /** Milliseconds; 0 fails at once when the rows differ. */
      readonly timeout?: number;
    };

/** A reference to a row that exists. */
export function uuid(id: string): Atom {
  return ['uuid', id];
}

/** A reference to a row that an `insert` of the same transaction makes under this `uuid-name`. */
export function namedUuid(name: string): Atom {
  return ['named-uuid', name];
}

export function setOf(atoms: Iterable<Atom>): Value {
  return ['set', [...atoms]];
}

export function mapOf(entries: Readonly<Record<string, string>>): Value {
  return ['map', Object.entries(entries)];
}

/** A column as a replica keeps it: every value is a set of atoms, or a map. A UUID is kept as its text. */
export type Scalar = string | number | boolean;
export type Datum = Set<Scalar> | Map<Scalar, Scalar>;

/** Reads a set, or the atom that stands for a set of one. */
export function readSet(value: unknown): Set<Scalar> {
  if (!isTagged(value, 'set')) return new Set([readAtom(value)]);
  return new Set(value[1].map(readAtom));
}

export function readMap(value: unknown): Map<Scalar, Scalar> {
  if (!isTagged(value, 'map')) throw new OvsdbProtocolError(`${JSON.stringify(value)?.slice(0, 80)} is no OVSDB map`);
  return new Map(
    value[1].map((pair): [Scalar, Scalar] => {
      if (!Array.isArray(pair))
        throw new OvsdbProtocolError(`${JSON.stringify(pair)?.slice(0, 80)} is no pair of an OVSDB map`);
      return [readAtom(pair[0]), readAtom(pair[1])];
    }),
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAtom(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && (value[0] === 'uuid' || value[0] === 'named-uuid') && typeof value[1] === 'string')
    return value[1];
  throw new OvsdbProtocolError(`${JSON.stringify(value)?.slice(0, 80)} is no OVSDB atom`);
}

function isTagged(value: unknown, tag: 'set' | 'map'): value is [string, unknown[]] {
  return Array.isArray(value) && value[0] === tag && Array.isArray(value[1]);
}
