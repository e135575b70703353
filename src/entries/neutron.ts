/**
 * Converts ports of Neutron and entries of nova's network_info to VIFs.
 *
 * @module os-vif/neutron
 */
export * from '../errors/base.ts';
export * from '../errors/binding.ts';
export * from '../errors/model.ts';
export { type AddressingOptions, requireUsableAddressing } from '../neutron/addressing.ts';
export type {
  NetworkInfoEntry,
  NovaAddress,
  NovaFixedIp,
  NovaNetwork,
  NovaRoute,
  NovaSubnet,
} from '../neutron/network-info.ts';
export { networkInfoSchema } from '../neutron/network-info-schema.ts';
export {
  type BindingProfile,
  type NeutronFloatingIp,
  type NeutronNetwork,
  type NeutronPort,
  type NeutronSubnet,
  type NumberOrDigits,
  type VifDetails,
  VNIC_TYPES,
  type VnicType,
} from '../neutron/port.ts';
export { portBindingSchema } from '../neutron/port-binding-schema.ts';
export { type PortBinding, portWithBinding, validatePortBindings } from '../neutron/port-bindings.ts';
export { type PortSourceGuard, sourceGuardOf } from '../neutron/source-guard.ts';
export { validateBinding } from '../neutron/validate-binding.ts';
export { validateNetworkInfo, vifFromNetworkInfo } from '../neutron/vif-from-network-info.ts';
export { type PortContext, vifFromPort } from '../neutron/vif-from-port.ts';
export type { Violation } from '../versioned/validation/validate.ts';
