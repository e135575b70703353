/** Errors of the conversion to libvirt XML. */

import { OsVifError } from './base.ts';

/** The plugin does not support the port profile, or needs a port profile and the VIF has none. */
export class PortProfileError extends OsVifError {
  constructor(plugin: string, found: string | undefined, wanted: string) {
    const what = found === undefined ? 'the VIF has no port profile' : `it does not take the port profile ${found}`;
    super('ERR_OSVIF_PORT_PROFILE', `plugin ${plugin}: ${what}; it needs ${wanted}`);
  }
}

/**
 * A VIF cannot be converted to libvirt XML. Either libvirt has no element for the VIF, or the hypervisor does
 * not support the element, or libvirt or the kernel would refuse a value.
 */
export class LibvirtXmlError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_LIBVIRT_XML', message);
  }
}
