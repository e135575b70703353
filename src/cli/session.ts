/**
 * Opens an OsVif for one run of the command, and closes it at the end or after a signal. Imported on demand.
 */

import type { CallOptions } from '../call-options.ts';
import { UsageError } from '../errors/command.ts';
import { LinuxHost } from '../host/linux/linux-host.ts';
import { MemoryHost } from '../host/memory/memory-host.ts';
import type { Host } from '../host-contract/host.ts';
import { OsVif } from '../os-vif.ts';
import { loadPlugin } from '../plugins/load-plugin.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { readConfig, type Setup } from './config.ts';
import { databaseOf } from './input/database.ts';
import { interruptible, type SignalReports } from './interruption.ts';
import type { HostOptions } from './verb.ts';

/** An OsVif, its host, and the options of each call. */
export interface Session {
  readonly osVif: OsVif;
  readonly host: Host;
  readonly call: CallOptions & { readonly signal: AbortSignal };
}

/** How a verb uses the host and the plugins. */
export interface SessionOptions extends SignalReports {
  /** Wraps the host for the OsVif, for example for a dry run. */
  readonly seenAs?: (host: Host) => Host;
  /** Wraps each plugin. */
  readonly watched?: (plugin: VIFPlugin) => VIFPlugin;
}

/**
 * Runs an action on an OsVif. SIGINT and SIGTERM abort the calls of the action, so that a plug
 * rolls back its changes.
 *
 * @throws InterruptedError if the action throws after a signal
 */
export async function withOsVif<T>(
  options: HostOptions,
  action: (session: Session) => Promise<T>,
  { seenAs = (host) => host, watched = (plugin) => plugin, ...reports }: SessionOptions = {},
): Promise<T> {
  return interruptible(reports, async (signal) => {
    const setup = await readConfig(options.config);
    const { folder, packages } = setup;
    const others = await Promise.all(packages.map(({ name, options: its }) => loadPlugin(name, folder, its)));
    const plugins = [...setup.plugins, ...others].map(watched);
    const host = await openHost(options, setup);
    try {
      const osVif = await OsVif.open({ host: seenAs(host), plugins });
      const { timeout } = options;
      return await action({ osVif, host, call: { signal, ...(timeout !== undefined && { timeout }) } });
    } catch (error) {
      // After a signal, the error is a result of the signal.
      signal.throwIfAborted();
      throw error;
    } finally {
      await host.close();
    }
  });
}

async function openHost({ memory, netns, ovsdb, timeout }: HostOptions, setup: Setup): Promise<Host> {
  if (memory) {
    if (netns !== undefined || ovsdb !== undefined)
      throw new UsageError('--memory cannot be combined with --netns or --ovsdb: leave one of them out');
    return new MemoryHost();
  }
  const connection = databaseOf(ovsdb, setup);
  return LinuxHost.open({
    ...setup.host,
    ...(netns !== undefined && { netns }),
    ovsdb: {
      ...setup.host.ovsdb,
      ...(connection !== undefined && { connection }),
      ...(timeout !== undefined && { timeout }),
    },
  });
}
