/** The messages that create, delete and read source guards in nf_tables. */

import {
  GUARD_HOOKS,
  GUARD_MODES,
  type ListedGuard,
  type SourceGuard,
} from '../../../host-contract/guards/source-guards.ts';
import { aliasOf, ownerOf } from '../../../host-contract/ownership.ts';
import {
  type Attribute,
  decodeAttributeList,
  decodeAttributes,
  type Message,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  readString,
} from '../netlink/message.ts';
import type { Request } from '../netlink/request.ts';
import { expressionList, hasExpressions, OBJECT_COUNTER } from './expressions.ts';
import { baseName, chainsOf, deviceOfChain, targetsName } from './guard-rules.ts';
import { RULE, tableOf } from './guard-tables.ts';
import {
  attributesIn,
  BATCH_BEGIN,
  BATCH_END,
  BATCH_HEADER,
  be32,
  commentData,
  commentIn,
  name,
  nftRequest,
  TYPES,
} from './message.ts';
import type { Chain } from './rules.ts';
import { SHARED_CHAINS } from './shared-chains.ts';

/** linux/netfilter/nf_tables.h: attributes of chains, hooks, objects and counters. */
const CHAIN = { table: 1, handle: 2, name: 3, hook: 4, policy: 5, type: 7, userdata: 12 } as const;
const HOOK = { number: 1, priority: 2, device: 3, devices: 4 } as const;
const OBJECT = { table: 1, name: 2, type: 3, data: 4 } as const;
const COUNTER_PACKETS = 2;

/** linux/netlink.h: only an empty object is deleted. */
const NLM_F_NONREC = 0x100;

/** Before the chains of other programs, which usually have a priority of -300 or more. */
const PRIORITY = -500;
const NF_ACCEPT = 1;

/** A base chain as the kernel has it. */
export interface FoundChain {
  readonly handle: Buffer;
  readonly guard: Omit<ListedGuard, 'drops' | 'bound'>;
  /** The index of the device when the guard was set. 0: the guard is for every device of the name. */
  readonly index: number;
  /** The device to which the kernel has bound the chain, by its present name. */
  readonly hooked: string;
}

/** The parts of a guard that a device has. */
export interface GuardParts {
  /** The chain that the hook calls. Before Linux 6.16, the kernel deletes it with the device. */
  readonly chain: FoundChain | undefined;
  readonly hasTargets: boolean;
}

/** The messages around a transaction. */
export function batchEnds(what: string): readonly [begin: Request, end: Request] {
  const end = (type: number): Request => ({ what, type, flags: 0, body: BATCH_HEADER });
  return [end(BATCH_BEGIN), end(BATCH_END)];
}

/**
 * Replaces a guard, or creates it. The kernel refuses the transaction with ENOENT if the chain to
 * replace is no longer the same, and with EEXIST if there is a chain meanwhile.
 *
 * @param former the parts of a guard that the device has
 */
export function setMessages(guard: SourceGuard, index: number, former: GuardParts): Request[] {
  const { device } = guard;
  const place = { what: `source guard of ${device}`, table: tableOf(device) };
  const { base, targets } = chainsOf(guard);
  return [
    nftRequest(place.what, TYPES.newTable, [[1, name(place.table)]], NLM_F_CREATE),
    ...SHARED_CHAINS.flatMap((chain) => refill(place, chain)),
    nftRequest(place.what, TYPES.newObject, counterAttributes(device), NLM_F_CREATE),
    ...(former.chain === undefined ? [] : [deleteByHandle(place, former.chain)]),
    ...(former.hasTargets && targets === undefined ? [deleteTargets(place, device)] : []),
    ...(targets === undefined ? [] : refill(place, targets)),
    nftRequest(place.what, TYPES.newChain, hookAttributes(guard, index), NLM_F_CREATE | NLM_F_EXCL),
    ...rulesOf(place, base),
  ];
}

/**
 * Deletes a guard. The kernel refuses with ENOENT if the chain is no longer the same.
 */
export function deleteMessages(device: string, { chain, hasTargets }: GuardParts): Request[] {
  const place = { what: `deletion of the source guard of ${device}`, table: tableOf(device) };
  return [
    ...(chain === undefined ? [] : [deleteByHandle(place, chain)]),
    ...(hasTargets ? [deleteTargets(place, device)] : []),
    nftRequest(place.what, TYPES.deleteObject, counterAttributes(device)),
  ];
}

/** Deletes the table of a device. The kernel refuses with EBUSY if the table has a guard. */
export function cleanUpMessages(device: string): Request[] {
  const table = tableOf(device);
  const what = `deletion of the table ${table}`;
  return [
    ...SHARED_CHAINS.toReversed().map((chain) =>
      nftRequest(what, TYPES.deleteChain, chainAttributes(table, chain.name)),
    ),
    nftRequest(what, TYPES.deleteTable, [[1, name(table)]], NLM_F_NONREC),
  ];
}

/** Looks up a chain in the table of a device. */
export function getChain(device: string, chain: string): Request {
  return nftRequest(`look-up of the chain ${chain}`, TYPES.getChain, chainAttributes(tableOf(device), chain));
}

/** Lists the chains of all tables. */
export function listChains(): Request {
  return nftRequest('list of source guards', TYPES.getChain, []);
}

/** Lists the rules of a chain in the table of a device. */
export function listRules(device: string, chain: string): Request {
  return nftRequest(`rules of the chain ${chain}`, TYPES.getRule, ruleAttributes(tableOf(device), chain));
}

/** Lists the rules of all tables. */
export function listAllRules(): Request {
  return nftRequest('rules of source guards', TYPES.getRule, []);
}

/** Reads one counter, or all counters. */
export function getCounter(device?: string): Request {
  const attributes: readonly Attribute[] =
    device === undefined ? [[OBJECT.type, be32(OBJECT_COUNTER)]] : counterAttributes(device);
  return nftRequest('counters of source guards', TYPES.getObject, attributes);
}

/** Reads a base chain of a guard. Undefined for every other chain. */
export function chainIn(message: Message): FoundChain | undefined {
  const attributes = attributesIn(message);
  const [table, chain, hook] = [CHAIN.table, CHAIN.name, CHAIN.hook].map((type) => attributes.get(type));
  const device = chain && deviceOfChain(readString(chain));
  if (table === undefined || device === undefined || hook === undefined) return undefined;
  if (readString(table) !== tableOf(device)) return undefined;
  const described = descriptionIn(commentIn(attributes.get(CHAIN.userdata)));
  const hookAttribute = decodeAttributes(hook);
  const number = hookAttribute.get(HOOK.number)?.readUInt32BE(0);
  const hookName = GUARD_HOOKS.find((_, i) => i === number);
  if (described === undefined || hookName === undefined) return undefined;
  const { index, ...guard } = described;
  return {
    handle: attributes.get(CHAIN.handle) ?? Buffer.alloc(8),
    guard: { device, hook: hookName, ...guard, ...(index === 0 && { anyDevice: true }) },
    index,
    hooked: hookedDevice(hookAttribute),
  };
}

/** Whether the kernel has exactly the rules of the chain. */
export function hasRules(messages: readonly Message[], { rules }: Chain): boolean {
  return (
    messages.length === rules.length &&
    rules.every((wanted, i) => {
      const message = messages[i];
      return message && hasExpressions(attributesIn(message).get(RULE.expressions), wanted.expressions);
    })
  );
}

/** The comments of the rules: the addresses of a guard. */
export function commentsIn(messages: readonly Message[]): string[] {
  return messages.map((message) => commentIn(attributesIn(message).get(RULE.userdata))).filter((text) => text !== '');
}

/** Reads the name of a counter, and its number of packets. */
export function counterIn(message: Message): readonly [name: string, packets: number] {
  const attributes = attributesIn(message);
  const data = decodeAttributes(attributes.get(OBJECT.data) ?? Buffer.alloc(0)).get(COUNTER_PACKETS);
  return [readString(attributes.get(OBJECT.name) ?? Buffer.alloc(0)), Number(data?.readBigUInt64BE(0) ?? 0)];
}

/** The purpose of messages, and the table that they change. */
interface Place {
  readonly what: string;
  readonly table: string;
}

/** Creates a chain, or replaces all its rules. */
function refill({ what, table }: Place, chain: Chain): Request[] {
  return [
    nftRequest(what, TYPES.newChain, chainAttributes(table, chain.name), NLM_F_CREATE),
    nftRequest(what, TYPES.deleteRule, ruleAttributes(table, chain.name)),
    ...rulesOf({ what, table }, chain),
  ];
}

function rulesOf({ what, table }: Place, chain: Chain): Request[] {
  return chain.rules.map(({ expressions, comment }) => {
    const attributes: Attribute[] = [
      ...ruleAttributes(table, chain.name),
      [RULE.expressions, expressionList(expressions)],
    ];
    if (comment !== undefined) attributes.push([RULE.userdata, commentData(comment)]);
    return nftRequest(what, TYPES.newRule, attributes, NLM_F_CREATE | NLM_F_APPEND);
  });
}

function deleteByHandle({ what, table }: Place, { handle }: FoundChain): Request {
  return nftRequest(what, TYPES.deleteChain, [
    [CHAIN.table, name(table)],
    [CHAIN.handle, handle],
  ]);
}

function deleteTargets({ what, table }: Place, device: string): Request {
  return nftRequest(what, TYPES.deleteChain, chainAttributes(table, targetsName(device)));
}

function chainAttributes(table: string, chain: string): Attribute[] {
  return [
    [CHAIN.table, name(table)],
    [CHAIN.name, name(chain)],
  ];
}

function ruleAttributes(table: string, chain: string): Attribute[] {
  return [
    [RULE.table, name(table)],
    [RULE.chain, name(chain)],
  ];
}

function hookAttributes(guard: SourceGuard, index: number): Attribute[] {
  const hook: Attribute[] = [
    [HOOK.number, be32(GUARD_HOOKS.indexOf(guard.hook))],
    [HOOK.priority, be32(PRIORITY)],
    [HOOK.device, name(guard.device)],
  ];
  return [
    ...chainAttributes(tableOf(guard.device), baseName(guard.device)),
    [CHAIN.hook, hook],
    [CHAIN.policy, be32(NF_ACCEPT)],
    [CHAIN.type, name('filter')],
    [CHAIN.userdata, commentData(descriptionOf(guard, index))],
  ];
}

function counterAttributes(device: string): Attribute[] {
  return [
    [OBJECT.table, name(tableOf(device))],
    [OBJECT.name, name(baseName(device))],
    [OBJECT.type, be32(OBJECT_COUNTER)],
    [OBJECT.data, []],
  ];
}

/** The comment of a base chain: `os-vif:<VIF id> mac-and-ip fa:16:3e:00:00:01 device 7`. */
function descriptionOf({ owner, mode, mac }: SourceGuard, index: number): string {
  return `${aliasOf(owner)} ${mode} ${mac} device ${index}`;
}

function descriptionIn(comment: string): (Pick<SourceGuard, 'owner' | 'mode' | 'mac'> & { index: number }) | undefined {
  const [, alias = '', modeName, mac = '', index] =
    /^(\S+) (mac|mac-and-ip) ([\da-f:]{17}) device (\d+)$/.exec(comment) ?? [];
  const mode = GUARD_MODES.find((each) => each === modeName);
  const owner = ownerOf({ alias });
  return mode && owner !== undefined ? { owner, mode, mac, index: Number(index) } : undefined;
}

/** Since Linux 5.5 a chain can have several devices. */
function hookedDevice(hook: ReadonlyMap<number, Buffer>): string {
  const [first] = decodeAttributeList(hook.get(HOOK.devices) ?? Buffer.alloc(0));
  return readString(hook.get(HOOK.device) ?? first?.[1] ?? Buffer.alloc(0));
}
