/** Plugs VIFs into a host and out of it: finds the plugin that a VIF asks for and has it work on the host. */

import { NoMatchingPluginError, PlugError, UnplugError } from './errors.ts';
import { LinuxHost } from './host/linux/linux-host.ts';
import { HostInfo } from './objects/host-info.ts';
import type { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import { NoopPlugin } from './plugins/noop-plugin.ts';
import { TapPlugin } from './plugins/tap-plugin.ts';
import type { VIFPlugin } from './plugins/vif-plugin.ts';
import type { Host } from './wiring/host.ts';

export interface OsVifOptions {
  /** Default: the Linux machine and the network namespace that this process is in; closed with this OsVif. One that is given stays open. */
  readonly host?: Host;
  /** Default: every plugin of this library, with its default options. */
  readonly plugins?: readonly VIFPlugin[];
}

/** For each call. */
export interface CallOptions {
  /** Ends the call between two steps; a plug takes back what it did until then. */
  readonly signal?: AbortSignal;
}

/** Start with `await using osVif = await OsVif.open()`, or close() it when done. */
export class OsVif {
  readonly #host: Host;
  readonly #ownsHost: boolean;
  readonly #plugins: ReadonlyMap<string, VIFPlugin>;
  /** The last call for each VIF: calls for one VIF happen one after the other. */
  readonly #turns = new Map<string, Promise<void>>();

  private constructor(host: Host, ownsHost: boolean, plugins: readonly VIFPlugin[]) {
    this.#host = host;
    this.#ownsHost = ownsHost;
    this.#plugins = new Map(plugins.map((plugin) => [plugin.describe().require('pluginName').pluginName, plugin]));
  }

  static async open({ host, plugins = [new TapPlugin(), new NoopPlugin()] }: OsVifOptions = {}): Promise<OsVif> {
    return new OsVif(host ?? (await LinuxHost.open()), host === undefined, plugins);
  }

  /**
   * Makes the host side of the VIF. A plug that repeats changes nothing; one that fails leaves the host as it was.
   * @throws NoMatchingPluginError when no plugin goes by `vif.plugin`
   * @throws PlugError for everything else; `cause` tells why
   */
  async plug(vif: VIFBase, instance: InstanceInfo, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    await this.#inTurn(vif, async () => {
      try {
        signal?.throwIfAborted();
        await plugin.plug(vif, instance, { host: this.#host, signal });
      } catch (cause) {
        throw cause instanceof PlugError
          ? cause
          : new PlugError(`plugging VIF ${vif.id} failed: ${textOf(cause)}`, cause);
      }
    });
  }

  /**
   * Takes away what plug made. An unplug that repeats, or of a VIF that was never plugged, is fine.
   * @throws NoMatchingPluginError when no plugin goes by `vif.plugin`
   * @throws UnplugError for everything else; `cause` tells why
   */
  async unplug(vif: VIFBase, instance: InstanceInfo, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    await this.#inTurn(vif, async () => {
      try {
        signal?.throwIfAborted();
        await plugin.unplug(vif, instance, { host: this.#host, signal });
      } catch (cause) {
        throw cause instanceof UnplugError
          ? cause
          : new UnplugError(`unplugging VIF ${vif.id} failed: ${textOf(cause)}`, cause);
      }
    });
  }

  /**
   * What this host can plug, to tell the network's manager: the plugins by name, with the VIF objects and versions they take.
   * @param options.permittedVifTypes names of VIF objects (`VIFVHostUser`); plugins that take none of them are left out
   */
  hostInfo({ permittedVifTypes }: { readonly permittedVifTypes?: readonly string[] } = {}): HostInfo {
    const info = new HostInfo({
      pluginInfo: [...this.#plugins.keys()].sort().flatMap((name) => this.#plugins.get(name)?.describe() ?? []),
    });
    if (permittedVifTypes !== undefined) info.filterVifTypes(permittedVifTypes);
    return info;
  }

  /** Waits for the calls under way, then gives back what open() opened. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    if (this.#ownsHost) await this.#host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #pluginFor(vif: VIFBase): VIFPlugin {
    const { plugin: name } = vif.require('plugin');
    const plugin = this.#plugins.get(name);
    if (plugin === undefined) throw new NoMatchingPluginError(name, [...this.#plugins.keys()].sort());
    return plugin;
  }

  async #inTurn(vif: VIFBase, action: () => Promise<void>): Promise<void> {
    const { id } = vif.require('id');
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(action);
    const settled = turn.catch(() => {});
    this.#turns.set(id, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
