/** The calls of an OsVif for one VIF: each has a plugin, a signal, a turn and a trace. */

import { resultsOf } from './batch.ts';
import { requireArguments, type SingleCall, signalOf } from './call-arguments.ts';
import type { Attachment, CallOptions, CheckOptions, GraphCallOptions, PlugOptions } from './call-options.ts';
import { HostClosedError } from './errors/host.ts';
import type { PlugResult } from './errors/plug-result.ts';
import { NoMatchingPluginError, PluginError } from './errors/plugin.ts';
import type { CallChannel } from './host-contract/diagnostics/messages.ts';
import { traced } from './host-contract/diagnostics/traced.ts';
import type { Host } from './host-contract/host.ts';
import { KeyedQueue } from './host-contract/keyed-queue.ts';
import { Lifetime } from './host-contract/lifetime.ts';
import type { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import { failureOf } from './plug-failure.ts';
import { type PluginContext, requireVIFBase, type VIFPlugin } from './plugins/vif-plugin.ts';
import { canonicalUuid } from './text/uuid.ts';
import type { PlannedStep } from './wiring/check.ts';
import { tellsEndedWork, withGracePeriod } from './wiring/deadline.ts';
import { DeletionQueue } from './wiring/deletion-queue.ts';
import { UNKNOWN_RESULT } from './wiring/done-steps/result.ts';
import type { Deletions, ElementDrift } from './wiring/elements/verbs.ts';
import { snapshotOf } from './wiring/snapshot-host.ts';
import { nextRound } from './wiring/timing.ts';
import type { Wiring } from './wiring/wiring.ts';

/** The text of the error of a plugin without the method. These methods are optional. */
const UNSUPPORTED = {
  check: 'does not support check',
  plan: 'does not support plan',
  adopt: 'does not support adopt',
  wiring: 'does not describe its wiring',
} as const;

type OptionalMethod = keyof typeof UNSUPPORTED;
/** A method that has a tracing channel. */
type TracedMethod = Exclude<OptionalMethod, 'wiring'>;

/** A plugin that has the method. */
type PluginWith<M extends OptionalMethod> = VIFPlugin & Required<Pick<VIFPlugin, M>>;

/** A call of a method of a plugin for one VIF. */
export type PluginCall<M extends OptionalMethod, T> = (
  plugin: PluginWith<M>,
  attachment: Attachment,
  context: PluginContext,
) => Promise<T>;

/** The number of VIFs that are compared with a snapshot in one round of the event loop. */
const TOGETHER = 64;

/** Serves all calls of one OsVif. */
export class Calls {
  readonly host: Host;
  readonly plugins: ReadonlyMap<string, VIFPlugin>;
  readonly #deletions: DeletionQueue;
  readonly #timeout: number;
  /** Calls for the same VIF run one after the other. */
  readonly #queue = new KeyedQueue();
  readonly #lifetime = new Lifetime(() => new HostClosedError('OsVif'));

  /** @param timeout the default timeout of a call in milliseconds; 0: no limit */
  constructor(host: Host, plugins: ReadonlyMap<string, VIFPlugin>, timeout: number) {
    this.host = host;
    this.plugins = plugins;
    this.#deletions = new DeletionQueue(host);
    this.#timeout = timeout;
  }

  /** @throws HostClosedError after the end */
  requireOpen(): void {
    this.#lifetime.requireOpen();
  }

  /** Runs a call of the user. @throws HostClosedError after the end */
  run<T>(call: () => Promise<T>): Promise<T> {
    return this.#lifetime.run(call);
  }

  /** Refuses further calls, waits for the calls under way, and runs `release`. */
  end(release: () => Promise<void>): Promise<void> {
    return this.#lifetime.end(release);
  }

  /** @throws PlugError if the host or the plugin fails */
  async plug(vif: VIFBase, instance: InstanceInfo, options: PlugOptions): Promise<PlugResult> {
    return this.#change('plug', { vif, instance }, options, this.#deletions);
  }

  /** @throws UnplugError if the host or the plugin fails */
  async unplug(vif: VIFBase, instance: InstanceInfo, options: CallOptions): Promise<PlugResult> {
    return this.#change('unplug', { vif, instance }, options);
  }

  /** Unplugs one of many VIFs. @param begin resolves when it is the turn of this VIF */
  async unplugOneOfMany(attachment: Attachment, options: CallOptions, begin: () => Promise<void>): Promise<PlugResult> {
    return this.#deletions.during(async (deletions) => {
      await begin();
      return this.#change('unplug', attachment, options, deletions);
    }, true);
  }

  /** @param given the deletions of the call. Default: those of this call alone, from its turn on */
  async #change(
    verb: 'plug' | 'unplug',
    { vif, instance }: Attachment,
    options: PlugOptions,
    given?: Deletions,
  ): Promise<PlugResult> {
    const plugin = this.#pluginFor(verb, vif, instance, options);
    const { waitFor } = options;
    return traced(
      `os-vif:${verb}`,
      () => detailsOf(vif),
      async () => {
        try {
          const result = await this.#inTurn(vif, options, async (context) => {
            const change = async (deletions: Deletions) =>
              plugin[verb](vif, instance, { ...context, deletions, waitFor });
            return given === undefined ? this.#deletions.during(change) : change(given);
          });
          return result ?? UNKNOWN_RESULT;
        } catch (cause) {
          throw failureOf(verb, vif, cause);
        }
      },
    );
  }

  /**
   * Runs a call that an optional method of the plugin answers.
   *
   * @throws PluginError if the plugin does not have the method
   */
  async ask<M extends TracedMethod, T>(
    method: M,
    attachment: Attachment,
    options: CallOptions,
    call: PluginCall<M, T>,
  ): Promise<T> {
    const { vif, instance } = attachment;
    const plugin = this.#pluginFor(method, vif, instance, options);
    return observed(method, vif, () => this.#askInTurn(method, plugin, attachment, options, call));
  }

  /**
   * Runs such a call for many VIFs on one snapshot of the host, while no other call for these VIFs
   * runs.
   *
   * @returns the results, in order
   * @throws BatchError with the error of each VIF that failed, and the results of the others
   */
  async askAll<M extends TracedMethod, T>(
    method: M,
    attachments: readonly Attachment[],
    options: CallOptions,
    call: PluginCall<M, T>,
  ): Promise<T[]> {
    return resultsOf(method, attachments, await this.outcomesOf(method, attachments, options, call));
  }

  /** Runs such calls as `askAll` does, and returns the outcome of each VIF. */
  async outcomesOf<M extends TracedMethod, T>(
    method: M,
    attachments: readonly Attachment[],
    options: CallOptions,
    call: PluginCall<M, T>,
  ): Promise<PromiseSettledResult<T>[]> {
    if (attachments.length === 0) return [];
    const signal = this.signalOf(options);
    const ids = attachments.flatMap(({ vif: { id } }) => (id === undefined ? [] : [canonicalUuid(id)]));
    const work = async (): Promise<PromiseSettledResult<T>[]> => {
      const context = { host: await snapshotOf(this.host), signal };
      const askOne = async (attachment: Attachment): Promise<T> => {
        const { vif, instance } = attachment;
        const plugin = this.#pluginFor(method, vif, instance, options);
        // `await` takes less time here than a promise that the function returns.
        return await observed(
          method,
          vif,
          async () => await call(supporting(method, plugin, vif), attachment, context),
        );
      };
      const outcomes: PromiseSettledResult<T>[] = [];
      for (let from = 0; from < attachments.length; from += TOGETHER) {
        const settled = await Promise.allSettled(attachments.slice(from, from + TOGETHER).map(askOne));
        outcomes.push(...settled);
        await nextRound();
        if (settled.some((outcome) => 'reason' in outcome && tellsEndedWork(outcome.reason, signal))) break;
        signal?.throwIfAborted();
      }
      const rest = attachments.length - outcomes.length;
      return [...outcomes, ...Array.from({ length: rest }, () => notBegun(signal))];
    };
    return this.#queue.run(ids, () => withGracePeriod(work(), signal), signal);
  }

  /** Whether a call for the VIF runs or waits. */
  isBusy(id: string): boolean {
    return this.#queue.has(id);
  }

  /**
   * Returns the id of a VIF in canonical form.
   *
   * @throws ArgumentError for a wrong argument
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   * @throws PluginError if the plugin does not have the method
   */
  idFor(method: TracedMethod, { vif, instance }: Attachment): string {
    supporting(method, this.#pluginFor(method, vif, instance, {}), vif);
    return canonicalUuid(vif.require('id').id);
  }

  /** Returns the elements of the VIF on this host. */
  async wiringOf(attachment: Attachment, options: GraphCallOptions): Promise<Wiring> {
    const plugin = this.#pluginFor('graph', attachment.vif, attachment.instance, options);
    return this.#askInTurn('wiring', plugin, attachment, options, (describing, { vif, instance }, context) =>
      describing.wiring(vif, instance, context),
    );
  }

  /** Returns the signal of a call: its own signal, or its timeout, or the default timeout. */
  signalOf(options: CallOptions): AbortSignal | undefined {
    return signalOf(options, this.#timeout);
  }

  /**
   * Returns the plugin of the VIF.
   *
   * @throws ArgumentError if an argument of the call is wrong
   * @throws NoMatchingPluginError if no plugin has the name in `vif.plugin`
   */
  #pluginFor(call: SingleCall, vif: VIFBase, instance: InstanceInfo, options: CallOptions): VIFPlugin {
    const { plugin: name } = requireVIFBase(vif).require('plugin');
    requireArguments(call, instance, options);
    const plugin = this.plugins.get(name);
    if (plugin === undefined) throw new NoMatchingPluginError(name, [...this.plugins.keys()].sort());
    return plugin;
  }

  #askInTurn<M extends OptionalMethod, T>(
    method: M,
    plugin: VIFPlugin,
    attachment: Attachment,
    options: CallOptions,
    call: PluginCall<M, T>,
  ): Promise<T> {
    const { vif } = attachment;
    return this.#inTurn(vif, options, async (context) =>
      withGracePeriod(call(supporting(method, plugin, vif), attachment, context), context.signal),
    );
  }

  async #inTurn<T>(vif: VIFBase, options: CallOptions, action: (context: PluginContext) => Promise<T>): Promise<T> {
    const signal = this.signalOf(options);
    return this.#queue.run([canonicalUuid(vif.require('id').id)], () => action({ host: this.host, signal }), signal);
  }
}

/** The fields of operations on a VIF. */
const detailsOf = ({ id = '', plugin = '' }: VIFBase) => ({ vif: canonicalUuid(id), plugin });

/** The outcome of a VIF whose turn did not come before the end of the call. */
function notBegun(signal: AbortSignal | undefined): PromiseRejectedResult {
  return { status: 'rejected', reason: signal?.reason };
}

/** The check of one VIF. */
export function checkOne(options: CheckOptions): PluginCall<'check', ElementDrift[]> {
  return (plugin, { vif, instance }, context) => plugin.check(vif, instance, { ...context, onNote: options.onNote });
}

/** The plan of one VIF. */
export const planOne: PluginCall<'plan', PlannedStep[]> = (plugin, { vif, instance }, context) =>
  plugin.plan(vif, instance, context);

/** Publishes the call on its tracing channel. */
function observed<T>(method: TracedMethod, vif: VIFBase, action: () => Promise<T>): Promise<T> {
  const channel: CallChannel = `os-vif:${method}`;
  return traced(channel, () => detailsOf(vif), action);
}

/** Returns the plugin. @throws PluginError if the plugin does not have the method */
function supporting<M extends OptionalMethod>(method: M, plugin: VIFPlugin, vif: VIFBase): PluginWith<M> {
  if (supports(plugin, method)) return plugin;
  throw new PluginError(`the plugin ${vif.plugin} ${UNSUPPORTED[method]}`);
}

function supports<M extends OptionalMethod>(plugin: VIFPlugin, method: M): plugin is PluginWith<M> {
  return plugin[method] !== undefined;
}
