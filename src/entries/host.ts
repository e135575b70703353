/** `os-vif/host`: plugs VIFs into the host that this process runs on. */

export * from '../errors.ts';
export { LinuxHost, type LinuxHostOptions } from '../host/linux/linux-host.ts';
export { MemoryHost } from '../host/memory/memory-host.ts';
export { type CallOptions, OsVif, type OsVifOptions } from '../os-vif.ts';
export { NoopPlugin } from '../plugins/noop-plugin.ts';
export { TapPlugin, type TapPluginOptions } from '../plugins/tap-plugin.ts';
export type { PluginContext, VIFPlugin } from '../plugins/vif-plugin.ts';
export { WiringPlugin } from '../plugins/wiring-plugin.ts';
export type { BridgeElement } from '../wiring/elements/bridge.ts';
export type { TapElement } from '../wiring/elements/tap.ts';
export type { VethElement } from '../wiring/elements/veth.ts';
export type {
  BridgeSettings,
  Host,
  Link,
  LinkKind,
  LinkSettings,
  Links,
  NamedLink,
  NewLink,
  TapSettings,
  TapState,
} from '../wiring/host.ts';
export type { Element, Wiring } from '../wiring/wiring.ts';
