/**
 * The `ovsdb` port: what the wiring asks of an Open vSwitch database, in the terms of Open vSwitch
 * (ovs-vswitchd.conf.db(5)). The real one speaks RFC 7047, the one in memory is a model for dry runs and tests.
 */

/** A database of Open vSwitch: read it, change it in one transaction, wait for what ovs-vswitchd makes of it. */
export interface Ovsdb {
  /** The database as it is now: everything that was committed before this call is in it. */
  view(options?: OvsdbCallOptions): Promise<OvsdbView>;

  /**
   * Changes the database in one transaction: all edits are made, or none.
   *
   * `decide` looks at the database and says what to edit; an empty list means that nothing is to be done. It must depend
   * on its argument alone and describe a desired state, because it is asked again when the rows that the edits stand on
   * changed before the transaction reached the server, and when a connection broke before the outcome was known.
   *
   * Resolves to the edits that were made; the views of this `Ovsdb` then show them.
   *
   * @throws OvsdbEditError when an edit does not fit the database: no such bridge, a name that is taken
   * @throws OvsdbServerError when the server refuses the transaction
   * @throws OvsdbConnectionError when the server can't be reached
   * @throws OvsdbTimeoutError when the deadline passes first
   */
  change(
    decide: (view: OvsdbView) => readonly OvsdbEdit[],
    options?: OvsdbChangeOptions,
  ): Promise<readonly OvsdbEdit[]>;

  /**
   * Resolves to the first result of `find` that is not undefined; `find` is asked now and after every update.
   * What `find` throws, this throws. An ovs-vswitchd that leaves it waiting is reminded, at growing intervals, by a new `next_cfg`.
   *
   * @param what what is waited for, as the error at the deadline is to name it
   */
  waitFor<T>(what: string, find: (view: OvsdbView) => T | undefined, options?: OvsdbCallOptions): Promise<T>;

  /** Ends the connection; calls in progress fail. */
  close(): Promise<void>;
}

/** How long one call may take. */
export interface OvsdbCallOptions {
  /** Ends the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call fails with an `OvsdbTimeoutError`; 0 waits for ever. Default: that of the connection. */
  readonly timeout?: number | undefined;
}

export interface OvsdbChangeOptions extends OvsdbCallOptions {
  /** Called when a transaction goes out. From then on it may be done even when the call fails, unless `onRefused` is called. */
  readonly onSend?: (() => void) | undefined;
  /** Called when the server has refused what went out last: nothing of it was done. */
  readonly onRefused?: (() => void) | undefined;
}

/** The database at one moment. Use it before the next `await`: it changes as updates arrive. */
export interface OvsdbView {
  readonly system: OvsSystem;
  /** Whether this server's schema has the column, e.g. `Interface`, `mtu_request` (new in Open vSwitch 2.6). */
  has(table: OvsdbTable, column: string): boolean;
  bridge(name: string): OvsBridge | undefined;
  bridges(): Iterable<OvsBridge>;
  port(name: string): OvsPort | undefined;
  /** The ports of one bridge, its own local port included. */
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

/** What ovs-vswitchd says of itself; empty until it has run once. */
export interface OvsSystem {
  readonly version: string | undefined;
  /** Such as `system` and `netdev`. */
  readonly datapathTypes: readonly string[];
  /** Such as `internal`, `patch`, `dpdkvhostuserclient`. */
  readonly interfaceTypes: readonly string[];
}

/** A row of the table Bridge. */
export interface OvsBridge {
  readonly uuid: string;
  readonly name: string;
  /** `system`, `netdev`, or '' which means `system`. */
  readonly datapathType: string;
  readonly externalIds: OvsMap;
}

/** A row of the table Port. */
export interface OvsPort {
  readonly uuid: string;
  readonly name: string;
  /** The name of the bridge that it is on. */
  readonly bridge: string | undefined;
  /** VLAN of an access port, 0 to 4095. */
  readonly tag: number | undefined;
  readonly vlanMode: string | undefined;
  /** VLANs that a trunk port carries; none means all. */
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
  /** '' for a network device of the host, `internal`, `patch`, `dpdkvhostuser`, ... */
  readonly type: string;
  readonly options: OvsMap;
  readonly externalIds: OvsMap;
  /** OpenFlow port number that ovs-vswitchd gave it; -1 when it could not open the device, undefined before it has looked. */
  readonly ofport: number | undefined;
  /** ovs-vswitchd's own words on why the interface does not work. */
  readonly error: string | undefined;
  /** Bytes. */
  readonly mtu: number | undefined;
  /** Bytes; what ovs-vswitchd is asked to set. */
  readonly mtuRequest: number | undefined;
}

/** A row of the table QoS. */
export interface OvsQos {
  readonly uuid: string;
  /** Such as `linux-noop` or `linux-htb`. */
  readonly type: string;
  readonly externalIds: OvsMap;
}

/** One edit of a transaction. Later edits may refer by name to what earlier ones of the same transaction add. */
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
  /** UUID of a QoS row that exists. */
  readonly qos?: string | undefined;
  readonly externalIds?: OvsMap | undefined;
  readonly interface?: InterfaceValues | undefined;
}

export interface SetPort extends PortValues {
  readonly edit: 'set-port';
  readonly name: string;
  readonly externalIds?: OvsMapChange | undefined;
}

/** What is undefined stays as it is, and so do keys of maps that are not named. */
export interface SetInterface {
  readonly edit: 'set-interface';
  readonly name: string;
  readonly type?: string | undefined;
  readonly options?: OvsMapChange | undefined;
  readonly externalIds?: OvsMapChange | undefined;
  /** Bytes; null asks for none. */
  readonly mtuRequest?: number | null | undefined;
}

/** Keys of a map column and their new values; null takes a key away. */
export type OvsMapChange = Readonly<Record<string, string | null>>;

/** Removes a port and its interfaces from the bridge that it is on. */
export interface RemovePort {
  readonly edit: 'remove-port';
  readonly name: string;
}

/** Adds a QoS row and hangs it on a port. */
export interface AddQos {
  readonly edit: 'add-qos';
  readonly port: string;
  readonly type: string;
  readonly externalIds?: OvsMap | undefined;
}

/** Removes a QoS row; the ports that used it must be gone, or go in the same transaction. */
export interface RemoveQos {
  readonly edit: 'remove-qos';
  readonly uuid: string;
}

/** Values of a port; what is undefined stays as it is. */
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
