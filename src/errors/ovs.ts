/** Errors of Open vSwitch and its database. */
import { OsVifError } from './base.ts';

/** The OVSDB server can't be reached, or the connection to it broke. */
export class OvsdbConnectionError extends OsVifError {
  /** Where the server was sought, e.g. `unix:/run/openvswitch/db.sock`. */
  readonly connection: string;
  /** Whether trying again may help; false for a refused certificate or a connection string that can't be read. */
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

/** The OVSDB server sent what RFC 7047 does not allow, or its schema is not that of an Open vSwitch. */
export class OvsdbProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVSDB_PROTOCOL', message, options);
  }
}

/** The OVSDB server refused a request; nothing of the transaction was done. */
export class OvsdbServerError extends OsVifError {
  /** The server's word for it: `constraint violation`, `referential integrity violation`, `not allowed`, `timed out`, ... */
  readonly error: string;
  /** The server's explanation, '' when it gave none. */
  readonly details: string;
  /** Index of the operation that failed; undefined when the transaction failed as a whole at its commit. */
  readonly operation: number | undefined;

  constructor(request: string, error: string, details: string, operation?: number) {
    super('ERR_OSVIF_OVSDB_SERVER', `${request}: the OVSDB server says: ${error}${details && `: ${details}`}`);
    this.error = error;
    this.details = details;
    this.operation = operation;
  }
}

/** An edit does not fit the database as it is: there is no such bridge, or a port of that name exists. */
export class OvsdbEditError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVSDB_EDIT', message);
  }
}

/** A bridge of Open vSwitch has, or should get, a datapath type that the VIF can't be plugged with. */
export class OvsDatapathError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVS_DATAPATH', message);
  }
}

/** ovs-vswitchd could not make a port work. */
export class OvsPortError extends OsVifError {
  /** The port's name. */
  readonly port: string;
  /** ovs-vswitchd's own words. */
  readonly error: string;

  constructor(port: string, error: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVS_PORT', `ovs-vswitchd could not open port ${port}: ${error}`, options);
    this.port = port;
    this.error = error;
  }
}
