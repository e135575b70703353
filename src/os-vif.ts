/** Plugs VIFs into a host, and unplugs them: selects the plugin of each VIF and calls it. */

import { CONCURRENCY, forEach } from './batch.ts';
import { requireBatch, requireListOptions, requireVifs } from './call-arguments.ts';
import type {
  Attachment,
  BatchOptions,
  CallOptions,
  CheckOptions,
  DryRunOptions,
  GraphCallOptions,
  PlugAllOptions,
  PlugOptions,
} from './call-options.ts';
import { Calls, checkOne, planOne } from './calls.ts';
import { requireOptions } from './errors/argument.ts';
import type { PlugResult } from './errors/plug-result.ts';
import { arrayOf, TEXT } from './errors/value-kinds.ts';
import { traced } from './host-contract/diagnostics/traced.ts';
import { HostInfo } from './objects/host-info.ts';
import type { InstanceInfo } from './objects/instance-info.ts';
import { VIFBase } from './objects/vif.ts';
import { hostOf, type OsVifOptions, pluginsOf, requireOpenOptions } from './opening.ts';
import { graphOf } from './picture/graph.ts';
import type { Graph } from './picture/graph-model.ts';
import { collectFor } from './plugins/collect-garbage.ts';
import { RunningWatch } from './watch/running-watch.ts';
import type { VIFWatch, WatchOptions } from './watch/vif-watch.ts';
import type { Adoption } from './wiring/adopt.ts';
import type { PlannedStep } from './wiring/check.ts';
import { abortableHost, withGracePeriod } from './wiring/deadline.ts';
import type { ElementDrift } from './wiring/elements/verbs.ts';
import type { Garbage } from './wiring/garbage.ts';
import { listResources, type OwnedResources } from './wiring/list-resources.ts';

/**
 * Plugs, unplugs and checks VIFs. Use `await using osVif = await OsVif.open()`, or call `close()` at the end.
 */
export class OsVif {
  readonly #calls: Calls;
  readonly #closesHost: boolean;
  readonly #watches = new Set<VIFWatch>();

  private constructor(calls: Calls, closesHost: boolean) {
    this.#calls = calls;
    this.#closesHost = closesHost;
  }

  /**
   * Opens a LinuxHost with the options `netns`, `ovsdb` and `sysfsRoot`, or uses the given `host`.
   * @throws ArgumentError if an option is wrong, or if both `host` and an option of a LinuxHost are given
   * @throws PluginError if a plugin package cannot be loaded
   * @throws the errors of `LinuxHost.open`
   */
  static async open(options: OsVifOptions = {}): Promise<OsVif> {
    requireOpenOptions(options);
    const plugins = await pluginsOf(options);
    const { host, closesHost } = await hostOf(options);
    return new OsVif(new Calls(host, plugins, options.timeout ?? 60_000), closesHost);
  }

  /**
   * Creates the host side of the VIF. The call is idempotent. A failed plug rolls back its changes.
   * @returns the changes of the host. A plug that repeats changes nothing
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   * @throws PlugError for every other failure; `cause` is the reason
   */
  async plug(vif: VIFBase, instance: InstanceInfo, options: PlugOptions = {}): Promise<PlugResult> {
    return this.#calls.run(() => this.#plug(vif, instance, options));
  }

  /**
   * Removes the devices and rows that plug created for the VIF. The call is idempotent.
   * It is no error if the VIF was never plugged.
   * @returns the changes of the host
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   * @throws UnplugError for every other failure; `cause` is the reason
   */
  async unplug(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<PlugResult> {
    return this.#calls.run(() => {
      this.#unwatch([vif]);
      return this.#calls.unplug(vif, instance, options);
    });
  }

  /**
   * Returns the drift: every difference between the host and the state that a plug creates.
   * If the list is empty, a plug changes nothing. The call does not change the host.
   * @throws PluginError if the plugin does not support checks
   */
  async check(vif: VIFBase, instance: InstanceInfo, options: CheckOptions = {}): Promise<ElementDrift[]> {
    return this.#calls.run(() => this.#check(vif, instance, options));
  }

  async #check(vif: VIFBase, instance: InstanceInfo, options: CheckOptions): Promise<ElementDrift[]> {
    return this.#calls.ask('check', { vif, instance }, options, checkOne(options));
  }

  /**
   * Returns the steps that a plug would take now. The call does not change the host.
   * @throws PluginError if the plugin does not support plans
   */
  async plan(vif: VIFBase, instance: InstanceInfo, options: CallOptions = {}): Promise<PlannedStep[]> {
    return this.#calls.run(() => this.#plan(vif, instance, options));
  }

  async #plan(vif: VIFBase, instance: InstanceInfo, options: CallOptions): Promise<PlannedStep[]> {
    return this.#calls.ask('plan', { vif, instance }, options, planOne);
  }

  /**
   * Adds the owner tag of the VIF to devices and rows that another program, such as Python os-vif,
   * created with its names. They must have the right kind and no owner. Nothing else changes.
   * @throws PluginError if the plugin does not support adoption
   */
  async adopt(vif: VIFBase, instance: InstanceInfo, options: DryRunOptions = {}): Promise<Adoption> {
    return this.#calls.run(() =>
      this.#calls.ask('adopt', { vif, instance }, options, (plugin, _, context) =>
        plugin.adopt(vif, instance, options.dryRun ?? false, context),
      ),
    );
  }

  /**
   * Returns the devices and rows of the VIF as a graph, from the guest to the wire. By default, the
   * graph contains the drift of the host. `os-vif/picture` draws the graph as a diagram. The call does
   * not change the host.
   * @throws PluginError if the plugin does not describe its wiring
   */
  async graph(vif: VIFBase, instance: InstanceInfo, given: GraphCallOptions = {}): Promise<Graph> {
    return this.#calls.run(async () => {
      const wiring = await this.#calls.wiringOf({ vif, instance }, given);
      const { show = 'drift', ...options } = given;
      const drifts = show === 'drift' ? await this.#check(vif, instance, options) : [];
      const changes = show === 'plan' ? await this.#plan(vif, instance, options) : [];
      return graphOf(wiring, { vif, instance, drifts, changes });
    });
  }

  /**
   * Plugs many VIFs, several at a time. A failed VIF does not stop the others.
   * @returns the result of each VIF, in the order of `attachments`
   * @throws BatchError with the error of each VIF that failed, and the results of the others
   */
  async plugAll(attachments: readonly Attachment[], given: PlugAllOptions = {}): Promise<PlugResult[]> {
    return this.#calls.run(async () => {
      requireBatch('plugAll', attachments, given);
      const { concurrency = CONCURRENCY, ...options } = given;
      return forEach('plug', attachments, concurrency, async ({ vif, instance }, begin) => {
        await begin();
        return this.#plug(vif, instance, options);
      });
    });
  }

  /**
   * Unplugs many VIFs, several at a time. Their devices are deleted together, which is much faster.
   * @returns the result of each VIF, in the order of `attachments`
   * @throws BatchError with the error of each VIF that failed, and the results of the others
   */
  async unplugAll(attachments: readonly Attachment[], given: BatchOptions = {}): Promise<PlugResult[]> {
    return this.#calls.run(async () => {
      requireBatch('unplugAll', attachments, given);
      const { concurrency = CONCURRENCY, ...options } = given;
      this.#unwatch(attachments.map(({ vif }) => vif));
      return forEach('unplug', attachments, concurrency, (attachment, begin) =>
        this.#calls.unplugOneOfMany(attachment, options, begin),
      );
    });
  }

  /**
   * Checks many VIFs much faster than one by one: the devices of the host and the database of Open
   * vSwitch are read once. The drift is that of one moment, at the start of the call.
   * @returns the drift of each VIF, in the order of `attachments`
   * @throws BatchError with the error of each VIF that could not be checked, and the drift of the others
   */
  async checkAll(attachments: readonly Attachment[], options: CheckOptions = {}): Promise<ElementDrift[][]> {
    return this.#calls.run(async () => {
      requireBatch('checkAll', attachments, options);
      return this.#calls.askAll('check', attachments, options, checkOne(options));
    });
  }

  /**
   * Returns the steps that plugs of many VIFs would take, each as if it were the only one. The host
   * is read as in `checkAll`.
   * @returns the steps of each VIF, in the order of `attachments`
   * @throws BatchError with the error of each VIF without a plan, and the steps of the others
   */
  async planAll(attachments: readonly Attachment[], options: CallOptions = {}): Promise<PlannedStep[][]> {
    return this.#calls.run(async () => {
      requireBatch('planAll', attachments, options);
      return this.#calls.askAll('plan', attachments, options, planOne);
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
    return this.#calls.run(async () => {
      requireVifs('collectGarbage', validVifs, options);
      const { dryRun = false } = options;
      const signal = this.#calls.signalOf(options);
      signal?.throwIfAborted();
      const { host } = abortableHost(this.#calls.host, signal);
      return traced('os-vif:gc', { validVifs: validVifs.length, dryRun }, () =>
        withGracePeriod(collectFor(validVifs, this.#calls.plugins, dryRun, { host, signal }), signal),
      );
    });
  }

  /**
   * Lists the devices, rows and filters that have a tag of this library, by their VIFs. Resources that
   * several VIFs share come last. The call does not change the host.
   */
  async list(options: CallOptions = {}): Promise<OwnedResources[]> {
    return this.#calls.run(async () => {
      requireListOptions(options);
      const signal = this.#calls.signalOf(options);
      signal?.throwIfAborted();
      return withGracePeriod(listResources(abortableHost(this.#calls.host, signal).host, signal), signal);
    });
  }

  /**
   * Watches VIFs, and tells their drift when it comes about. Use `for await (const event of watch)`.
   * The kernel and the database of Open vSwitch tell the changes. Calls of this OsVif for a watched
   * VIF are no drift: `unplug` ends the watch of the VIF, and `plug` replaces the watched VIF.
   * @throws PluginError if a plugin does not support checks
   */
  watch(attachments: readonly Attachment[], options: WatchOptions = {}): VIFWatch {
    this.#calls.requireOpen();
    requireBatch('watch', attachments, options);
    const watch = new RunningWatch(this.#calls, attachments, options, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  #plug(vif: VIFBase, instance: InstanceInfo, options: PlugOptions): Promise<PlugResult> {
    for (const watch of this.#watchesOf(vif)) watch.add({ vif, instance });
    return this.#calls.plug(vif, instance, options);
  }

  #unwatch(vifs: readonly VIFBase[]): void {
    for (const vif of vifs) for (const watch of this.#watchesOf(vif)) watch.remove(vif.id ?? '');
  }

  /** The watches of the VIF. The argument of a user is not checked yet. */
  #watchesOf(vif: unknown): VIFWatch[] {
    const id = vif instanceof VIFBase ? vif.id : undefined;
    return id !== undefined ? [...this.#watches].filter((watch) => watch.has(id)) : [];
  }

  /**
   * Returns the plugins of this host with the VIF classes and versions that they support, for the
   * manager of the network.
   * @param options `permittedVifTypes`: names of VIF classes such as `VIFVHostUser`; other classes, and plugins without
   *   any of these classes, are left out
   */
  hostInfo(options: { readonly permittedVifTypes?: readonly string[] } = {}): HostInfo {
    this.#calls.requireOpen();
    requireOptions('hostInfo', options, { permittedVifTypes: arrayOf(TEXT, 'names of VIF classes') });
    const { permittedVifTypes } = options;
    const plugins = [...this.#calls.plugins]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, plugin]) => plugin.describe());
    const info = new HostInfo({ pluginInfo: plugins });
    if (permittedVifTypes !== undefined) info.filterVifTypes(permittedVifTypes);
    return info;
  }

  /**
   * Ends the watches, and waits for the calls under way, also for all VIFs of `plugAll`. Then closes
   * the host if `open()` opened it or `closeHost` is set. Later calls fail with ERR_OSVIF_CLOSED.
   */
  async close(): Promise<void> {
    const ended = Promise.all([...this.#watches].map((watch) => watch.return()));
    await this.#calls.end(async () => {
      await ended;
      if (this.#closesHost) await this.#calls.host.close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const host: unknown = Reflect.get(this.#calls.host, Symbol.toStringTag) ?? this.#calls.host.constructor.name;
    return `OsVif { host: ${host}, plugins: ${[...this.#calls.plugins.keys()].sort().join(', ')} }`;
  }
}
