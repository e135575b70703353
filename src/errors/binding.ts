/** Errors of what surrounds a VIF: the binding that it comes from, the XML that is made of it. */

import { countOfMore, listed, shortened } from '../text/bounds.ts';
import { OsVifError } from './base.ts';

/**
 * The violations of a port binding from which no VIF can be made. `ERR_OSVIF_PORT_BINDING`.
 * The message lists at most 100 violations, then `and N more`.
 */
export class PortBindingError extends OsVifError {
  /** The port's UUID; empty for a port without one. */
  readonly portId: string;
  /** Each with its path in what was given, as a JSON Pointer: `/binding:vif_details/vhostuser_socket`. */
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

/** A port that is bound to no host. `ERR_OSVIF_PORT_UNBOUND`. */
export class UnboundPortError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_PORT_UNBOUND');
  }
}

/** A port that Neutron could not bind to its host. `ERR_OSVIF_BINDING_FAILED`. */
export class BindingFailedError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_BINDING_FAILED');
  }
}

/** A port of a vif type that no VIF can be made of. `ERR_OSVIF_VIF_TYPE`. */
export class UnsupportedVifTypeError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_VIF_TYPE');
  }
}

/** A port without addresses that can't do without. `ERR_OSVIF_PORT_ADDRESSING`. */
export class UnusableAddressingError extends OsVifError {
  /** The port's UUID. */
  readonly portId: string;

  constructor(portId: string, reason: string) {
    super('ERR_OSVIF_PORT_ADDRESSING', `port ${nameOf(portId)} has no IP address: ${reason}`);
    this.portId = portId;
  }
}

/** The id may be any text: a port that is refused was not checked. */
function nameOf(portId: string): string {
  return portId ? shortened(portId) : 'without id';
}
