/** Errors of the conversion of Neutron's port bindings to VIFs. */

import { countOfMore, listed, shortened } from '../text/bounds.ts';
import { OsVifError } from './base.ts';

/**
 * A port binding cannot be converted to a VIF. `ERR_OSVIF_PORT_BINDING`.
 * The message lists at most 100 violations, then `and N more`.
 */
export class PortBindingError extends OsVifError {
  /** The UUID of the port. Empty for a port without a UUID. */
  readonly portId: string;
  /** `path` is a JSON Pointer into the input: `/binding:vif_details/vhostuser_socket`. */
  readonly violations: readonly { readonly path: string; readonly message: string }[];

  constructor(
    portId: string,
    violations: readonly { readonly path: string; readonly message: string }[],
    code = 'ERR_OSVIF_PORT_BINDING',
  ) {
    const texts = violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    const more = countOfMore(texts.at(-1));
    const list = listed(more > 0 ? texts.slice(0, -1) : texts, '; ', more);
    super(code, `port ${nameOf(portId)} has no usable binding: ${list}`);
    this.portId = portId;
    this.violations = violations;
  }
}

/** The port is not bound to a host. `ERR_OSVIF_PORT_UNBOUND`. */
export class UnboundPortError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_PORT_UNBOUND');
  }
}

/** Neutron could not bind the port to its host. `ERR_OSVIF_BINDING_FAILED`. */
export class BindingFailedError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_BINDING_FAILED');
  }
}

/** No VIF class exists for the vif type of the port. `ERR_OSVIF_VIF_TYPE`. */
export class UnsupportedVifTypeError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_VIF_TYPE');
  }
}

/** A port has no IP address, but its use needs one. `ERR_OSVIF_PORT_ADDRESSING`. */
export class UnusableAddressingError extends OsVifError {
  /** The port's UUID. */
  readonly portId: string;

  constructor(portId: string, reason: string) {
    super('ERR_OSVIF_PORT_ADDRESSING', `port ${nameOf(portId)} has no IP address: ${reason}`);
    this.portId = portId;
  }
}

/** The id for the message. It is cut, because an invalid port can have any text as its id. */
function nameOf(portId: string): string {
  return portId ? shortened(portId) : 'without id';
}
