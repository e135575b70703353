/** Rules and chains of nf_tables. */

import { counter, type Expression, type Verdict, verdict } from './expressions.ts';

/** A rule. A frame that matches all conditions gets the verdict. */
export interface Rule {
  readonly expressions: readonly Expression[];
  /** Shown by nft(8). */
  readonly comment?: string;
}

/** A chain with its rules, in order. */
export interface Chain {
  readonly name: string;
  readonly rules: readonly Rule[];
}

export function rule(conditions: readonly (readonly Expression[])[], decision: Verdict, comment?: string): Rule {
  return { expressions: [...conditions.flat(), verdict(decision)], ...(comment !== undefined && { comment }) };
}

/** Drops and counts all frames that reach this rule. */
export function countedDrop(counterName: string): Rule {
  return { expressions: [counter(counterName), verdict('drop')] };
}
