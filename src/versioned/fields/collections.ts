/**
 * Field types with several values: lists, sets, dicts. Values are frozen.
 * To change a value, assign a new one.
 */

import { requireOptions } from '../../errors/argument.ts';
import { DeclarationError, FieldValueError } from '../../errors/model.ts';
import { BOOLEAN } from '../../errors/value-kinds.ts';
import { shortened } from '../../text/bounds.ts';
import type { FieldType, JsonSchema, SchemaContext } from '../model.ts';
import { VALID_VALUES } from './enumerations.ts';
import { describeWrongType, isFieldType, refuse, secret } from './field-type.ts';

/** Options of the elements of a collection. */
export interface ElementOptions {
  /** Whether an element may be `null`. */
  nullable?: boolean;
}

/** A list. A value is a frozen array. */
export function listOf<V>(type: FieldType<V>, options: { nullable: true }): FieldType<readonly (V | null)[]>;
/** A list. A value is a frozen array. */
export function listOf<V>(type: FieldType<V>, options?: ElementOptions): FieldType<readonly V[]>;
export function listOf<V>(type: FieldType<V>, options: ElementOptions = {}): FieldType<readonly (V | null)[]> {
  const element = elementOf(type, options);
  const into = (value: unknown, depth: number | undefined) => {
    if (!Array.isArray(value)) return refuse(value, 'an array');
    const items = new Array<V | null>(value.length);
    let i = 0;
    try {
      for (; i < items.length; i++)
        items[i] = depth === undefined ? element.coerce(value[i]) : element.read(value[i], depth);
    } catch (error) {
      if (error instanceof FieldValueError) error.within(i);
      throw error;
    }
    return items;
  };
  const write = (values: readonly (V | null)[]) => {
    // Not slice(), which is slow for frozen arrays.
    const written = new Array<unknown>(values.length);
    for (let i = 0; i < written.length; i++) written[i] = element.write(values[i] ?? null);
    return written;
  };
  listWriters.add(write);
  return guarded(type, {
    osloName: 'List',
    elements: { type, nullable: options.nullable === true, collection: 'list' },
    expose: Object.freeze,
    ...(type.object && { object: type.object }),
    ...fingerprintOfList(type),
    coerce: (value) => into(value, undefined),
    read: into,
    write,
    schema: (context) => ({ type: 'array', items: element.schema(context) }),
    equal: (a, b) => a.length === b.length && a.every((value, i) => element.equal(value, b[i] ?? null)),
    ...(type.clone && { clone: (values) => values.map(element.clone) }),
  });
}

/** Whether the wire form of a field is an array with the wire form of each element: that of {@link listOf}. */
export function isListWriter(write: FieldType<unknown>['write']): boolean {
  return write !== undefined && listWriters.has(write);
}

const listWriters = new WeakSet<object>();

/** A list of an unnamed enumeration is oslo's ListOfEnumField, whose fingerprint has the values. */
function fingerprintOfList(element: Pick<FieldType<never>, 'osloName' | 'fingerprint'>): {
  fingerprint?: Readonly<Record<string, unknown>>;
} {
  const values = element.osloName === 'Enum' ? element.fingerprint?.[VALID_VALUES] : undefined;
  return values === undefined ? {} : { fingerprint: { [VALID_VALUES]: values } };
}

/** A set. A value is a `Set` that cannot be changed; its wire form is an array. */
export function setOf<V>(type: FieldType<V>, options: { nullable: true }): FieldType<ReadonlySet<V | null>>;
/** A set. A value is a `Set` that cannot be changed; its wire form is an array. */
export function setOf<V>(type: FieldType<V>, options?: ElementOptions): FieldType<ReadonlySet<V>>;
export function setOf<V>(type: FieldType<V>, options: ElementOptions = {}): FieldType<ReadonlySet<V | null>> {
  const element = elementOf(type, options);
  const into = (values: Iterable<unknown>, take: (item: unknown) => V | null) =>
    frozenSet(Array.from(values, (item, i) => at(i, take, item)));
  return guarded(type, {
    osloName: 'Set',
    elements: { type, nullable: options.nullable === true, collection: 'set' },
    ...(type.object && { object: type.object }),
    coerce: (value) => (value instanceof Set ? into(value, element.coerce) : refuse(value, 'a Set')),
    read: (value, depth) =>
      Array.isArray(value) ? into(value, (item) => element.read(item, depth)) : refuse(value, 'an array'),
    write: (values) => Array.from(values, element.write),
    schema: (context) => ({ type: 'array', items: element.schema(context) }),
    equal: (a, b) => a.size === b.size && isEverySame(a, b, element),
    clone: (values) => frozenSet(Array.from(values, element.clone)),
  });
}

/**
 * A Set without methods that change it.
 * Object.freeze() does not protect its elements, so invalid values could be added.
 */
function frozenSet<V>(values: Iterable<V>): ReadonlySet<V> {
  return Object.freeze(Object.defineProperties(new Set(values), UNCHANGEABLE));
}

const refuseChange = {
  value() {
    throw new TypeError('the set of a field cannot be changed: assign a new Set to the field');
  },
};

const UNCHANGEABLE: PropertyDescriptorMap = { add: refuseChange, delete: refuseChange, clear: refuseChange };

/** A dict with string keys. A value is a frozen object without a prototype. */
export function dictOf<V>(
  type: FieldType<V>,
  options: { nullable: true },
): FieldType<Readonly<Record<string, V | null>>>;
/** A dict with string keys. A value is a frozen object without a prototype. */
export function dictOf<V>(type: FieldType<V>, options?: ElementOptions): FieldType<Readonly<Record<string, V>>>;
export function dictOf<V>(
  type: FieldType<V>,
  options: ElementOptions = {},
): FieldType<Readonly<Record<string, V | null>>> {
  const element = elementOf(type, options);
  const map = <A, B>(dict: Readonly<Record<string, A>>, to: (value: A | undefined) => B) => {
    const result: Record<string, B> = Object.create(null);
    // Not Object.entries(), whose time grows faster than the number of keys.
    for (const key of Object.keys(dict)) result[key] = at(key, to, dict[key]);
    return result;
  };
  return guarded(type, {
    osloName: 'Dict',
    elements: { type, nullable: options.nullable === true, collection: 'dict' },
    expose: Object.freeze,
    ...(type.object && { object: type.object }),
    coerce: (value) => (isDict(value) ? map(value, element.coerce) : refuse(value, 'an object')),
    read: (value, depth) =>
      isDict(value) ? map(value, (item) => element.read(item, depth)) : refuse(value, 'an object'),
    write: (values) => map(values, (value) => element.write(value ?? null)),
    schema: (context) => ({ type: 'object', additionalProperties: element.schema(context) }),
    equal: (a, b) => {
      const keys = Object.keys(a);
      const same = (key: string) => Object.hasOwn(b, key) && element.equal(a[key] ?? null, b[key] ?? null);
      return keys.length === Object.keys(b).length && keys.every(same);
    },
    ...(type.clone && { clone: (values) => map(values, (value) => element.clone(value ?? null)) }),
  });
}

/**
 * Whether each value of a set has an equal value in another set.
 * Only values with the same wire form are compared.
 */
function isEverySame<V>(values: ReadonlySet<V | null>, others: ReadonlySet<V | null>, element: Element<V>): boolean {
  const formOf = (value: V | null) => JSON.stringify(element.write(value), withoutChanges);
  const byWireForm = new Map<string, (V | null)[]>();
  for (const other of others) {
    const form = formOf(other);
    const alike = byWireForm.get(form);
    if (alike === undefined) byWireForm.set(form, [other]);
    else alike.push(other);
  }
  const alikeTo = (value: V | null) => byWireForm.get(formOf(value)) ?? [];
  return [...values].every((value) => alikeTo(value).some((other) => element.equal(value, other)));
}

/** Equal objects may have different changes. */
function withoutChanges(key: string, value: unknown): unknown {
  return key.endsWith('.changes') ? undefined : value;
}

/** A collection of secrets is a secret too. */
function guarded<V>(element: Pick<FieldType<never>, 'sensitive'>, collection: FieldType<V>): FieldType<V> {
  return element.sensitive ? secret(collection) : collection;
}

interface Element<V> {
  coerce(value: unknown): V | null;
  read(value: unknown, depth: number): V | null;
  write(value: V | null): unknown;
  schema(context: SchemaContext): JsonSchema;
  equal(a: V | null, b: V | null): boolean;
  clone(value: V | null): V | null;
}

function elementOf<V>(type: FieldType<V>, options: ElementOptions): Element<V> {
  requireOptions('listOf, setOf, dictOf', options, { nullable: BOOLEAN });
  const nullable = options.nullable === true;
  if (!isFieldType(type)) throw new DeclarationError(`a collection needs ${describeWrongType(type)}`);
  return {
    coerce: nullable ? (value) => (value === null ? null : type.coerce(value)) : type.coerce,
    read: nullable ? (value, depth) => (value === null ? null : type.read(value, depth)) : type.read,
    write: (value) => (value === null || type.write === undefined ? value : type.write(value)),
    schema: (context) => (nullable ? { anyOf: [type.schema(context), { type: 'null' }] } : type.schema(context)),
    equal: (a, b) => a === b || (a !== null && b !== null && type.equal?.(a, b) === true),
    clone: (value) => (value === null || type.clone === undefined ? value : type.clone(value)),
  };
}

function at<A, B>(place: number | string, take: (value: A) => B, value: A): B {
  try {
    return take(value);
  } catch (error) {
    if (error instanceof FieldValueError)
      error.within(typeof place === 'number' ? place : `[${JSON.stringify(shortened(place))}]`);
    throw error;
  }
}

function isDict(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
