/**
 * For a dry run of a user without privileges: skips the parts of a host that this user may not
 * read.
 */

import { PermissionError } from '../errors/kernel.ts';
import { type HostCall, interceptHost } from '../host-contract/intercept.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import type { SessionOptions } from './session.ts';

/** @param note receives each part that is skipped, and the reason */
export function skipUnreadable(note: (what: string, error: unknown) => void): SessionOptions {
  const skipping = async <T>(what: string, read: () => Promise<T>, nothing: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      note(what, error);
      return nothing;
    }
  };
  return {
    seenAs: (host) =>
      interceptHost(host, async (call, proceed) => {
        const what = LISTS[nameOf(call)];
        return what === undefined ? proceed() : skipping<unknown>(what, proceed, []);
      }),
    watched: (plugin) => withCollection(plugin, (name, collect) => skipping(`rows of plugin ${name}`, collect, [])),
  };
}

/** The lists that need privileges. */
const LISTS: Readonly<Record<string, string>> = {
  'filter.list': 'chains of iptables',
  'ingress.list': 'filters of nftables',
};

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
