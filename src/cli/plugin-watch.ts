/** Records for which VIFs a plugin has begun to work, and how the work ended. */

import type { PlugResult } from '../errors/plug-result.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { UNKNOWN_RESULT } from '../wiring/done-steps/result.ts';

/** The state of the work for a VIF. */
export type WorkState =
  | { readonly state: 'waiting' | 'begun' }
  | { readonly state: 'done'; readonly result: PlugResult }
  | { readonly state: 'failed'; readonly error: unknown };

/** The record of the plugs or unplugs of a run of the command. */
export class PluginWatch {
  readonly #states = new Map<VIFBase, WorkState>();

  /** The plugin for plugs and unplugs, with a record of its calls. */
  watched(plugin: VIFPlugin): VIFPlugin {
    return {
      describe: () => plugin.describe(),
      plug: (vif, ...rest) => this.#record(vif, () => plugin.plug(vif, ...rest)),
      unplug: (vif, ...rest) => this.#record(vif, () => plugin.unplug(vif, ...rest)),
    };
  }

  /** The state of the work for the VIF. */
  stateOf(vif: VIFBase): WorkState {
    return this.#states.get(vif) ?? { state: 'waiting' };
  }

  #record<T extends ReturnType<VIFPlugin['plug']>>(vif: VIFBase, work: () => T): T {
    this.#states.set(vif, { state: 'begun' });
    const fail = (error: unknown) => this.#states.set(vif, { state: 'failed', error });
    try {
      const result = work();
      result.then((done) => this.#states.set(vif, { state: 'done', result: done ?? UNKNOWN_RESULT }), fail);
      return result;
    } catch (error) {
      fail(error);
      throw error;
    }
  }
}
