/** Errors of plugging and unplugging. */

import { adviceTo, advised } from '../text/advice.ts';
import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { messageOf } from '../text/message-of.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';
import type { PlugResult } from './plug-result.ts';
import type { WiringFailure } from './wiring-failure.ts';

/** No plugin of this OsVif has the name in `vif.plugin`. */
export class NoMatchingPluginError extends OsVifError {
  constructor(plugin: string, known: readonly string[]) {
    super(
      'ERR_OSVIF_NO_MATCHING_PLUGIN',
      `no plugin is named ${describeValue(plugin)}${didYouMean(plugin, known) || ';'} there are: ${listed(known) || 'none'}`,
    );
  }
}

/** The plugin does not support the class of the VIF. */
export class UnsupportedVIFError extends OsVifError {
  constructor(plugin: string, taken: string, given: string) {
    const text = `set vif.plugin to a plugin that takes ${given}`;
    const advice = adviceTo('choose-another-plugin', text, { vif: given });
    super('ERR_OSVIF_UNSUPPORTED_VIF', `the plugin ${plugin} takes ${taken}, not ${given}: ${advice.text}`);
    advised(this, advice);
  }
}

/** An argument is not a VIF of this copy of the library. */
export class NotAVifError extends OsVifError {
  constructor(given: unknown) {
    const isOfAnotherCopy = isRecord(given) && typeof Reflect.get(given, 'toPrimitive') === 'function';
    super(
      'ERR_OSVIF_NOT_A_VIF',
      isOfAnotherCopy
        ? `expected a VIF, found ${describeValue(Reflect.get(given, 'type'))} of another copy of os-vif: import os-vif from one place, or pass the VIF on with toPrimitive() and fromPrimitive()`
        : `expected a VIF such as VIFBridge or VIFGeneric, found ${describeValue(given)}`,
    );
  }
}

/** A plugin cannot be loaded, or does not support the operation. */
export class PluginError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_PLUGIN', message, options);
  }
}

/** Some VIFs of a call for many VIFs failed. All other VIFs have a result. */
export class BatchError<R = PlugResult> extends OsVifError {
  /** The error of each failed VIF, by the id of the VIF. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** The result of each other VIF, by the id of the VIF. */
  readonly results: ReadonlyMap<string, R>;

  constructor(what: string, total: number, failures: ReadonlyMap<string, unknown>, results: ReadonlyMap<string, R>) {
    const texts = [...failures.values()].map(messageOf);
    super('ERR_OSVIF_BATCH', `${what} failed for ${failures.size} of ${total} VIFs: ${listed(texts, '; ')}`, {
      cause: new AggregateError(failures.values()),
    });
    this.failures = failures;
    this.results = results;
  }
}

/** A plug failed. `cause` is the error, `left` lists the elements that could not be rolled back. */
export class PlugError extends OsVifError {
  readonly element: string | undefined;
  readonly operation: string | undefined;
  readonly left: readonly string[];

  constructor(message: string, cause: unknown, failure: WiringFailure = {}) {
    super('ERR_OSVIF_PLUG', message, { cause });
    this.element = failure.element;
    this.operation = failure.operation;
    this.left = failure.left ?? [];
  }
}

/**
 * An unplug failed for some elements and removed all others.
 * `cause` is the error, or an AggregateError of several.
 */
export class UnplugError extends OsVifError {
  readonly left: readonly string[];

  constructor(message: string, cause: unknown, left: readonly string[] = []) {
    super('ERR_OSVIF_UNPLUG', message, { cause });
    this.left = left;
  }
}
