/** Errors of Open vSwitch and its database. */
import { OsVifError } from './base.ts';

/** The OVSDB server cannot be reached, or the connection to it broke. */
export class OvsdbConnectionError extends OsVifError {
  /** The address of the server, such as `unix:/run/openvswitch/db.sock`. */
  readonly connection: string;
  /**
   * Whether a new attempt may succeed. False for a refused certificate and for an invalid connection string.
   */
  readonly transient: boolean;

  constructor(connection: string, message: string, options?: ErrorOptions & { transient?: boolean }) {
    super('ERR_OSVIF_OVSDB_CONNECTION', `OVSDB ${connection}: ${message}`, options);
    this.connection = connection;
    this.transient = options?.transient ?? true;
  }
}

/** A call to the OVSDB server did not end before its deadline. */
export class OvsdbTimeoutError extends OsVifError {
  constructor(connection: string, message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVSDB_TIMEOUT', `OVSDB ${connection}: ${message}`, options);
  }
}

/**
 * A message of the OVSDB server violates RFC 7047, or the server does not have the schema of Open vSwitch.
 */
export class OvsdbProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVSDB_PROTOCOL', message, options);
  }
}

/** The OVSDB server refused a request. The transaction changed nothing. */
export class OvsdbServerError extends OsVifError {
  /**
   * The server's name of the error:
   * `constraint violation`, `referential integrity violation`, `timed out`, ...
   */
  readonly error: string;
  /** The server's explanation. Empty if there is none. */
  readonly details: string;
  /** The index of the failed operation. Undefined if the commit failed. */
  readonly operation: number | undefined;

  constructor(request: string, error: string, details: string, operation?: number) {
    super('ERR_OSVIF_OVSDB_SERVER', `${request}: the OVSDB server says: ${error}${details && `: ${details}`}`);
    this.error = error;
    this.details = details;
    this.operation = operation;
  }
}

/**
 * An edit does not fit the rows of the database: for example, the bridge is missing or
 * the port already exists.
 */
export class OvsdbEditError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVSDB_EDIT', message);
  }
}

/**
 * The datapath type of a bridge of Open vSwitch does not fit the VIF, or Open vSwitch does not support it.
 */
export class OvsDatapathError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVS_DATAPATH', message);
  }
}

/** A wait for ovn-controller that ended without success. */
export interface OvnWait {
  /** The `iface-id` of the interface, which is the name of the logical port. Empty if it has none. */
  readonly ifaceId: string;
  /** The port with this `iface-id`. Undefined if there is none. */
  readonly port: string | undefined;
  /** The bridge of the port. */
  readonly bridge: string | undefined;
  /** Milliseconds. */
  readonly waited: number;
  /** The last start of ovn-controller on the bridge. Undefined if it never ran there. */
  readonly ovnStartedAt: Date | undefined;
}

/** ovn-controller did not install the flows of a port in time. */
export class OvnNotInstalledError extends OsVifError {
  readonly wait: OvnWait;

  constructor(wait: OvnWait, options?: ErrorOptions) {
    const { ifaceId, port = 'unknown', waited } = wait;
    const what = `ovn-controller did not install the flows of port ${port} (iface-id ${ifaceId || 'missing'}) within ${waited} ms`;
    super('ERR_OSVIF_OVN_NOT_INSTALLED', `${what}; ${adviceFor(wait)}`, options);
    this.wait = wait;
  }
}

function adviceFor({ ifaceId, port, bridge, ovnStartedAt }: OvnWait): string {
  if (port === undefined) return 'no port has this iface-id: check that the hypervisor has added the port';
  if (ovnStartedAt === undefined) return `no ovn-controller has ever run on bridge ${bridge}: start it`;
  return `ovn-controller started on bridge ${bridge} at ${ovnStartedAt.toISOString()}: check that it runs, and compare chassis, requested_chassis and options:iface-id-ver in \`ovn-sbctl find port_binding logical_port=${ifaceId}\``;
}

/** ovs-vswitchd could not open the device of a port. */
export class OvsPortError extends OsVifError {
  /** The name of the port. */
  readonly port: string;
  /** The message of ovs-vswitchd. */
  readonly error: string;

  constructor(port: string, error: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVS_PORT', `ovs-vswitchd could not open port ${port}: ${error}`, options);
    this.port = port;
    this.error = error;
  }
}
