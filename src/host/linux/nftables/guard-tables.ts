/** The tables of source guards in nf_tables, and the chains of their rules. */

import { type Message, readString } from '../netlink/message.ts';
import { attributesIn } from './message.ts';

const TABLES = 'os-vif-guards-';

/**
 * The table of the guard of a device: one of 256. For each changed rule, the kernel checks all
 * chains of the table for loops (nft_table_validate()), so that a change of one large table takes
 * long.
 */
export function tableOf(device: string): string {
  let hash = 0;
  for (const byte of Buffer.from(device)) hash = (31 * hash + byte) & 0xff;
  return `${TABLES}${hash.toString(16).padStart(2, '0')}`;
}

/** linux/netfilter/nf_tables.h: attributes of rules. */
export const RULE = { table: 1, chain: 2, expressions: 4, userdata: 7 } as const;

/** The chain of a rule, in a table of this library. */
export interface ChainOfRule {
  readonly table: string;
  readonly chain: string;
}

/** Reads the chain of a rule. Undefined for a rule in a table of another program. */
export function chainOfRule(message: Message): ChainOfRule | undefined {
  const attributes = attributesIn(message);
  const [table, chain] = [RULE.table, RULE.chain].map((type) => readString(attributes.get(type) ?? Buffer.alloc(0)));
  return chain !== undefined && table?.startsWith(TABLES) ? { table, chain } : undefined;
}
