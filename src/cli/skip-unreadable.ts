/**
 * For a dry run or a list of a user without privileges: skips the parts of a host that this user may not
 * read.
 */

import { PermissionError } from '../errors/kernel.ts';
import { MemoryOvsdb } from '../host/memory/memory-ovsdb.ts';
import { type HostCall, interceptHost } from '../host-contract/intercept.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { messageOf } from '../text/message-of.ts';
import { printWarning } from './output/output.ts';
import type { SessionOptions } from './session.ts';

/** A part of the host that needs privileges, and the answer in its place. */
interface Part {
  readonly what: string;
  readonly nothing: () => Promise<unknown>;
}

/**
 * @param note receives each part that is skipped, and the reason
 * @param parts `rows`: a database of Open vSwitch that this user may not read is taken to be empty
 */
export function skipUnreadable(
  note: (what: string, error: unknown) => void,
  { rows = false }: { readonly rows?: boolean } = {},
): SessionOptions {
  const skipping = async <T>(what: string, read: () => Promise<T>, nothing: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      note(what, error);
      return nothing();
    }
  };
  const parts: Readonly<Record<string, Part>> = rows ? { ...LISTS, 'ovsdb.view': ROWS } : LISTS;
  return {
    seenAs: (host) =>
      interceptHost(host, async (call, proceed) => {
        const part = parts[nameOf(call)];
        return part === undefined ? proceed() : skipping(part.what, proceed, part.nothing);
      }),
    watched: (plugin) =>
      withCollection(plugin, (name, collect) => skipping(`rows of plugin ${name}`, collect, async () => [])),
  };
}

/** Warns of the parts of the host that were skipped. */
export function warnOfUnread(unread: ReadonlyMap<string, unknown>): void {
  for (const [what, error] of unread) printWarning(`${what} are not in the output: ${messageOf(error)}`);
}

/** The lists that need privileges. */
const LISTS: Readonly<Record<string, Part>> = {
  'filter.list': { what: 'chains of iptables', nothing: async () => [] },
  'guards.list': { what: 'source guards', nothing: async () => [] },
  'ingress.list': { what: 'filters of nftables', nothing: async () => [] },
};
const ROWS: Part = { what: 'rows of Open vSwitch', nothing: () => new MemoryOvsdb().view() };

function nameOf({ port, method }: HostCall): string {
  return `${port}.${method}`;
}

type Collect = NonNullable<VIFPlugin['collectGarbage']>;

/** The plugin for a collection, which runs `collectGarbage` through `run`. */
function withCollection(
  plugin: VIFPlugin,
  run: (plugin: string, collect: () => ReturnType<Collect>) => ReturnType<Collect>,
): VIFPlugin {
  const name = plugin.describe().pluginName ?? '';
  return {
    describe: () => plugin.describe(),
    plug: (...args) => plugin.plug(...args),
    unplug: (...args) => plugin.unplug(...args),
    ...(plugin.wiring && { wiring: plugin.wiring.bind(plugin) }),
    collectGarbage: (...args) => run(name, async () => plugin.collectGarbage?.(...args) ?? []),
  };
}

/** Whether the system refused a call, or one of its causes, because of the user. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof PermissionError || ('code' in error && error.code === 'EACCES')) return true;
  return isRefusal(error.cause);
}
