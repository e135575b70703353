/** Plugs VIFs into a host and out of it: finds the plugin that a VIF asks for and has it work on the host. */

import type { BatchOptions, CallOptions, DryRunOptions, GraphCallOptions } from './call-options.ts';
import { BatchError, NoMatchingPluginError, PlugError, PluginError, UnplugError } from './errors/plugin.ts';
import { LinuxHost } from './host/linux/linux-host.ts';
import { traced } from './host-contract/diagnostics.ts';
import type { Host } from './host-contract/host.ts';
import { KeyedQueue } from './host-contract/keyed-queue.ts';
import { HostInfo } from './objects/host-info.ts';
import type { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import { graphOf } from './picture/graph.ts';
import type { Graph } from './picture/graph-model.ts';
import { builtInPlugins } from './plugins/built-in-plugins.ts';
import { loadPlugin } from './plugins/load-plugin.ts';
import { sharedDevicesInUse } from './plugins/shared-devices.ts';
import { type PluginContext, requireVIFBase, type VIFPlugin } from './plugins/vif-plugin.ts';
import { messageOf } from './text/message-of.ts';
import { canonicalUuid } from './text/uuid.ts';
import type { Adoption } from './wiring/adopt.ts';
import type { ElementDrift, PlannedStep } from './wiring/check.ts';
import { collectGarbage } from './wiring/collect-garbage.ts';
import { concurrently } from './wiring/concurrently.ts';
import { abortableHost, withGracePeriod } from './wiring/deadline.ts';
import { DeletionQueue } from './wiring/deletion-queue.ts';
import type { Garbage } from './wiring/garbage.ts';

/** What OsVif.open() works with. */
export interface OsVifOptions {
  /** Default: the Linux machine and the network namespace that this process is in; closed with this OsVif. One that is given stays open. */
  readonly host?: Host;
  /** Plugins, or names of packages that export one as `plugin`. Default: every plugin of this library, with its default options. */
  readonly plugins?: readonly (VIFPlugin | string)[];
  /** Milliseconds that a call may take when it doesn't say. Default 60,000; 0: as long as it takes. */
  readonly timeout?: number;
}

/** Many at once: the kernel deletes them together, and ovs-vswitchd opens their ports together. */
const CONCURRENCY = 64;

/** A VIF, and the guest that it belongs to. */
export interface Attachment {
  readonly vif: VIFBase;
  readonly instance: InstanceInfo;
}

/** Start with `await using osVif = await OsVif.open()`, or close() it when done. */
export class OsVif {
  readonly #host: Host;
  readonly #ownsHost: boolean;
  readonly #plugins: ReadonlyMap<string, VIFPlugin>;
  readonly #timeout: number;
  /** Calls for the same VIF run one after the other. */
  readonly #queue = new KeyedQueue();
  readonly #deletions: DeletionQueue;

  private constructor(host: Host, ownsHost: boolean, plugins: readonly VIFPlugin[], timeout: number) {
    this.#host = host;
    this.#deletions = new DeletionQueue(host);
    this.#ownsHost = ownsHost;
    this.#plugins = new Map(plugins.map((plugin) => [plugin.describe().require('pluginName').pluginName, plugin]));
    this.#timeout = timeout;
  }

  /** @throws PluginError when a plugin that is named as a package can't be loaded */
  static async open({ host, plugins = builtInPlugins(), timeout = 60_000 }: OsVifOptions = {}): Promise<OsVif> {
    const loaded = await Promise.all(
      plugins.map((plugin) => (typeof plugin === 'string' ? loadPlugin(plugin) : plugin)),
    );
    return new OsVif(host ?? (await LinuxHost.open()), host === undefined, loaded, timeout);
  }

  /**
   * Makes the host side of the VIF. A plug that repeats changes nothing; one that fails leaves the host as it was.
   * @throws NoMatchingPluginError when no plugin goes by `vif.plugin`
   * @throws PlugError for everything else; `cause` tells why
   */
  async plug(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    const messages = { vif: vif.id ?? '', plugin: vif.plugin ?? '' };
    try {
      await this.#inTurn(vif, options, (context) =>
        traced('os-vif:plug', messages, () => plugin.plug(vif, instance, context)),
      );
    } catch (cause) {
      throw cause instanceof PlugError
        ? cause
        : new PlugError(`plugging VIF ${vif.id} failed: ${messageOf(cause)}`, cause);
    }
  }

  /**
   * Takes away what plug made. An unplug that repeats, or of a VIF that was never plugged, is fine.
   * @throws NoMatchingPluginError when no plugin goes by `vif.plugin`
   * @throws UnplugError for everything else; `cause` tells why
   */
  async unplug(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    const messages = { vif: vif.id ?? '', plugin: vif.plugin ?? '' };
    try {
      await this.#inTurn(vif, options, (context) =>
        traced('os-vif:unplug', messages, () => plugin.unplug(vif, instance, context)),
      );
    } catch (cause) {
      throw cause instanceof UnplugError
        ? cause
        : new UnplugError(`unplugging VIF ${vif.id} failed: ${messageOf(cause)}`, cause);
    }
  }

  /**
   * Every way in which the host differs from what plug makes: none, and a plug would change nothing. Changes nothing itself.
   * @throws PluginError when the VIF's plugin can't tell
   */
  async check(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<ElementDrift[]> {
    const plugin = this.#pluginFor(vif);
    return this.#inTurn(vif, options, async (context) => {
      if (plugin.check === undefined) throw new PluginError(`the plugin ${vif.plugin} can't check`);
      return withGracePeriod(plugin.check(vif, instance, context), context.signal);
    });
  }

  /**
   * What a plug would do now. Changes nothing itself.
   * @throws PluginError when the VIF's plugin can't tell
   */
  async plan(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<PlannedStep[]> {
    const plugin = this.#pluginFor(vif);
    return this.#inTurn(vif, options, async (context) => {
      if (plugin.plan === undefined) throw new PluginError(`the plugin ${vif.plugin} can't plan`);
      return withGracePeriod(plugin.plan(vif, instance, context), context.signal);
    });
  }

  /**
   * Gives the tag of the VIF to the devices and rows that Python os-vif, or another program, made under the VIF's own names, if they
   * have the right kind and no owner. Changes nothing else, so that the guest keeps its traffic. A repeated call changes nothing.
   * @throws PluginError when the VIF's plugin can't adopt
   */
  async adopt(
    vif: VIFBase,
    instance: InstanceInfo,
    { dryRun = false, ...options }: DryRunOptions = {},
  ): Promise<Adoption> {
    const plugin = this.#pluginFor(vif);
    return this.#inTurn(vif, options, async (context) => {
      if (plugin.adopt === undefined) throw new PluginError(`the plugin ${vif.plugin} can't adopt`);
      return withGracePeriod(plugin.adopt(vif, instance, dryRun, context), context.signal);
    });
  }

  /**
   * What the VIF is made of, from the guest to the wire, with where the host differs; `os-vif/picture` draws it. Changes nothing itself.
   * @throws PluginError when the VIF's plugin can't tell
   */
  async graph(
    vif: VIFBase,
    instance: InstanceInfo,
    { show = 'drift', ...options }: GraphCallOptions = {},
  ): Promise<Graph> {
    const plugin = this.#pluginFor(vif);
    const wiring = await this.#inTurn(vif, options, async (context) => {
      if (plugin.wiring === undefined) throw new PluginError(`the plugin ${vif.plugin} can't tell its wiring`);
      return withGracePeriod(plugin.wiring(vif, instance, context), context.signal);
    });
    const drifts = show === 'drift' ? await this.check(vif, instance, options) : [];
    const changes = show === 'plan' ? await this.plan(vif, instance, options) : [];
    return graphOf(wiring, { vif, instance, drifts, changes });
  }

  /**
   * Plugs many VIFs, several at a time. One that fails keeps none of the others.
   * @throws BatchError with the error of each VIF that failed
   */
  async plugAll(
    attachments: readonly Attachment[],
    { concurrency = CONCURRENCY, ...options }: BatchOptions = {},
  ): Promise<void> {
    await forEach('plug', attachments, concurrency, async ({ vif, instance }, begin) => {
      await begin();
      await this.plug(vif, instance, options);
    });
  }

  /**
   * Unplugs many VIFs, several at a time; their devices are deleted together, which is much faster than one by one.
   * @throws BatchError with the error of each VIF that failed
   */
  async unplugAll(
    attachments: readonly Attachment[],
    { concurrency = CONCURRENCY, ...options }: BatchOptions = {},
  ): Promise<void> {
    await forEach('unplug', attachments, concurrency, async ({ vif, instance }, begin) => {
      await this.#deletions.expecting(async () => {
        await begin();
        await this.unplug(vif, instance, options);
      });
    });
  }

  /**
   * Removes what this library made for VIFs that are no more: every device whose alias names a VIF that is not among these,
   * every port and bridge of Open vSwitch whose external_ids do, and every bridge or VLAN device that VIFs shared and none of these
   * uses. What these use is what their plugins say: if the wiring of one VIF can't be found out now, every shared device stays.
   * What others made is left alone.
   * @returns what was removed, or with `dryRun` what would be
   */
  async collectGarbage(
    validVifs: readonly VIFBase[],
    { dryRun = false, ...options }: DryRunOptions = {},
  ): Promise<Garbage[]> {
    const owners = new Set(validVifs.map((vif) => canonicalUuid(requireVIFBase(vif).require('id').id)));
    const signal = this.#signalFor(options);
    signal?.throwIfAborted();
    const { host } = abortableHost(this.#host, signal);
    const garbage: Garbage[] = [];
    const collect = async (): Promise<void> => {
      const names = await sharedDevicesInUse(validVifs, this.#plugins, { host, signal });
      // First what holds on to devices, then the devices.
      for (const plugin of this.#plugins.values()) {
        garbage.push(...((await plugin.collectGarbage?.(owners, dryRun, { host, signal })) ?? []));
      }
      garbage.push(...(await collectGarbage(host, { owners, names }, { dryRun })));
    };
    await withGracePeriod(collect(), signal);
    return garbage;
  }

  /**
   * What this host can plug, to tell the network's manager: the plugins by name, with the VIF objects and versions they take.
   * With `permittedVifTypes`, names of VIF objects such as `VIFVHostUser`, plugins that take none of them are left out.
   */
  hostInfo({ permittedVifTypes }: { readonly permittedVifTypes?: readonly string[] } = {}): HostInfo {
    const plugins = [...this.#plugins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, plugin]) => plugin.describe());
    const info = new HostInfo({ pluginInfo: plugins });
    if (permittedVifTypes !== undefined) info.filterVifTypes(permittedVifTypes);
    return info;
  }

  /** Waits for the calls under way, then gives back what open() opened. */
  async close(): Promise<void> {
    await this.#queue.idle();
    if (this.#ownsHost) await this.#host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #pluginFor(vif: VIFBase): VIFPlugin {
    const { plugin: name } = requireVIFBase(vif).require('plugin');
    const plugin = this.#plugins.get(name);
    if (plugin === undefined) throw new NoMatchingPluginError(name, [...this.#plugins.keys()].sort());
    return plugin;
  }

  async #inTurn<T>(vif: VIFBase, options: CallOptions, action: (context: PluginContext) => Promise<T>): Promise<T> {
    const { id } = vif.require('id');
    const signal = this.#signalFor(options);
    const context = { host: this.#host, signal, deletions: this.#deletions };
    return this.#queue.run([canonicalUuid(id)], () => action(context), signal);
  }

  #signalFor({ signal, timeout = this.#timeout }: CallOptions): AbortSignal | undefined {
    const deadline = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
    if (signal === undefined || deadline === undefined) return signal ?? deadline;
    return AbortSignal.any([signal, deadline]);
  }
}

async function forEach(
  what: string,
  attachments: readonly Attachment[],
  concurrency: number,
  action: (attachment: Attachment, begin: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const failures = await concurrently(attachments, concurrency, action);
  if (failures.size === 0) return;
  const byId = new Map([...failures].map(([{ vif }, error]) => [vif.id ?? '', error]));
  throw new BatchError(what, attachments.length, byId);
}
