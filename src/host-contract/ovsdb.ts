/**
 * The interface to the database of Open vSwitch, in the terms of ovs-vswitchd.conf.db(5).
 * The OVSDB client implements it with RFC 7047. The in-memory database implements it for dry runs and tests.
 */

import type { Changes, ChangesOptions } from './changes/changes.ts';

/** A database of Open vSwitch: reads, transactions, and waiting for results of ovs-vswitchd. */
export interface Ovsdb {
  /** The current rows. They include every transaction that was committed before this call. */
  view(options?: OvsdbCallOptions): Promise<OvsdbView>;

  /**
   * Changes the database in one transaction: either all edits take effect, or none.
   *
   * `decide` reads the database and returns the edits. An empty list means that no edit is necessary.
   * `decide` must depend only on its argument, and must describe a desired state, because it is called again
   * in two cases: another client changed the same rows before the transaction reached the server, or the
   * connection broke before the reply.
   *
   * Resolves to the edits that took effect. Later views of this `Ovsdb` contain them.
   *
   * @throws OvsdbEditError when an edit does not fit the database: a missing bridge, a name in use
   * @throws OvsdbServerError when the server refuses the transaction
   * @throws OvsdbConnectionError when the server cannot be reached
   * @throws OvsdbTimeoutError when the deadline passes first
   */
  change(
    decide: (view: OvsdbView) => readonly OvsdbEdit[],
    options?: OvsdbChangeOptions,
  ): Promise<readonly OvsdbEdit[]>;

  /**
   * Resolves to the first result of `find` that is not undefined. `find` is called now and after every
   * update. Errors of `find` are thrown. While the call waits, it increments `next_cfg` at growing intervals,
   * so that ovs-vswitchd writes its state again. With `nudge: false`, it does not.
   *
   * @param what a name of the awaited condition, for the error at the deadline
   */
  waitFor<T>(what: string, find: (view: OvsdbView) => T | undefined, options?: OvsdbWaitOptions): Promise<T>;

  /**
   * Waits for changes of the tables in use after the cursor of an earlier call. Without a cursor,
   * returns one at once. The changes of a lost connection are lost. Fails while there is no server.
   */
  changes(since?: string, options?: ChangesOptions): Promise<Changes>;

  /** Closes the connection. Running calls fail. */
  close(): Promise<void>;
}

/** Options of one call. */
export interface OvsdbCallOptions {
  /** Ends the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds until the call fails with an `OvsdbTimeoutError`; 0: no limit.
   * Default: the timeout of the connection.
   */
  readonly timeout?: number | undefined;
  /**
   * Whether the host is expected to have Open vSwitch. The call waits up to 2 s for a server that
   * starts. With false, the call fails at once if the Unix socket does not exist. Default: true.
   */
  readonly expected?: boolean | undefined;
}

/** Options of `Ovsdb.waitFor`. */
export interface OvsdbWaitOptions extends OvsdbCallOptions {
  /** Whether the call makes ovs-vswitchd write its state again. Default: true. */
  readonly nudge?: boolean | undefined;
}

/** Options of `Ovsdb.change`. */
export interface OvsdbChangeOptions extends OvsdbCallOptions {
  /**
   * Called when a transaction is sent.
   * From then on it may take effect even if the call fails, unless `onRefused` is called.
   */
  readonly onSend?: (() => void) | undefined;
  /** Called when the server refused the last transaction. The transaction had no effect. */
  readonly onRefused?: (() => void) | undefined;
}

/**
 * The rows of the database. Use a view only until the next `await`, because updates of the server change it.
 */
export interface OvsdbView {
  readonly system: OvsSystem;
  /**
   * Whether this server's schema has the column, e.g. `Interface`, `mtu_request` (new in Open vSwitch 2.6).
   */
  has(table: OvsdbTable, column: string): boolean;
  bridge(name: string): OvsBridge | undefined;
  bridges(): Iterable<OvsBridge>;
  port(name: string): OvsPort | undefined;
  /** The ports of one bridge, including its local port. */
  ports(bridge: string): Iterable<OvsPort>;
  interface(name: string): OvsInterface | undefined;
  interfaces(): Iterable<OvsInterface>;
  qos(uuid: string): OvsQos | undefined;
  allQos(): Iterable<OvsQos>;
  /** The bridges whose external_ids have this owner as `os-vif`. */
  bridgesOf(owner: string): Iterable<OvsBridge>;
  /** The ports whose external_ids have this owner as `os-vif`. */
  portsOf(owner: string): Iterable<OvsPort>;
  /** The ports that use this QoS row. */
  portsWithQos(uuid: string): Iterable<OvsPort>;
  /** The interfaces whose external_ids have this `iface-id`. */
  interfacesWithId(ifaceId: string): Iterable<OvsInterface>;
  /** The QoS rows whose external_ids have this `id`. */
  qosWithId(id: string): Iterable<OvsQos>;
}

/** The tables in use. */
export type OvsdbTable = 'Open_vSwitch' | 'Bridge' | 'Port' | 'Interface' | 'QoS';

/** Keys and values of a map column such as `external_ids`. */
export type OvsMap = Readonly<Record<string, string>>;

/** Properties of ovs-vswitchd. They are empty until ovs-vswitchd has run once. */
export interface OvsSystem {
  readonly version: string | undefined;
  /** The supported datapath types, such as `system` and `netdev`. */
  readonly datapathTypes: readonly string[];
  /** The supported types of interfaces, such as `internal`, `patch`, `dpdkvhostuserclient`. */
  readonly interfaceTypes: readonly string[];
}

/** A row of the table Bridge. */
export interface OvsBridge {
  readonly uuid: string;
  readonly name: string;
  /** `system`, `netdev`, or the empty string, which means `system`. */
  readonly datapathType: string;
  readonly externalIds: OvsMap;
}

/** A row of the table Port. */
export interface OvsPort {
  readonly uuid: string;
  readonly name: string;
  /** The name of its bridge. */
  readonly bridge: string | undefined;
  /** VLAN of an access port, 0 to 4095. */
  readonly tag: number | undefined;
  readonly vlanMode: string | undefined;
  /** The VLANs of a trunk port. An empty list means all VLANs. */
  readonly trunks: readonly number[];
  /** UUID of its QoS row. */
  readonly qos: string | undefined;
  /** Names of its interfaces: one, or several for a bond. */
  readonly interfaces: readonly string[];
  readonly externalIds: OvsMap;
}

/** A row of the table Interface. */
export interface OvsInterface {
  readonly uuid: string;
  readonly name: string;
  /** `internal`, `patch`, `dpdkvhostuser`, ... Empty for a network device of the host. */
  readonly type: string;
  readonly options: OvsMap;
  readonly externalIds: OvsMap;
  /**
   * The OpenFlow port number from ovs-vswitchd. -1 if the device could not be opened, undefined
   * before the first attempt.
   */
  readonly ofport: number | undefined;
  /** The error of ovs-vswitchd for this interface. */
  readonly error: string | undefined;
  /** Bytes. */
  readonly mtu: number | undefined;
  /** The requested MTU in bytes. ovs-vswitchd sets it. */
  readonly mtuRequest: number | undefined;
}

/** A row of the table QoS. */
export interface OvsQos {
  readonly uuid: string;
  /** The type, such as `linux-noop` or `linux-htb`. */
  readonly type: string;
  readonly externalIds: OvsMap;
}

/**
 * One edit of a transaction. An edit may refer to names of rows that earlier edits of the transaction add.
 */
export type OvsdbEdit =
  | AddBridge
  | SetBridge
  | RemoveBridge
  | AddPort
  | SetPort
  | SetInterface
  | RemovePort
  | AddQos
  | RemoveQos;

/** Adds a bridge with its local port, an interface of type `internal` of the same name. */
export interface AddBridge {
  readonly edit: 'add-bridge';
  readonly name: string;
  readonly datapathType?: string | undefined;
  readonly externalIds?: OvsMap | undefined;
}

/** Changes keys of a bridge's external_ids. */
export interface SetBridge {
  readonly edit: 'set-bridge';
  readonly name: string;
  readonly externalIds?: OvsMapChange | undefined;
}

/** Removes a bridge and all of its ports. */
export interface RemoveBridge {
  readonly edit: 'remove-bridge';
  readonly name: string;
}

/** Adds a port with one interface of the same name to a bridge. */
export interface AddPort extends PortValues {
  readonly edit: 'add-port';
  readonly bridge: string;
  readonly name: string;
  /** The UUID of an existing QoS row. */
  readonly qos?: string | undefined;
  readonly externalIds?: OvsMap | undefined;
  readonly interface?: InterfaceValues | undefined;
}

/** Changes a port. Undefined values, and keys of external_ids that are not listed, stay unchanged. */
export interface SetPort extends PortValues {
  readonly edit: 'set-port';
  readonly name: string;
  readonly externalIds?: OvsMapChange | undefined;
}

/** Changes an interface. Undefined values, and keys of maps that are not listed, stay unchanged. */
export interface SetInterface {
  readonly edit: 'set-interface';
  readonly name: string;
  readonly type?: string | undefined;
  readonly options?: OvsMapChange | undefined;
  readonly externalIds?: OvsMapChange | undefined;
  /** Bytes. null removes the request. */
  readonly mtuRequest?: number | null | undefined;
}

/** Keys of a map column and their new values. null removes a key. */
export type OvsMapChange = Readonly<Record<string, string | null>>;

/** Removes a port and its interfaces from its bridge. */
export interface RemovePort {
  readonly edit: 'remove-port';
  readonly name: string;
}

/** Adds a QoS row and assigns it to a port. */
export interface AddQos {
  readonly edit: 'add-qos';
  readonly port: string;
  readonly type: string;
  readonly externalIds?: OvsMap | undefined;
}

/** Removes a QoS row. The same transaction, or an earlier one, must remove the ports that use it. */
export interface RemoveQos {
  readonly edit: 'remove-qos';
  readonly uuid: string;
}

/** Values of a port. Undefined values stay unchanged. */
export interface PortValues {
  readonly tag?: number | undefined;
  readonly vlanMode?: string | undefined;
  readonly trunks?: readonly number[] | undefined;
}

/** Values of a new interface. */
export interface InterfaceValues {
  readonly type?: string | undefined;
  readonly options?: OvsMap | undefined;
  readonly externalIds?: OvsMap | undefined;
  readonly mtuRequest?: number | undefined;
}
