/**
 * Every error of this library, by subject. The other entries export the errors that they throw.
 *
 * @module os-vif/errors
 */
export { ArgumentError } from '../errors/argument.ts';
export * from '../errors/base.ts';
export * from '../errors/binding.ts';
export * from '../errors/command.ts';
export * from '../errors/helper.ts';
export * from '../errors/host.ts';
export * from '../errors/kernel.ts';
export * from '../errors/kinds.ts';
export * from '../errors/libvirt.ts';
export * from '../errors/link.ts';
export * from '../errors/model.ts';
export * from '../errors/negotiation.ts';
export * from '../errors/ovs.ts';
export * from '../errors/pci.ts';
export * from '../errors/plug-result.ts';
export * from '../errors/plugin.ts';
export * from '../errors/rpc.ts';
export * from '../errors/schema.ts';
export * from '../errors/testing.ts';
export * from '../errors/wiring-failure.ts';
