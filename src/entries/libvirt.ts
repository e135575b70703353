/**
 * Converts VIFs to libvirt's domain XML.
 *
 * @module os-vif/libvirt
 */
export * from '../errors/base.ts';
export * from '../errors/libvirt.ts';
export * from '../errors/model.ts';
export type { Bandwidth, GuestInterface, Rate, VirtType } from '../libvirt/guest.ts';
export { toHostdevXml } from '../libvirt/hostdev-xml.ts';
export { toInterfaceXml } from '../libvirt/interface-xml.ts';
export { type MacvtapNetwork, type MacvtapNetworkMode, toNetworkXml } from '../libvirt/network-xml.ts';
