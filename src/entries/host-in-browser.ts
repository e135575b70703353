/** `os-vif/host` in a browser: the same without the hosts that need Node.js. */

export type {
  Attachment,
  BatchOptions,
  CallOptions,
  CheckOptions,
  DryRunOptions,
  GraphCallOptions,
  PlugAllOptions,
  PlugOptions,
} from '../call-options.ts';
export * from '../errors/base.ts';
export * from '../errors/helper.ts';
export * from '../errors/host.ts';
export * from '../errors/kernel.ts';
export * from '../errors/kinds.ts';
export * from '../errors/link.ts';
export * from '../errors/model.ts';
export * from '../errors/ovs.ts';
export * from '../errors/pci.ts';
export type { DoneStep, PlugResult } from '../errors/plug-result.ts';
export * from '../errors/plugin.ts';
export * from '../errors/wiring-failure.ts';
export { MemoryFilter } from '../host/memory/memory-filter.ts';
export { MemoryGuards } from '../host/memory/memory-guards.ts';
export { MemoryHost, type MemoryHostOptions } from '../host/memory/memory-host.ts';
export type { MemoryLinks } from '../host/memory/memory-links.ts';
export type {
  MemoryAddressing,
  MemoryIngress,
  MemoryPci,
  MemorySysctl,
  PciFunction,
} from '../host/memory/memory-network.ts';
export type { MemoryOvsdb } from '../host/memory/memory-ovsdb.ts';
export type { BeforeChange, NicSettings } from '../host/memory/nic-settings.ts';
export type { Address, Addressing, AddressPlan, Route } from '../host-contract/addressing.ts';
export { attributeValue, type LinkAttributes } from '../host-contract/attribute-values.ts';
export type { Changes, ChangesOptions } from '../host-contract/changes/changes.ts';
export { DIAGNOSTICS_CHANNELS } from '../host-contract/diagnostics/channels.ts';
export type {
  CallChannel,
  CallOperation,
  CollectionOperation,
  ConnectionOperation,
  ConnectOperation,
  DiagnosticsChannel,
  DiagnosticsMessages,
  ElementOperation,
  EndedOperation,
  FailedOperation,
  HelperOperation,
  NetlinkOperation,
  Operation,
  OperationFields,
  OvsdbOperation,
  ProgramOperation,
  ServeOperation,
  TransactionOperation,
  WatchOperation,
} from '../host-contract/diagnostics/messages.ts';
export { type OperationSubscribers, subscribeOperations } from '../host-contract/diagnostics/subscribe.ts';
export type {
  Filter,
  FilterChain,
  IngressFilter,
  SourceMacDrop,
  SourceMacDropState,
} from '../host-contract/filters/packet-filters.ts';
export {
  GUARD_HOOKS,
  GUARD_MODES,
  type GuardHook,
  type GuardMode,
  type ListedGuard,
  type SourceGuard,
  type SourceGuardState,
  type SourceGuards,
} from '../host-contract/guards/source-guards.ts';
export type { Host, Sysctl } from '../host-contract/host.ts';
export {
  defineLinkKind,
  type LinkAttribute,
  type LinkKindDefinition,
  type LinkKindOf,
} from '../host-contract/link-kinds.ts';
export { requireNewLink } from '../host-contract/link-values.ts';
export type {
  BridgeSettings,
  BuiltInLink,
  DefinedKind,
  DefinedLink,
  EmbeddedSwitchMode,
  ExpectedLink,
  Link,
  LinkKind,
  LinkKindSettings,
  LinkSettings,
  Links,
  MacvtapMode,
  MacvtapSettings,
  NamedLink,
  NewLink,
  PortSettings,
  TapSettings,
  TapState,
  VirtualFunction,
  VirtualFunctionSettings,
  VlanProtocol,
  VlanSettings,
} from '../host-contract/links.ts';
export { EMBEDDED_SWITCH_MODES, isDefinedLink, MACVTAP_MODES, VLAN_PROTOCOLS } from '../host-contract/links.ts';
export type {
  AddBridge,
  AddPort,
  AddQos,
  InterfaceValues,
  OvsBridge,
  Ovsdb,
  OvsdbCallOptions,
  OvsdbChangeOptions,
  OvsdbEdit,
  OvsdbTable,
  OvsdbView,
  OvsdbWaitOptions,
  OvsInterface,
  OvsMap,
  OvsMapChange,
  OvsPort,
  OvsQos,
  OvsSystem,
  PortValues,
  RemoveBridge,
  RemovePort,
  RemoveQos,
  SetBridge,
  SetInterface,
  SetPort,
} from '../host-contract/ovsdb.ts';
export type { Pci, SwitchPort, SwitchPortRole } from '../host-contract/pci.ts';
export { asPrivateGuest, type GuestIsolation, isPrivateGuest } from '../objects/guest-isolation.ts';
export type { OsVifOptions } from '../opening.ts';
export { OsVif } from '../os-vif.ts';
export type { Graph, GraphEdge, GraphGroup, GraphNode, GraphNodeKind, GraphState } from '../picture/graph-model.ts';
export { LinuxBridgePlugin, type LinuxBridgePluginOptions } from '../plugins/linux-bridge-plugin.ts';
export { MacvtapPlugin, type MacvtapPluginOptions } from '../plugins/macvtap-plugin.ts';
export { NoopPlugin } from '../plugins/noop-plugin.ts';
export type { HostDeviceFacts } from '../plugins/ovs/host-device.ts';
export { type OvsPluginOptions, QOS_TYPES, type QosType } from '../plugins/ovs/ovs-options.ts';
export { OvsPlugin } from '../plugins/ovs/ovs-plugin.ts';
export type { VirtualFunctionLocation } from '../plugins/ovs/representor.ts';
export { type WaitForOvnOptions, waitForOvn } from '../plugins/ovs/wait-for-ovn.ts';
export { type PluginOptions, pluginOptionsSchema, validatePluginOptions } from '../plugins/plugin-options.ts';
export type { SourceGuardMode, SourceGuardOptions } from '../plugins/source-guard-options.ts';
export { TapPlugin, type TapPluginOptions } from '../plugins/tap-plugin.ts';
export type { PluginContext, VIFPlugin } from '../plugins/vif-plugin.ts';
export { WiringPlugin } from '../plugins/wiring-plugin.ts';
export type {
  DriftEvent,
  FailedEvent,
  RepairedEvent,
  RestoredEvent,
  ResynchronizationReason,
  ResynchronizedEvent,
  VIFWatch,
  WatchEvent,
  WatchOptions,
} from '../watch/vif-watch.ts';
export type { Adoption } from '../wiring/adopt.ts';
export type { PlannedStep } from '../wiring/check.ts';
export { adoptableLinks } from '../wiring/devices/adoptable.ts';
export type { DesiredLink, Obstacle } from '../wiring/devices/desired-link.ts';
export type { ExistingDevice } from '../wiring/devices/existing-device.ts';
export { ensureLink, inspectLink, removeLink } from '../wiring/devices/link.ts';
export type { Drawing, DrawingPlace, DrawnEdge, DrawnNode, DrawnThing } from '../wiring/drawing.ts';
export type { BridgeElement } from '../wiring/elements/bridge.ts';
export {
  type CustomElement,
  type CustomKind,
  defineElement,
  type ElementData,
  type ElementDefinition,
  type ElementKind,
  KERNEL_KINDS,
  type KernelKind,
} from '../wiring/elements/define-element.ts';
export type { EmbeddedSwitchElement } from '../wiring/elements/embedded-switch.ts';
export type { ExistingLinkElement } from '../wiring/elements/existing-link.ts';
export type { ForwardRuleElement } from '../wiring/elements/forward-rule.ts';
export type { MacvtapElement } from '../wiring/elements/macvtap.ts';
export type { PortElement } from '../wiring/elements/port.ts';
export type { SourceGuardElement } from '../wiring/elements/source-guard.ts';
export type { SourceMacFilterElement } from '../wiring/elements/source-mac-filter.ts';
export type { TapElement } from '../wiring/elements/tap.ts';
export type {
  Adopted,
  CheckNote,
  Deletions,
  Drift,
  ElementContext,
  ElementDrift,
  OvsWaits,
  UndoContext,
} from '../wiring/elements/verbs.ts';
export type { VethElement } from '../wiring/elements/veth.ts';
export type { VirtualFunctionElement } from '../wiring/elements/virtual-function.ts';
export type { VlanElement } from '../wiring/elements/vlan.ts';
export type { Garbage } from '../wiring/garbage.ts';
export type { OwnedResource, OwnedResources } from '../wiring/list-resources.ts';
export type { OvsBridgeElement } from '../wiring/ovs/ovs-bridge.ts';
export type { OvsPatchElement } from '../wiring/ovs/ovs-patch.ts';
export type { OvsPortElement } from '../wiring/ovs/ovs-port.ts';
export type { OvsQosElement } from '../wiring/ovs/ovs-qos.ts';
export { WAITS_FOR, type WaitFor } from '../wiring/ovs/wait-for.ts';
export type { Element, KernelElement, OvsElement, Wiring } from '../wiring/wiring.ts';
