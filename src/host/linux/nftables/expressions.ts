/** The parts of a rule of nf_tables: conditions, counters and verdicts, as attributes. */

import { type Attribute, decodeAttributeList } from '../netlink/message.ts';
import { be32, name } from './message.ts';

/** An expression of nf_tables. */
export type Expression = readonly Attribute[];

/** linux/netfilter/nf_tables.h: NFT_REG_1 holds 16 bytes. */
const REGISTER = be32(1);
const LIST_ELEMENT = 1;
const [EXPR_NAME, EXPR_DATA] = [1, 2];
const [DATA_VALUE, DATA_VERDICT] = [1, 2];

/** Where an offset starts: at the Ethernet header, the network header or the transport header. */
const BASES = { link: 0, network: 1, transport: 2 } as const;
const COMPARISONS = { is: 0, isNot: 1, atMost: 3, atLeast: 5 } as const;
type Comparison = keyof typeof COMPARISONS;

/**
 * Bytes of a frame that a rule compares. A rule whose bytes are missing in a frame does not match
 * the frame.
 */
export interface Part {
  readonly base: keyof typeof BASES;
  readonly offset: number;
}

/** Compares bytes of the frame, and with a mask only some of their bits. */
export function compare(part: Part, how: Comparison, value: readonly number[], mask?: readonly number[]): Expression[] {
  const load = expression('payload', [
    [1, REGISTER],
    [2, be32(BASES[part.base])],
    [3, be32(part.offset)],
    [4, be32(value.length)],
  ]);
  return [load, ...(mask === undefined ? [] : [masked(mask)]), compared(how, value)];
}

/**
 * Compares the protocol of the transport header. The kernel looks for it behind all extension
 * headers.
 */
export function transportProtocol(how: Comparison, protocol: number): Expression[] {
  const META_L4PROTO = 16;
  return [
    expression('meta', [
      [2, be32(META_L4PROTO)],
      [1, REGISTER],
    ]),
    compared(how, [protocol]),
  ];
}

/** The fragment header of IPv6. */
const FRAGMENT = 44;

/** Compares bytes of the fragment header. A frame without this header does not match. */
export function fragmentHeader(
  offset: number,
  how: Comparison,
  value: readonly number[],
  mask?: readonly number[],
): Expression[] {
  return [
    extensionHeader(offset, value.length, 0),
    ...(mask === undefined ? [] : [masked(mask)]),
    compared(how, value),
  ];
}

/** Whether the frame has a fragment header. */
export function isFragment(yes: boolean): Expression[] {
  const PRESENT = 1;
  return [extensionHeader(0, 1, PRESENT), compared('is', [Number(yes)])];
}

function extensionHeader(offset: number, length: number, flags: number): Expression {
  return expression('exthdr', [
    [1, REGISTER],
    [2, Buffer.from([FRAGMENT])],
    [3, be32(offset)],
    [4, be32(length)],
    [5, be32(flags)],
  ]);
}

/** A named counter. */
export function counter(counterName: string): Expression {
  return expression('objref', [
    [1, be32(OBJECT_COUNTER)],
    [2, name(counterName)],
  ]);
}

/** linux/netfilter/nf_tables.h: NFT_OBJECT_COUNTER. */
export const OBJECT_COUNTER = 1;

/** The decision of a rule. After `jump`, the rule after it decides if the other chain does not. */
export type Verdict = 'accept' | 'drop' | 'return' | { readonly jump: string } | { readonly goto: string };

const VERDICTS = { drop: 0, accept: 1, return: -5 } as const;
const [JUMP, GOTO] = [-3, -4];

export function verdict(decision: Verdict): Expression {
  return expression('immediate', [
    [1, be32(0)],
    [2, [[DATA_VERDICT, verdictData(decision)]]],
  ]);
}

function verdictData(decision: Verdict): Attribute[] {
  if (typeof decision === 'string') return [[1, be32(VERDICTS[decision])]];
  const [code, chain] = 'jump' in decision ? [JUMP, decision.jump] : [GOTO, decision.goto];
  return [
    [1, be32(code)],
    [2, name(chain)],
  ];
}

function masked(mask: readonly number[]): Expression {
  return expression('bitwise', [
    [1, REGISTER],
    [2, REGISTER],
    [3, be32(mask.length)],
    [4, [[DATA_VALUE, Buffer.from(mask)]]],
    [5, [[DATA_VALUE, Buffer.alloc(mask.length)]]],
  ]);
}

function compared(how: Comparison, value: readonly number[]): Expression {
  return expression('cmp', [
    [1, REGISTER],
    [2, be32(COMPARISONS[how])],
    [3, [[DATA_VALUE, Buffer.from(value)]]],
  ]);
}

function expression(kind: string, data: readonly Attribute[]): Expression {
  return [
    [EXPR_NAME, name(kind)],
    [EXPR_DATA, data],
  ];
}

/** Returns the attribute value for the expressions of a rule. */
export function expressionList(expressions: readonly Expression[]): Attribute[] {
  return expressions.map((each) => [LIST_ELEMENT, each]);
}

/**
 * Whether the kernel's list has exactly these expressions. The kernel adds attributes with default
 * values, which are ignored.
 */
export function hasExpressions(list: Buffer | undefined, wanted: readonly Expression[]): boolean {
  const found = decodeAttributeList(list ?? Buffer.alloc(0));
  return found.length === wanted.length && wanted.every((each, i) => carries(found[i]?.[1], each));
}

function carries(bytes: Buffer | undefined, wanted: readonly Attribute[]): boolean {
  if (bytes === undefined) return false;
  const found = new Map(decodeAttributeList(bytes));
  return wanted.every(([type, value]) => {
    const have = found.get(type);
    if (!(value instanceof Uint8Array)) return carries(have, value);
    return have?.equals(value) === true;
  });
}
