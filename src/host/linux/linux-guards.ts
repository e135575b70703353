/**
 * Source guards in nf_tables, through netlink. The program nft reads all chains first, so that it
 * takes longer the more guards there are.
 */

import { HostClosedError } from '../../errors/host.ts';
import { isKernelError, NetlinkError } from '../../errors/kernel.ts';
import { canonicalGuard } from '../../host-contract/guards/canonical-guard.ts';
import type {
  ListedGuard,
  SourceGuard,
  SourceGuardState,
  SourceGuards,
} from '../../host-contract/guards/source-guards.ts';
import type { Links } from '../../host-contract/links.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import type { Libc } from './libc.ts';
import type { Message } from './netlink/message.ts';
import type { Request } from './netlink/request.ts';
import { NetlinkSocket } from './netlink/socket.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import {
  batchEnds,
  chainIn,
  cleanUpMessages,
  commentsIn,
  counterIn,
  deleteMessages,
  type FoundChain,
  getChain,
  getCounter,
  hasRules,
  listAllRules,
  listChains,
  listRules,
  setMessages,
} from './nftables/guard-messages.ts';
import { explained } from './nftables/guard-refusals.ts';
import { baseName, chainsOf, targetsName } from './nftables/guard-rules.ts';
import { ListedRules } from './nftables/guard-states.ts';
import { NETLINK_NETFILTER } from './nftables/message.ts';
import { SHARED_CHAINS } from './nftables/shared-chains.ts';

/** Maximum number of attempts of a change, if another process changes the same guard meanwhile. */
const ATTEMPTS = 20;

export class LinuxGuards implements SourceGuards {
  readonly #libc: Libc;
  readonly #namespace: NetworkNamespace;
  readonly #links: Links;
  #socket: NetlinkSocket | undefined;
  #closed = false;

  constructor(libc: Libc, namespace: NetworkNamespace, links: Links) {
    this.#libc = libc;
    this.#namespace = namespace;
    this.#links = links;
  }

  async list(): Promise<ListedGuard[]> {
    return this.#listed(await this.#chains());
  }

  async states(): Promise<SourceGuardState[]> {
    const chains = await this.#chains();
    const rules = new ListedRules(chains);
    const [listed] = await Promise.all([this.#listed(chains), this.#readRules(rules, chains.length)]);
    return listed.map((guard) => ({ ...guard, ...rules.of(guard.device) }));
  }

  async #chains(): Promise<FoundChain[]> {
    return (await this.#dump(listChains())).flatMap((message) => chainIn(message) ?? []);
  }

  async #readRules(rules: ListedRules, guards: number): Promise<void> {
    if (guards === 0) return;
    const request = listAllRules();
    const take = (messages: readonly Message[], attempt: number): never[] => {
      rules.take(messages, attempt);
      return [];
    };
    const lists = await this.#opened().dumps(request, take, ATTEMPTS);
    if (lists.length > 1) throw new NetlinkError(request.what, 'EINTR', 'the rules kept changing while they were read');
  }

  async #listed(chains: readonly FoundChain[]): Promise<ListedGuard[]> {
    if (chains.length === 0) return [];
    const drops = new Map((await this.#dump(getCounter())).map(counterIn));
    const indexes = new Map((await this.#links.list()).map(({ name, index }) => [name, index]));
    return chains.map((chain) => ({
      ...chain.guard,
      drops: drops.get(baseName(chain.guard.device)) ?? 0,
      bound: isBound(chain, indexes.get(chain.guard.device)),
    }));
  }

  async get(device: string): Promise<SourceGuardState | undefined> {
    const found = await this.#find(device);
    if (found === undefined) return undefined;
    const [link, counter, rules] = await Promise.all([
      this.#links.get(device),
      this.#look(getCounter(device)),
      this.#dump(listRules(device, baseName(device))),
    ]);
    const guard = { ...found.guard, addresses: commentsIn(rules).sort() };
    return {
      ...guard,
      drops: counter.map(counterIn)[0]?.[1] ?? 0,
      bound: isBound(found, link?.index),
      active: await this.#hasRulesOf(guard, rules),
    };
  }

  async set(given: SourceGuard): Promise<void> {
    const guard = canonicalGuard(given);
    const { device, owner, anyDevice } = guard;
    const what = `source guard of ${device}`;
    for (let attempt = 1; ; attempt++) {
      const replaced = await this.#find(device);
      if (replaced !== undefined && replaced.guard.owner !== owner)
        throw new NetlinkError(what, 'EEXIST', `the device has a guard of ${replaced.guard.owner}`);
      const index = anyDevice ? 0 : (await this.#links.get(device))?.index;
      if (index === undefined) throw new NetlinkError(what, 'ENODEV', `no such device: ${device}`);
      try {
        const hasTargets = replaced !== undefined && (await this.#hasTargets(device));
        await this.#change(setMessages(guard, index, { chain: replaced, hasTargets }));
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || !isKernelError(error, 'EEXIST', 'ENOENT', 'EBUSY')) throw explained(guard, error);
      }
    }
  }

  async delete({ device, owner }: Pick<SourceGuard, 'device' | 'owner'>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.#find(device);
      if (found !== undefined && found.guard.owner !== canonicalUuid(owner)) return;
      // The counter is there also if the kernel has deleted the chain.
      if (found === undefined && (await this.#look(getCounter(device))).length === 0) return;
      try {
        const hasTargets = await this.#hasTargets(device);
        await this.#change(deleteMessages(device, { chain: found, hasTargets }));
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || !isKernelError(error, 'ENOENT', 'EBUSY')) throw error;
      }
    }
    await this.#change(cleanUpMessages(device)).catch((error: unknown) => {
      if (!isKernelError(error, 'ENOENT', 'EBUSY')) throw error;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#socket?.close();
  }

  async #find(device: string): Promise<FoundChain | undefined> {
    const [message] = await this.#look(getChain(device, baseName(device)));
    return message && chainIn(message);
  }

  async #hasTargets(device: string): Promise<boolean> {
    return (await this.#look(getChain(device, targetsName(device)))).length > 0;
  }

  async #hasRulesOf(guard: SourceGuard, rules: readonly Message[]): Promise<boolean> {
    const { base, targets } = chainsOf(guard);
    if (!hasRules(rules, base)) return false;
    for (const chain of [...(targets === undefined ? [] : [targets]), ...SHARED_CHAINS])
      if (!hasRules(await this.#dump(listRules(guard.device, chain.name)), chain)) return false;
    return true;
  }

  /** The answer to a query. Empty if the object does not exist. */
  async #look(request: Request): Promise<Message[]> {
    return this.#orNothing(async () => (await this.#opened().request(request)).flat());
  }

  async #dump(request: Request): Promise<Message[]> {
    return this.#orNothing(() => this.#opened().dump(request));
  }

  async #orNothing(read: () => Promise<Message[]>): Promise<Message[]> {
    try {
      return await read();
    } catch (error) {
      if (isKernelError(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async #change(requests: readonly Request[]): Promise<void> {
    await this.#opened().transaction(requests, batchEnds(requests[0]?.what ?? ''));
  }

  #opened(): NetlinkSocket {
    if (this.#closed) throw new HostClosedError();
    this.#socket ??= NetlinkSocket.open(this.#libc, this.#namespace, NETLINK_NETFILTER);
    return this.#socket;
  }
}

/**
 * Whether the kernel has bound the guard to the device that has the name now. Linux 6.18 binds a
 * chain to every device that gets its name. Older kernels keep the chain at a device that is
 * renamed.
 */
function isBound({ index, hooked, guard }: FoundChain, present: number | undefined): boolean {
  if (hooked !== guard.device) return false;
  return index === 0 || index === present;
}
