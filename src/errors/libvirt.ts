/** Errors of the conversion to libvirt XML. */

import { OsVifError } from './base.ts';

/** The plugin does not know the port profile, or needs one and the VIF has none. */
export class PortProfileError extends OsVifError {
  constructor(plugin: string, found: string | undefined, wanted: string) {
    const what = found === undefined ? 'the VIF has no port profile' : `it does not take the port profile ${found}`;
    super('ERR_OSVIF_PORT_PROFILE', `plugin ${plugin}: ${what}; it needs ${wanted}`);
  }
}

/** A libvirt element can't be made of a VIF: there is none for it, the guest can't have it, or libvirt or the kernel would refuse a value. */
export class LibvirtXmlError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_LIBVIRT_XML', message);
  }
}
