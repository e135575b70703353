/** Plugs VIFs into a host, and unplugs them: selects the plugin of each VIF and calls it. */

import { CONCURRENCY, forEach } from './batch.ts';
import {
  type Attachment,
  type BatchOptions,
  type CallOptions,
  type DryRunOptions,
  type GraphCallOptions,
  requireArguments,
  requireBatch,
  requireVifs,
} from './call-options.ts';
import { type OptionNames, requireKnownOptions } from './errors/argument.ts';
import { NoMatchingPluginError, PlugError, PluginError, UnplugError } from './errors/plugin.ts';
import type { CallChannel } from './host-contract/diagnostics/messages.ts';
import { traced } from './host-contract/diagnostics/traced.ts';
import type { Host } from './host-contract/host.ts';
import { KeyedQueue } from './host-contract/keyed-queue.ts';
import { HostInfo } from './objects/host-info.ts';
import type { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import { graphOf } from './picture/graph.ts';
import type { Graph } from './picture/graph-model.ts';
import { builtInPlugins } from './plugins/built-in-plugins.ts';
import { sharedDevicesInUse } from './plugins/shared-devices.ts';
import { type PluginContext, requireVIFBase, type VIFPlugin } from './plugins/vif-plugin.ts';
import { messageOf } from './text/message-of.ts';
import { canonicalUuid } from './text/uuid.ts';
import type { Adoption } from './wiring/adopt.ts';
import type { PlannedStep } from './wiring/check.ts';
import { collectGarbage } from './wiring/collect-garbage.ts';
import { abortableHost, withGracePeriod } from './wiring/deadline.ts';
import { DeletionQueue } from './wiring/deletion-queue.ts';
import type { ElementDrift } from './wiring/elements/verbs.ts';
import type { Garbage } from './wiring/garbage.ts';

/** The options of `OsVif.open()`. */
export interface OsVifOptions {
  /**
   * The host to plug into. `OsVif.close()` does not close it.
   * Default: a LinuxHost in the network namespace of this process, which `OsVif.close()` closes.
   */
  readonly host?: Host;
  /**
   * Plugins, or names of packages that export `plugin`.
   * Default: all plugins of this library with default options.
   */
  readonly plugins?: readonly (VIFPlugin | string)[];
  /** The default timeout of a call, in milliseconds. 0: no limit. Default: 60,000. */
  readonly timeout?: number;
}

type Action<T> = (context: PluginContext) => Promise<T>;

const OPEN_OPTIONS: OptionNames<OsVifOptions> = { host: true, plugins: true, timeout: true };

/**
 * Plugs, unplugs and checks VIFs. Use `await using osVif = await OsVif.open()`, or call `close()` at the end.
 */
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

  /** @throws PluginError if a plugin package cannot be loaded */
  static async open(options: OsVifOptions = {}): Promise<OsVif> {
    requireKnownOptions('OsVif.open', options, OPEN_OPTIONS);
    const { host, plugins = builtInPlugins(), timeout = 60_000 } = options;
    const load = async (name: string) => (await inNode()).loadPlugin(name);
    const loaded = await Promise.all(plugins.map((plugin) => (typeof plugin === 'string' ? load(plugin) : plugin)));
    return new OsVif(host ?? (await (await inNode()).openLocalHost()), host === undefined, loaded, timeout);
  }

  /**
   * Creates the host side of the VIF. The call is idempotent. A failed plug rolls back its changes.
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   * @throws PlugError for every other failure; `cause` is the reason
   */
  async plug(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    requireArguments('plug', instance, options);
    await traced('os-vif:plug', detailsOf(vif), () =>
      this.#inTurn(vif, options, (context) => plugin.plug(vif, instance, context)).catch((cause: unknown) => {
        throw cause instanceof PlugError
          ? cause
          : new PlugError(`plugging VIF ${vif.id} failed: ${messageOf(cause)}`, cause);
      }),
    );
  }

  /**
   * Removes the devices and rows that plug created for the VIF. The call is idempotent.
   * It is no error if the VIF was never plugged.
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   * @throws UnplugError for every other failure; `cause` is the reason
   */
  async unplug(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<void> {
    const plugin = this.#pluginFor(vif);
    requireArguments('unplug', instance, options);
    await traced('os-vif:unplug', detailsOf(vif), () =>
      this.#inTurn(vif, options, (context) => plugin.unplug(vif, instance, context)).catch((cause: unknown) => {
        throw cause instanceof UnplugError
          ? cause
          : new UnplugError(`unplugging VIF ${vif.id} failed: ${messageOf(cause)}`, cause);
      }),
    );
  }

  /**
   * Returns the drift: every difference between the host and the state that a plug creates.
   * If the list is empty, a plug changes nothing. The call does not change the host.
   * @throws PluginError if the plugin does not support checks
   */
  async check(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<ElementDrift[]> {
    const plugin = this.#pluginFor(vif);
    requireArguments('check', instance, options);
    return this.#call('os-vif:check', vif, options, async (context) => {
      if (plugin.check === undefined) throw new PluginError(`the plugin ${vif.plugin} does not support check`);
      return withGracePeriod(plugin.check(vif, instance, context), context.signal);
    });
  }

  /**
   * Returns the steps that a plug would take now. The call does not change the host.
   * @throws PluginError if the plugin does not support plans
   */
  async plan(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<PlannedStep[]> {
    const plugin = this.#pluginFor(vif);
    requireArguments('plan', instance, options);
    return this.#call('os-vif:plan', vif, options, async (context) => {
      if (plugin.plan === undefined) throw new PluginError(`the plugin ${vif.plugin} does not support plan`);
      return withGracePeriod(plugin.plan(vif, instance, context), context.signal);
    });
  }

  /**
   * Adds the owner tag of the VIF to devices and rows that another program, such as Python os-vif, created
   * with the names of this VIF. They must have the right kind and no owner. The call is idempotent. It
   * changes nothing else, so the traffic of the guest continues.
   * @throws PluginError if the plugin does not support adoption
   */
  async adopt(vif: VIFBase, instance: InstanceInfo, options: DryRunOptions = {}): Promise<Adoption> {
    const plugin = this.#pluginFor(vif);
    requireArguments('adopt', instance, options);
    const { dryRun = false } = options;
    return this.#call('os-vif:adopt', vif, options, async (context) => {
      if (plugin.adopt === undefined) throw new PluginError(`the plugin ${vif.plugin} does not support adopt`);
      return withGracePeriod(plugin.adopt(vif, instance, dryRun, context), context.signal);
    });
  }

  /**
   * Returns the devices and rows of the VIF as a graph, from the guest to the wire. By default, the
   * graph contains the drift of the host. `os-vif/picture` draws the graph as a diagram. The call does
   * not change the host.
   * @throws PluginError if the plugin does not describe its wiring
   */
  async graph(vif: VIFBase, instance: InstanceInfo, given: GraphCallOptions = {}): Promise<Graph> {
    const plugin = this.#pluginFor(vif);
    requireArguments('graph', instance, given);
    const { show = 'drift', ...options } = given;
    const wiring = await this.#inTurn(vif, options, async (context) => {
      if (plugin.wiring === undefined) throw new PluginError(`the plugin ${vif.plugin} does not describe its wiring`);
      return withGracePeriod(plugin.wiring(vif, instance, context), context.signal);
    });
    const drifts = show === 'drift' ? await this.check(vif, instance, options) : [];
    const changes = show === 'plan' ? await this.plan(vif, instance, options) : [];
    return graphOf(wiring, { vif, instance, drifts, changes });
  }

  /**
   * Plugs many VIFs, several at a time. A failed VIF does not stop the others.
   * @throws BatchError with the error of each VIF that failed
   */
  async plugAll(attachments: readonly Attachment[], given: BatchOptions = {}): Promise<void> {
    requireBatch('plugAll', attachments, given);
    const { concurrency = CONCURRENCY, ...options } = given;
    await forEach('plug', attachments, concurrency, async ({ vif, instance }, begin) => {
      await begin();
      await this.plug(vif, instance, options);
    });
  }

  /**
   * Unplugs many VIFs, several at a time.
   * Their devices are deleted together, which is much faster than one by one.
   * @throws BatchError with the error of each VIF that failed
   */
  async unplugAll(attachments: readonly Attachment[], given: BatchOptions = {}): Promise<void> {
    requireBatch('unplugAll', attachments, given);
    const { concurrency = CONCURRENCY, ...options } = given;
    await forEach('unplug', attachments, concurrency, async ({ vif, instance }, begin) => {
      await this.#deletions.expecting(async () => {
        await begin();
        await this.unplug(vif, instance, options);
      });
    });
  }

  /**
   * Garbage collection: removes devices, ports and bridges of Open vSwitch that have the tag of a VIF that
   * no longer exists. It also removes shared bridges and VLAN devices of this library that no valid VIF
   * uses. If the wiring of one valid VIF is unknown, all shared devices stay. Devices and rows without a
   * tag of this library stay.
   * @param validVifs all VIFs that still exist on this host
   * @returns the removed devices and rows; with `dryRun`, those that would be removed
   */
  async collectGarbage(validVifs: readonly VIFBase[], options: DryRunOptions = {}): Promise<Garbage[]> {
    requireVifs('collectGarbage', validVifs, options);
    const { dryRun = false } = options;
    const owners = new Set(validVifs.map((vif) => canonicalUuid(requireVIFBase(vif).require('id').id)));
    const signal = this.#signalFor(options);
    signal?.throwIfAborted();
    const { host } = abortableHost(this.#host, signal);
    const garbage: Garbage[] = [];
    const collect = async (): Promise<void> => {
      const names = await sharedDevicesInUse(validVifs, this.#plugins, { host, signal });
      // Ports of Open vSwitch are removed before their devices.
      for (const plugin of this.#plugins.values()) {
        garbage.push(...((await plugin.collectGarbage?.(owners, dryRun, { host, signal })) ?? []));
      }
      garbage.push(...(await collectGarbage(host, { owners, names }, { dryRun })));
    };
    await traced('os-vif:gc', { validVifs: owners.size, dryRun }, () => withGracePeriod(collect(), signal));
    return garbage;
  }

  /**
   * Returns the plugins of this host with the VIF classes and versions that they support, for the
   * manager of the network.
   * @param options `permittedVifTypes`: names of VIF classes such as `VIFVHostUser`; other classes, and plugins without
   *   any of these classes, are left out
   */
  hostInfo(options: { readonly permittedVifTypes?: readonly string[] } = {}): HostInfo {
    requireKnownOptions('hostInfo', options, { permittedVifTypes: true });
    const { permittedVifTypes } = options;
    const plugins = [...this.#plugins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, plugin]) => plugin.describe());
    const info = new HostInfo({ pluginInfo: plugins });
    if (permittedVifTypes !== undefined) info.filterVifTypes(permittedVifTypes);
    return info;
  }

  /** Waits for running calls. Then closes the host if `open()` opened it. */
  async close(): Promise<void> {
    await this.#queue.idle();
    if (this.#ownsHost) await this.#host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const host: unknown = Reflect.get(this.#host, Symbol.toStringTag) ?? this.#host.constructor.name;
    return `OsVif { host: ${host}, plugins: ${[...this.#plugins.keys()].sort().join(', ')} }`;
  }

  #pluginFor(vif: VIFBase): VIFPlugin {
    const { plugin: name } = requireVIFBase(vif).require('plugin');
    const plugin = this.#plugins.get(name);
    if (plugin === undefined) throw new NoMatchingPluginError(name, [...this.#plugins.keys()].sort());
    return plugin;
  }

  #call<T>(channel: CallChannel, vif: VIFBase, options: CallOptions, action: Action<T>): Promise<T> {
    return traced(channel, detailsOf(vif), () => this.#inTurn(vif, options, action));
  }

  async #inTurn<T>(vif: VIFBase, options: CallOptions, action: Action<T>): Promise<T> {
    const signal = this.#signalFor(options);
    const context = { host: this.#host, signal, deletions: this.#deletions };
    return this.#queue.run([canonicalUuid(vif.require('id').id)], () => action(context), signal);
  }

  #signalFor({ signal, timeout = this.#timeout }: CallOptions): AbortSignal | undefined {
    const deadline = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
    if (signal === undefined || deadline === undefined) return signal ?? deadline;
    return AbortSignal.any([signal, deadline]);
  }
}

/** The fields of the operations on a VIF. */
const detailsOf = ({ id = '', plugin = '' }: VIFBase) => ({ vif: canonicalUuid(id), plugin });

// Imported on first use, so that package.json can put another file in its place for browsers.
const inNode = () => import('./in-node.ts');
