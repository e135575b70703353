/** Compares the rules of all source guards with those of this library, from one list of rules. */

import type { SourceGuard } from '../../../host-contract/guards/source-guards.ts';
import type { Message } from '../netlink/message.ts';
import { commentsIn, type FoundChain, hasRules } from './guard-messages.ts';
import { baseName, chainsOf } from './guard-rules.ts';
import { type ChainOfRule, chainOfRule, tableOf } from './guard-tables.ts';
import type { Chain } from './rules.ts';
import { SHARED_CHAINS } from './shared-chains.ts';

/** The result of reading the rules of a guard. */
interface RulesOfGuard {
  readonly addresses: readonly string[];
  /** Whether the guard has exactly the rules of this library. */
  readonly active: boolean;
}

interface BaseChain {
  readonly addresses: readonly string[];
  readonly isIntact: boolean;
  readonly targets: Chain | undefined;
}

/** Takes the parts of a list of rules, and keeps only the results. */
export class ListedRules {
  readonly #guards: ReadonlyMap<string, FoundChain['guard']>;
  #attempt = 0;
  #current: { readonly chain: ChainOfRule; readonly rules: Message[] } | undefined;
  #bases = new Map<string, BaseChain>();
  /** The shared chains that are intact. */
  #intact = new Set<string>();
  #others = new Map<string, Message[]>();

  /** @param chains the guards on the host */
  constructor(chains: readonly FoundChain[]) {
    this.#guards = new Map(
      chains.map(({ guard }) => [keyOf({ table: tableOf(guard.device), chain: baseName(guard.device) }), guard]),
    );
  }

  /**
   * Takes a part of the list. The kernel lists the rules of a chain one after the other.
   *
   * @param attempt the number of the list. A later list replaces the former one
   */
  take(messages: readonly Message[], attempt: number): void {
    if (attempt !== this.#attempt) this.#restart(attempt);
    for (const message of messages) {
      const chain = chainOfRule(message);
      if (chain === undefined) continue;
      if (this.#current === undefined || keyOf(this.#current.chain) !== keyOf(chain)) this.#finish();
      this.#current ??= { chain, rules: [] };
      this.#current.rules.push(message);
    }
  }

  /** Returns the result of a guard, after the last part. */
  of(device: string): RulesOfGuard {
    this.#finish();
    const table = tableOf(device);
    const base = this.#bases.get(keyOf({ table, chain: baseName(device) }));
    if (base === undefined) return { addresses: [], active: false };
    const { addresses, isIntact, targets } = base;
    const hasTargets =
      targets === undefined || hasRules(this.#others.get(keyOf({ table, chain: targets.name })) ?? [], targets);
    const hasShared = SHARED_CHAINS.every(({ name }) => this.#intact.has(keyOf({ table, chain: name })));
    return { addresses, active: isIntact && hasTargets && hasShared };
  }

  #restart(attempt: number): void {
    this.#attempt = attempt;
    this.#current = undefined;
    this.#bases = new Map();
    this.#intact = new Set();
    this.#others = new Map();
  }

  /** Compares the rules of the chain that was read. */
  #finish(): void {
    if (this.#current === undefined) return;
    const { chain, rules } = this.#current;
    this.#current = undefined;
    const key = keyOf(chain);
    const guard = this.#guards.get(key);
    const shared = SHARED_CHAINS.find(({ name }) => name === chain.chain);
    if (guard !== undefined) this.#bases.set(key, baseOf(guard, rules));
    else if (shared === undefined) this.#others.set(key, rules);
    else if (hasRules(rules, shared)) this.#intact.add(key);
  }
}

function baseOf(guard: Omit<SourceGuard, 'addresses'>, rules: readonly Message[]): BaseChain {
  const addresses = commentsIn(rules).sort();
  const { base, targets } = chainsOf({ ...guard, addresses });
  return { addresses, isIntact: hasRules(rules, base), targets };
}

function keyOf({ table, chain }: ChainOfRule): string {
  return `${table} ${chain}`;
}
