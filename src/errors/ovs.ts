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

/** ovn-controller did not install the flows of a port in time. */
export class OvnNotInstalledError extends OsVifError {
  /** The `iface-id` of the port: the name of its logical port. Empty if it has none. */
  readonly ifaceId: string;
  /** The name of the port. */
  readonly port: string;
  /** The bridge of the port. */
  readonly bridge: string;
  /** Milliseconds. */
  readonly waited: number;
  /** The last start of ovn-controller on the bridge. Undefined if it never ran there. */
  readonly ovnStartedAt: Date | undefined;

  constructor(
    found: Pick<OvnNotInstalledError, 'ifaceId' | 'port' | 'bridge' | 'waited' | 'ovnStartedAt'>,
    options?: ErrorOptions,
  ) {
    const { ifaceId, port, bridge, waited, ovnStartedAt } = found;
    const ran =
      ovnStartedAt === undefined
        ? `no ovn-controller has ever run on bridge ${bridge}: start it`
        : `ovn-controller started on bridge ${bridge} at ${ovnStartedAt.toISOString()}; look whether it runs, and at chassis, requested_chassis and options:iface-id-ver of \`ovn-sbctl find port_binding logical_port=${ifaceId}\` and \`ovn-nbctl show\``;
    super(
      'ERR_OSVIF_OVN_NOT_INSTALLED',
      `ovn-controller did not install the flows of port ${port} (iface-id ${ifaceId || 'missing'}) within ${waited} ms; ${ran}`,
      options,
    );
    this.ifaceId = ifaceId;
    this.port = port;
    this.bridge = bridge;
    this.waited = waited;
    this.ovnStartedAt = ovnStartedAt;
  }
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
