/**
 * MAC addresses whose frames devices drop, through nft(8). Each device with such addresses has a table of the
 * family netdev. The table is deleted together with its last address. The table also drops outgoing frames to
 * these addresses, because the device would accept them when a switch sends them back.
 */

import { isKernelError, SystemCallError } from '../../errors/kernel.ts';
import type { IngressFilter, SourceMacDrop, SourceMacDropState } from '../../host-contract/filters/packet-filters.ts';
import { KeyedQueue } from '../../host-contract/keyed-queue.ts';
import { requireSourceMacDrop } from '../../host-contract/link-values.ts';
import { aliasOf, ownerOf } from '../../host-contract/ownership.ts';
import { runCommand } from './command.ts';
import type { NetworkNamespace } from './network-namespace.ts';

const PREFIX = 'os-vif-';
/**
 * The map of addresses, the chain that looks up the source of a frame in the map, and the chain that drops
 * the frame if the map has its source.
 */
const [MAP, LOOKUP, REFUSED] = ['refused', 'ingress', 'drop-refused'];
const LOOKUP_RULE = [{ vmap: { key: { payload: { protocol: 'ether', field: 'saddr' } }, data: `@${MAP}` } }];
const REFUSED_RULE = [{ drop: null }];
/**
 * The set of the same addresses, and the chain that drops frames to them. Frames between two of
 * these addresses leave the device: the ingress of the device drops the frames that come back.
 */
const [SET, EGRESS] = ['isolated', 'egress'];
const EGRESS_RULE = [
  { match: { op: '!=', left: { payload: { protocol: 'ether', field: 'saddr' } }, right: `@${SET}` } },
  { match: { op: '==', left: { payload: { protocol: 'ether', field: 'daddr' } }, right: `@${SET}` } },
  { drop: null },
];

export class LinuxIngress implements IngressFilter {
  readonly #namespace: NetworkNamespace;
  /** Runs of nft, one at a time, because the start of a program blocks the event loop. */
  readonly #runs = new KeyedQueue();
  /** A list that is not read yet. All callers until then share this list. */
  #next: Promise<SourceMacDropState[]> | undefined;
  /** For each device, the addresses that the next transaction deletes. */
  readonly #leaving = new Map<string, { readonly macs: string[]; readonly done: Promise<void> }>();
  /**
   * Whether the kernel and nft have the egress hook: Linux 5.16, nftables 1.0.1.
   * Undefined: not tried yet.
   */
  #hasEgress: boolean | undefined;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
  }

  async list(): Promise<SourceMacDropState[]> {
    this.#next ??= this.#inTurn(() => this.#read());
    return [...(await this.#next)];
  }

  async #read(): Promise<SourceMacDropState[]> {
    this.#next = undefined;
    const output = await this.#nft('list ruleset netdev');
    const ruleset: unknown = output === '' ? {} : JSON.parse(output);
    const drops = dropsIn(ruleset);
    if (drops.every(({ active }) => active)) return drops;
    this.#hasEgress ??= await this.#tryEgress();
    return this.#hasEgress ? drops : dropsIn(ruleset, { egress: false });
  }

  /** Has the kernel check a chain that is not made. */
  async #tryEgress(): Promise<boolean> {
    const table = { family: 'netdev', table: `${PREFIX}try-egress` };
    const commands = [
      { add: { table: { family: table.family, name: table.table } } },
      { add: { chain: { ...table, name: EGRESS, ...hookOf('egress', 'lo') } } },
    ];
    try {
      await this.#nft(JSON.stringify({ nftables: commands }), 'try the egress hook', '-c');
      return true;
    } catch (error) {
      if (!isMissingHook(error)) throw error;
      return false;
    }
  }

  /**
   * Adds an address in one transaction. The transaction is the same with and without an existing table, so
   * several processes may add addresses at the same time.
   */
  async create(drop: SourceMacDrop): Promise<void> {
    requireSourceMacDrop(drop);
    const { device, mac, owner } = drop;
    const what = `drop frames from ${mac} on ${device}`;
    const table = { family: 'netdev', table: tableOf(device) };
    const entry = [{ elem: { val: mac, comment: aliasOf(owner) } }, { goto: { target: REFUSED } }];
    const commands = [
      { add: { table: { family: 'netdev', name: tableOf(device) } } },
      { add: { chain: { ...table, name: REFUSED } } },
      { add: { map: { ...table, name: MAP, type: 'ether_addr', map: 'verdict' } } },
      { add: { set: { ...table, name: SET, type: 'ether_addr' } } },
      { add: { chain: { ...table, name: LOOKUP, ...hookOf('ingress', device) } } },
      { flush: { chain: { ...table, name: REFUSED } } },
      { flush: { chain: { ...table, name: LOOKUP } } },
      { add: { rule: { ...table, chain: REFUSED, expr: REFUSED_RULE } } },
      { add: { rule: { ...table, chain: LOOKUP, expr: LOOKUP_RULE } } },
      { create: { element: { ...table, name: MAP, elem: [entry] } } },
      { add: { element: { ...table, name: SET, elem: [mac] } } },
    ];
    const egress = [
      { add: { chain: { ...table, name: EGRESS, ...hookOf('egress', device) } } },
      { flush: { chain: { ...table, name: EGRESS } } },
      { add: { rule: { ...table, chain: EGRESS, expr: EGRESS_RULE } } },
    ];
    await this.#inTurn(async () => {
      if (this.#hasEgress === false) return this.#change(what, commands);
      try {
        await this.#change(what, [...commands, ...egress]);
        this.#hasEgress = true;
      } catch (error) {
        if (!isMissingHook(error)) throw error;
        await this.#change(what, commands);
        this.#hasEgress = false;
      }
    });
  }

  async delete({ device, mac }: SourceMacDrop): Promise<void> {
    const leaving = this.#leaving.get(device) ?? { macs: [], done: this.#inTurn(() => this.#deleteLeaving(device)) };
    this.#leaving.set(device, leaving);
    leaving.macs.push(mac);
    await leaving.done;
  }

  /**
   * Deletes the addresses, and the table if these were its last addresses. The kernel decides whether they
   * were: it refuses to delete a chain to which an entry still leads.
   */
  async #deleteLeaving(device: string): Promise<void> {
    const { macs = [] } = this.#leaving.get(device) ?? {};
    this.#leaving.delete(device);
    const what = `accept frames from ${macs.join(', ')} on ${device}`;
    const table = { family: 'netdev', table: tableOf(device) };
    // Tables of earlier versions have no set. An address that was not in the set is added first.
    const entries = (elem: readonly string[]) => [
      { add: { set: { ...table, name: SET, type: 'ether_addr' } } },
      { add: { element: { ...table, name: SET, elem } } },
      { delete: { element: { ...table, name: SET, elem } } },
      { delete: { element: { ...table, name: MAP, elem } } },
    ];
    const rest = [
      { delete: { chain: { ...table, name: REFUSED } } },
      { delete: { table: { family: 'netdev', name: tableOf(device) } } },
    ];
    if (await this.#changeUnless(['EBUSY', 'ENOENT'], what, [...entries(macs), ...rest])) return;
    if (!(await this.#changeUnless(['ENOENT'], what, entries(macs)))) {
      for (const mac of macs) await this.#changeUnless(['ENOENT'], what, entries([mac]));
    }
    // Other processes may have deleted the remaining addresses at the same time.
    await this.#changeUnless(['EBUSY', 'ENOENT'], what, rest);
  }

  /** Returns false if the kernel refuses the change with one of these errors. */
  async #changeUnless(errnos: readonly string[], what: string, commands: readonly unknown[]): Promise<boolean> {
    try {
      await this.#change(what, commands);
      return true;
    } catch (error) {
      if (!isKernelError(error, ...errnos)) throw error;
      return false;
    }
  }

  /**
   * Sends the commands as an argument. nft opens its standard input by its path, and the path of a socket
   * cannot be opened.
   */
  async #change(what: string, commands: readonly unknown[]): Promise<void> {
    await this.#nft(JSON.stringify({ nftables: commands }), what);
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    return this.#runs.run(['nft'], action);
  }

  #nft(command: string, what = command, ...flags: readonly string[]): Promise<string> {
    const options = { what: `nft: ${what}`, debianPackage: 'nftables' };
    return runCommand(this.#namespace, ['nft', ...flags, '-j', command], options);
  }
}

function hookOf(hook: 'ingress' | 'egress', device: string): Readonly<Record<string, string | number>> {
  return { type: 'filter', hook, dev: device, prio: 0, policy: 'accept' };
}

/**
 * Whether the kernel or nft may lack the egress hook. An old kernel answers EOPNOTSUPP, and an old nft has a text of
 * its own without an errno.
 */
function isMissingHook(error: unknown): boolean {
  return error instanceof SystemCallError && (error.errno === 'EOPNOTSUPP' || error.errno.startsWith('status'));
}

/**
 * Returns the name of the table of a device. nft accepts letters, digits and `/\-_.` in a name. Every other
 * byte of the device's name becomes `/` and two hexadecimal digits.
 */
function tableOf(device: string): string {
  const bytes = [...Buffer.from(device)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.-]/.test(character) ? character : `/${byte.toString(16).padStart(2, '0')}`;
  });
  return PREFIX + bytes.join('');
}

function deviceOf(table: string): string {
  return decodeURIComponent(table.slice(PREFIX.length).replaceAll('/', '%'));
}

/**
 * Reads the output of `nft -j list ruleset` (libnftables-json(5)).
 * Without `egress`, a drop needs no egress rule to be active.
 */
function dropsIn(ruleset: unknown, { egress } = { egress: true }): SourceMacDropState[] {
  const objects = listAt(ruleset, 'nftables');
  return objects.flatMap((object) => {
    const table = at(object, 'map', 'table');
    if (typeof table !== 'string' || !table.startsWith(PREFIX) || at(object, 'map', 'name') !== MAP) return [];
    const device = deviceOf(table);
    const isIngress = hasIngress(objects, table);
    const isolated = egress ? isolatedIn(objects, table) : undefined;
    return listAt(object, 'map', 'elem').flatMap((entry) => {
      const [mac, comment] = [at(entry, 0, 'elem', 'val'), at(entry, 0, 'elem', 'comment')];
      const owner = typeof comment === 'string' ? ownerOf({ alias: comment }) : undefined;
      if (typeof mac !== 'string' || owner === undefined) return [];
      return [{ device, active: isIngress && (isolated?.includes(mac) ?? true), mac, owner }];
    });
  });
}

/** Whether received frames reach the map, and frames from its addresses reach the drop rule. */
function hasIngress(objects: readonly unknown[], table: string): boolean {
  return (
    isHooked(LOOKUP, 'ingress', objects, table) &&
    hasOnly(LOOKUP_RULE, LOOKUP, objects, table) &&
    hasOnly(REFUSED_RULE, REFUSED, objects, table)
  );
}

/** The addresses to which outgoing frames are dropped. */
function isolatedIn(objects: readonly unknown[], table: string): unknown[] {
  if (!isHooked(EGRESS, 'egress', objects, table) || !hasOnly(EGRESS_RULE, EGRESS, objects, table)) return [];
  return objects.flatMap((object) =>
    at(object, 'set', 'table') === table && at(object, 'set', 'name') === SET ? listAt(object, 'set', 'elem') : [],
  );
}

function isHooked(chain: string | undefined, hook: string, objects: readonly unknown[], table: string): boolean {
  return objects.some(
    (object) =>
      at(object, 'chain', 'table') === table &&
      at(object, 'chain', 'name') === chain &&
      at(object, 'chain', 'hook') === hook,
  );
}

function hasOnly(rule: unknown, chain: string | undefined, objects: readonly unknown[], table: string): boolean {
  const rules = objects.flatMap((object) =>
    at(object, 'rule', 'table') === table && at(object, 'rule', 'chain') === chain ? [at(object, 'rule', 'expr')] : [],
  );
  return JSON.stringify(rules) === JSON.stringify([rule]);
}

function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (outer, key) => (typeof outer === 'object' && outer !== null ? Reflect.get(outer, key) : undefined),
    value,
  );
}
