/** The types of the JSON of a class: the wire form and the plain form. */
import type { CHANGES, DATA, Primitive } from './primitive.ts';

/** The properties that tell a versioned object from other values. VersionedObject has them. */
interface ObjectProperties {
  readonly type: string;
  readonly version: string;
  readonly changes: readonly string[];
}

/** The wire name of a property; never for the properties of every object and for methods. */
type WireNameOf<T, K> = K extends keyof ObjectProperties
  ? never
  : K extends keyof T & string
    ? T[K] extends (...args: never[]) => unknown
      ? never
      : WireName<K>
    : never;

/** The wire form of the objects of a class: `PrimitiveOf<typeof VIFBridge>`. */
export type PrimitiveOf<C extends { readonly prototype: ObjectProperties }> = PrimitiveForm<C['prototype']>;

/** The plain form of the objects of a class: `PlainOf<typeof VIFBridge>`. */
export type PlainOf<C extends { readonly prototype: ObjectProperties }> = PlainForm<C['prototype']>;

/** The wire form of an object. */
export type PrimitiveForm<T extends ObjectProperties> = Omit<Primitive, typeof DATA | typeof CHANGES> & {
  [DATA]: { -readonly [K in keyof T as WireNameOf<T, K>]?: PrimitiveValue<T[K]> };
  [CHANGES]?: string[];
};

/** The plain form of an object. An object of a subclass can have further names. */
export type PlainForm<T extends ObjectProperties> = {
  type: string;
} & { -readonly [K in keyof T as WireNameOf<T, K>]?: PlainValue<T[K]> };

/** The name on the wire: `vif_name` for `vifName`. */
export type WireName<K extends string> = K extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${WireName<Rest>}`
  : K;

/** Nested lists of objects have the form of their class too. `undefined` is a field that is not set. */
type PrimitiveValue<V> = V extends undefined
  ? never
  : V extends ObjectProperties
    ? PrimitiveForm<V>
    : V extends Date
      ? string
      : V extends ReadonlySet<infer E>
        ? PrimitiveValue<E>[]
        : V extends readonly (infer E)[]
          ? PrimitiveValue<E>[]
          : V;

type PlainValue<V> = V extends undefined
  ? never
  : V extends { readonly objects?: readonly (infer E extends ObjectProperties)[] } & ObjectProperties
    ? PlainForm<E>[]
    : V extends ObjectProperties
      ? PlainForm<V>
      : V extends Date
        ? string
        : V extends ReadonlySet<infer E>
          ? PlainValue<E>[]
          : V extends readonly (infer E)[]
            ? PlainValue<E>[]
            : V;
