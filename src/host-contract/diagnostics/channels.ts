/** The tracing channels. In a browser there are none, and nothing is published. */

import type { TracingChannel } from 'node:diagnostics_channel';
import type { DiagnosticsChannel } from './messages.ts';

/** A channel without an entry here is a compile error. */
const NAMES: { readonly [C in DiagnosticsChannel]: C } = {
  'os-vif:plug': 'os-vif:plug',
  'os-vif:unplug': 'os-vif:unplug',
  'os-vif:check': 'os-vif:check',
  'os-vif:plan': 'os-vif:plan',
  'os-vif:adopt': 'os-vif:adopt',
  'os-vif:gc': 'os-vif:gc',
  'os-vif:watch': 'os-vif:watch',
  'os-vif:ensure': 'os-vif:ensure',
  'os-vif:undo': 'os-vif:undo',
  'os-vif:remove': 'os-vif:remove',
  'os-vif:inspect': 'os-vif:inspect',
  'os-vif:netlink': 'os-vif:netlink',
  'os-vif:program': 'os-vif:program',
  'os-vif:ovsdb': 'os-vif:ovsdb',
  'os-vif:transaction': 'os-vif:transaction',
  'os-vif:connect': 'os-vif:connect',
  'os-vif:disconnect': 'os-vif:disconnect',
  'os-vif:helper': 'os-vif:helper',
  'os-vif:serve': 'os-vif:serve',
};

/** The names of all channels, for `subscribeOperations`. */
export const DIAGNOSTICS_CHANNELS: readonly DiagnosticsChannel[] = Object.values(NAMES);

/** Undefined in a browser. An import would break the bundle for a browser. */
export const diagnostics =
  typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:diagnostics_channel');

const TRACES: ReadonlyMap<DiagnosticsChannel, TracingChannel> = new Map(
  diagnostics === undefined ? [] : DIAGNOSTICS_CHANNELS.map((name) => [name, diagnostics.tracingChannel(name)]),
);

/** The tracing channel of this name. */
export function traceOf(channel: DiagnosticsChannel): TracingChannel | undefined {
  return TRACES.get(channel);
}

/** Whether any channel has a subscriber. */
export function hasSubscribers(): boolean {
  for (const trace of TRACES.values()) if (trace.hasSubscribers) return true;
  return false;
}
